// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/csv.h"

#include "model/store/runstore.h"

#include <algorithm>
#include <cmath>

namespace normscope::storage {

namespace {

template <class Number>
void appendFloating(std::string& out, Number value)
{
    if (std::isnan(value)) {
        out += "nan";
        return;
    }
    if (std::isinf(value)) {
        out += value < 0 ? "-inf" : "inf";
        return;
    }
    char buffer[64];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
    out.append(buffer, result.ptr);
}

} // namespace

void appendNumber(std::string& out, double value)
{
    appendFloating(out, value);
}

void appendNumber(std::string& out, float value)
{
    appendFloating(out, value);
}

std::string numberText(double value)
{
    std::string text;
    appendNumber(text, value);
    return text;
}

CsvReader::CsvReader(std::string_view text) : m_text(text)
{
    if (m_text.starts_with("\xEF\xBB\xBF")) // a spreadsheet's byte order mark
        m_text.remove_prefix(3);
}

bool CsvReader::next()
{
    m_fields.clear();
    m_unquoted.clear();
    if (m_at >= m_text.size())
        return false;
    m_line = m_nextLine;
    for (;;) {
        if (!readField()) {
            m_cutShort = true;
            m_at = m_text.size();
            m_fields.clear();
            return false;
        }
        if (m_text[m_at++] == '\n') {
            ++m_nextLine;
            return true;
        }
    }
}

std::size_t CsvReader::fieldEnd(std::size_t from) const
{
    while (from < m_text.size() && m_text[from] != ',' && m_text[from] != '\n')
        ++from;
    return from;
}

bool CsvReader::readField()
{
    if (m_at < m_text.size() && m_text[m_at] == '"')
        return readQuotedField();
    const std::size_t end = fieldEnd(m_at);
    if (end == m_text.size())
        return false;
    std::string_view field = m_text.substr(m_at, end - m_at);
    if (m_text[end] == '\n' && field.ends_with('\r'))
        field.remove_suffix(1);
    m_fields.push_back(field);
    m_at = end;
    return true;
}

bool CsvReader::readQuotedField()
{
    std::string& field = m_unquoted.emplace_back();
    std::size_t at = m_at + 1;
    for (;;) {
        const std::size_t quote = m_text.find('"', at);
        if (quote == std::string_view::npos)
            return false;
        field.append(m_text.substr(at, quote - at));
        at = quote + 1;
        if (at >= m_text.size() || m_text[at] != '"')
            break;
        field += '"';
        ++at;
    }
    m_nextLine += static_cast<std::size_t>(std::count(field.begin(), field.end(), '\n'));
    const std::size_t end = fieldEnd(at);
    if (end == m_text.size())
        return false;
    // Text between the closing quote and the comma is against the rules, but nothing to lose data over.
    field.append(m_text.substr(at, end - at));
    if (m_text[end] == '\n' && end > at && field.ends_with('\r'))
        field.pop_back();
    m_fields.push_back(field);
    m_at = end;
    return true;
}

} // namespace normscope::storage

namespace normscope {

std::string csvField(std::string_view text)
{
    const bool formula = !text.empty() && std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos;
    const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
    std::string field = formula ? "'" : "";
    for (const char c : text) {
        if (c == '"')
            field += '"';
        field += c;
    }
    return quoted ? "\"" + field + "\"" : field;
}

} // namespace normscope

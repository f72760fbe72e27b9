// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace normscope::storage {

// Internal to model/store. Numbers are always written and read in the C locale, whatever the process runs under.

/// The shortest text that reads back as the same number; `nan`, `inf`, `-inf` for the others.
void appendNumber(std::string& out, double value);
void appendNumber(std::string& out, float value);
std::string numberText(double value);

/// The whole of `text` as a number, or false.
template <class Number>
bool parseNumber(std::string_view text, Number& value)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

/// Reads CSV (RFC 4180; line ends LF or CRLF) row by row without copying fields that need no unquoting.
/// A last row without its line end was cut short while it was written, and is not returned.
class CsvReader {
public:
    explicit CsvReader(std::string_view text);

    bool next(); ///< false at the end; then see cutShort()
    /// Of the current row; valid until next(), and as long as the text.
    const std::vector<std::string_view>& fields() const { return m_fields; }
    std::size_t line() const { return m_line; } ///< where the current row begins, 1-based
    bool cutShort() const { return m_cutShort; }

private:
    bool readField();
    bool readQuotedField();
    std::size_t fieldEnd(std::size_t from) const;

    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_line = 0;
    std::size_t m_nextLine = 1;
    bool m_cutShort = false;
    std::vector<std::string_view> m_fields;
    std::deque<std::string> m_unquoted;
};

} // namespace normscope::storage

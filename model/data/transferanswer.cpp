// SPDX-License-Identifier: GPL-3.0-or-later
// The part of Transfer that looks at what the server sends.
#include "model/data/transfer.h"

#include "model/data/wording.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <unistd.h>

namespace normscope {

namespace {

constexpr std::size_t headBytes = 512; // enough to tell a web page
const std::string otherFile = " or use a file you already have.";

std::uint64_t numberIn(std::string_view text)
{
    std::uint64_t number = 0;
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

bool isDiskFull(int errorNumber)
{
    return errorNumber == ENOSPC || errorNumber == EDQUOT || errorNumber == EFBIG;
}

} // namespace

bool looksLikeHtml(std::string_view start)
{
    if (start.starts_with("\xEF\xBB\xBF"))
        start.remove_prefix(3);
    const auto first = start.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && start[first] == '<';
}

std::size_t Transfer::onHeader(char* data, std::size_t size, std::size_t count, void* self)
{
    static_cast<Transfer*>(self)->header({data, size * count});
    return size * count;
}

std::size_t Transfer::onBody(char* data, std::size_t size, std::size_t count, void* self)
{
    return static_cast<Transfer*>(self)->body(data, size * count) ? size * count : 0;
}

void Transfer::header(std::string_view line)
{
    std::string name(line.substr(0, std::min(line.find(':'), line.size())));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    const auto value = line.substr(std::min(name.size() + 1, line.size()));
    if (name.starts_with("http/")) { // of every answer on the way, redirects too
        m_answer = long(numberIn(line.substr(std::min(line.find(' '), line.size()))));
        m_announced = m_rangeStart = 0;
    } else if (name == "content-length" && m_answer == 200) {
        m_announced = numberIn(value);
    } else if (name == "content-range" && m_answer == 206) { // bytes 100-199/200
        m_rangeStart = numberIn(value.substr(std::min(value.find_first_of("0123456789"), value.size())));
        m_announced = numberIn(value.substr(std::min(value.find('/') + 1, value.size())));
    }
}

bool Transfer::body(const char* data, std::size_t count)
{
    if (m_answer != 200 && m_answer != 206)
        return true; // an error's page
    if (m_begun)
        return write(data, count);
    m_head.append(data, count);
    const bool isContinued = m_answer == 206 && m_rangeStart > 0;
    const bool isGzip = m_head.starts_with("\x1f\x8b");
    return (isContinued || isGzip || m_head.size() >= headBytes) ? beginBody() : true;
}

/// Decides what the answer is and writes what came of it so far. False ends the attempt.
bool Transfer::beginBody()
{
    m_begun = true;
    if (m_rangeStart > 0 || (m_answer == 206 && m_size == 0)) {
        m_wrongRange = m_rangeStart != m_size;
        if (m_wrongRange && ::ftruncate(m_part.get(), 0) == 0)
            m_size = 0;
    } else if (!m_head.starts_with("\x1f\x8b")) {
        const bool isHtml = looksLikeHtml(m_head);
        fail(ErrorCode::Network,
             shownName(m_source.url) + (isHtml ? " answers with a web page (HTML)" : " answers with something else")
                 + " instead of the archive. Perhaps the network wants you to log in first, or the file has moved; "
                 + kept());
        return false;
    } else if (m_size > 0) { // the server knows no ranges: start over
        if (::ftruncate(m_part.get(), 0) != 0)
            return fail(ErrorCode::Io, fileError("write", m_path, errno).message), false;
        m_size = 0;
    }
    if (!m_wrongRange && m_source.bytes > 0 && m_announced > 0 && m_announced != m_source.bytes) {
        fail(ErrorCode::Network, shownName(m_source.url) + " offers " + groupedNumber(m_announced) + " bytes, expected "
                                     + groupedNumber(m_source.bytes) + ": it is another file. Try again later,"
                                     + otherFile);
        return false;
    }
    return !m_wrongRange && write(m_head.data(), m_head.size());
}

bool Transfer::write(const char* data, std::size_t count)
{
    if (m_source.bytes > 0 && m_size + count > m_source.bytes) {
        fail(ErrorCode::Network, shownName(m_source.url) + " sends more than the expected "
                                     + groupedNumber(m_source.bytes) + " bytes: it is another file. Try again later,"
                                     + otherFile);
        return false;
    }
    for (std::size_t done = 0; done < count;) {
        const ssize_t put = ::pwrite(m_part.get(), data + done, count - done, off_t(m_size));
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            const int why = errno;
            if (isDiskFull(why))
                fail(ErrorCode::Io, "The disk is full. Free some space; " + kept());
            else
                fail(ErrorCode::Io, fileError("write", m_path, why).message);
            return false;
        }
        done += std::size_t(put);
        m_size += std::uint64_t(put);
    }
    return true;
}

} // namespace normscope

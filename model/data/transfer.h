// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/datafile.h"
#include "model/data/download.h"

#include <cstdint>
#include <optional>
#include <string>

namespace normscope {

/// Fills a part file with the bytes of an address, over as many connections as it takes. What the file
/// holds already is kept and continued; a server that does not know ranges makes it start over, but only
/// once the answer is seen to be a gzip archive, so that a login page never costs what was there.
class Transfer {
public:
    Transfer(const ArchiveSource& source, std::string partPath, const DownloadOptions& options);

    /// Returns once the file is as long as the source. Errors: Cancelled, Network, Io; the part file stays.
    Status run();

private:
    enum class Attempt { Complete, TryAgain, TryAgainLater, Failed };

    Status openPart();
    Status checkSpace() const;
    Attempt attempt();
    void setOptions(void* curl);
    Attempt judge(int curlCode, long answer, const std::string& reason);
    Attempt judgeAnswer(long answer);
    Attempt judgeFailure(int curlCode, const std::string& reason);
    Attempt fail(ErrorCode code, const std::string& message, const std::string& detail = {});
    bool pauseBefore(int attempt) const;
    void report(bool always);
    std::string kept() const;

    // Called by libcurl while an attempt runs.
    static std::size_t onHeader(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t onBody(char* data, std::size_t size, std::size_t count, void* self);
    void header(std::string_view line);
    bool body(const char* data, std::size_t count);
    bool beginBody();
    bool write(const char* data, std::size_t count);

    const ArchiveSource& m_source;
    const DownloadOptions& m_options;
    std::string m_path;
    FileHandle m_part;
    std::uint64_t m_size = 0; ///< bytes in the part file
    std::optional<Error> m_error;
    std::int64_t m_lastReport = 0; ///< milliseconds

    // Of the running attempt:
    std::string m_head;   ///< the first bytes until it is clear what they are
    bool m_begun = false; ///< the body is being written to the file
    bool m_wrongRange = false;
    long m_answer = 0; ///< HTTP status of the last header
    std::uint64_t m_rangeStart = 0;
    std::uint64_t m_announced = 0; ///< whole length by the header; 0: not said
};

/// Whether the bytes look like a web page instead of an archive.
bool looksLikeHtml(std::string_view start);

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/transfer.h"

#include "model/data/wording.h"

#include <curl/curl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace normscope {

namespace {

constexpr std::int64_t reportMilliseconds = 50;
constexpr int mostAttempts = 1000; // of a server that drops every connection after a few bytes
const std::string otherFile = " or use a file you already have.";

std::int64_t milliseconds()
{
    using namespace std::chrono;
    return duration_cast<std::chrono::milliseconds>(steady_clock::now().time_since_epoch()).count();
}

/// OpenSSL writes to sockets without MSG_NOSIGNAL: a connection closed by the server would end the process.
class NoSigpipe {
public:
    NoSigpipe()
    {
        sigemptyset(&m_pipe);
        sigaddset(&m_pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &m_pipe, &m_before);
    }
    ~NoSigpipe()
    {
        const timespec now{};
        if (!sigismember(&m_before, SIGPIPE))
            sigtimedwait(&m_pipe, nullptr, &now); // one that came meanwhile
        pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }

private:
    sigset_t m_pipe{};
    sigset_t m_before{};
};

struct CurlDeleter {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

} // namespace

Transfer::Transfer(const ArchiveSource& source, std::string partPath, const DownloadOptions& options)
    : m_source(source), m_options(options), m_path(std::move(partPath))
{
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

Status Transfer::run()
{
    if (auto status = openPart(); !status)
        return status;
    if (auto status = checkSpace(); !status)
        return status;
    const NoSigpipe noSigpipe;
    report(true);
    int idle = 0;
    for (int tries = 0; tries < mostAttempts && !(m_source.bytes > 0 && m_size == m_source.bytes); ++tries) {
        const std::uint64_t before = m_size;
        const Attempt result = attempt();
        if (result == Attempt::Complete)
            break;
        if (result == Attempt::Failed)
            return *m_error;
        idle = m_size > before ? 0 : idle + 1;
        if (idle > m_options.retries)
            return *m_error;
        if (result == Attempt::TryAgainLater && !pauseBefore(idle))
            return cancelledError("The download");
    }
    if (m_source.bytes > 0 && m_size != m_source.bytes)
        return *m_error;
    report(true);
    return ::fsync(m_part.get()) == 0 ? Status() : Status(fileError("write", m_path, errno));
}

Status Transfer::openPart()
{
    m_part = FileHandle(::open(m_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644));
    struct stat status = {};
    if (!m_part.isOpen() || ::fstat(m_part.get(), &status) != 0)
        return fileError("write", m_path, errno);
    if (::flock(m_part.get(), LOCK_EX | LOCK_NB) != 0)
        return Error{ErrorCode::Io,
                     shownName(m_path) + " is being downloaded by another Normscope. Wait for it or stop it there.",
                     {}};
    m_size = static_cast<std::uint64_t>(status.st_size);
    if (m_source.bytes > 0 && m_size > m_source.bytes) { // not a part of this file
        if (::ftruncate(m_part.get(), 0) != 0)
            return fileError("write", m_path, errno);
        m_size = 0;
    }
    return {};
}

Status Transfer::checkSpace() const
{
    std::error_code error;
    const auto space = std::filesystem::space(std::filesystem::path(m_path).parent_path(), error);
    const std::uint64_t missing = m_source.bytes - std::min(m_size, m_source.bytes);
    if (error || space.available >= missing)
        return {};
    return Error{ErrorCode::Io,
                 "The disk of " + shownName(m_path) + " has " + groupedNumber(space.available) + " bytes left, but "
                     + groupedNumber(missing) + " are needed. Free some space or choose another folder.",
                 {}};
}

Transfer::Attempt Transfer::attempt()
{
    const std::unique_ptr<CURL, CurlDeleter> curl(curl_easy_init());
    const std::unique_ptr<CURLM, MultiDeleter> multi(curl_multi_init());
    if (!curl || !multi)
        return fail(ErrorCode::OutOfMemory, "No memory for the download.");
    m_head.clear();
    m_begun = m_wrongRange = false;
    m_error.reset();
    char reason[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, reason);
    setOptions(curl.get());

    curl_multi_add_handle(multi.get(), curl.get());
    int running = 1;
    while (running > 0 && !isCancelled(m_options.cancel)) {
        if (curl_multi_perform(multi.get(), &running) != CURLM_OK)
            break;
        report(false);
        if (running > 0)
            curl_multi_poll(multi.get(), nullptr, 0, 100, nullptr);
    }
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi.get(), &left);
    const int code = message ? int(message->data.result) : int(CURLE_ABORTED_BY_CALLBACK);
    curl_multi_remove_handle(multi.get(), curl.get());
    if (isCancelled(m_options.cancel))
        return fail(ErrorCode::Cancelled, "The download was cancelled; " + kept());
    return judge(code, m_answer, *reason ? reason : curl_easy_strerror(CURLcode(code)));
}

void Transfer::setOptions(void* curl)
{
    const auto set = [curl](CURLoption option, auto value) { curl_easy_setopt(curl, option, value); };
    set(CURLOPT_URL, m_source.url.c_str());
    set(CURLOPT_USERAGENT, "Normscope/" NORMSCOPE_VERSION);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, m_source.url.starts_with("https:") ? "https" : "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 10L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L); // a name look-up under way does not delay a cancel
    set(CURLOPT_CONNECTTIMEOUT, 30L);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, long(m_options.stallSeconds));
    set(CURLOPT_HEADERFUNCTION, &Transfer::onHeader);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::onBody);
    set(CURLOPT_WRITEDATA, this);
    if (m_size > 0)
        set(CURLOPT_RANGE, (std::to_string(m_size) + "-").c_str()); // libcurl copies it
}

Transfer::Attempt Transfer::judge(int curlCode, long answer, const std::string& reason)
{
    if (m_error) // the body's callback found something
        return Attempt::Failed;
    if (m_wrongRange)
        return fail(ErrorCode::Network, "The server sends another part of the file than asked for; " + kept()),
               Attempt::TryAgain;
    if (curlCode != CURLE_OK)
        return judgeFailure(curlCode, reason);
    if (answer != 200 && answer != 206)
        return judgeAnswer(answer);
    if (!m_begun) { // a body too short to be told from the archive while it came
        beginBody();
        if (m_error)
            return Attempt::Failed;
    }
    if (m_source.bytes == 0 || m_size == m_source.bytes)
        return Attempt::Complete;
    return fail(ErrorCode::Network, "The server ended the download early; " + kept()), Attempt::TryAgainLater;
}

Transfer::Attempt Transfer::judgeAnswer(long answer)
{
    if (answer == 416 && m_size > 0) { // the file here is no part of the one there
        if (::ftruncate(m_part.get(), 0) != 0)
            return fail(ErrorCode::Io, fileError("write", m_path, errno).message);
        m_size = 0;
        return fail(ErrorCode::Network, "The server does not have the missing part of the file; " + kept()),
               Attempt::TryAgain;
    }
    fail(ErrorCode::Network,
         "The server of " + shownName(m_source.url) + " answered " + std::to_string(answer) + "; " + kept());
    return answer >= 500 || answer == 408 || answer == 429 ? Attempt::TryAgainLater : Attempt::Failed;
}

Transfer::Attempt Transfer::judgeFailure(int curlCode, const std::string& reason)
{
    const std::string address = shownName(m_source.url);
    switch (curlCode) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_USE_SSL_FAILED:
        return fail(
            ErrorCode::Network,
            "No trustworthy connection to " + address + ": " + reason
                + ". Install the package ca-certificates, check the clock and the proxy, or use a file you already have.",
            reason);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT: return fail(ErrorCode::BadUsage, address + " is not an http or https address.", reason);
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        fail(ErrorCode::Network,
             "Cannot reach " + address + ": " + reason + ". Check the network and the proxy; " + kept(), reason);
        return m_answer != 0 ? Attempt::TryAgainLater : Attempt::Failed; // it worked before
    case CURLE_OPERATION_TIMEDOUT:
        return fail(ErrorCode::Network, "The connection to " + address + " stalled; " + kept(), reason),
               Attempt::TryAgainLater;
    default:
        return fail(ErrorCode::Network, "The connection to " + address + " broke: " + reason + "; " + kept(), reason),
               Attempt::TryAgainLater;
    }
}

Transfer::Attempt Transfer::fail(ErrorCode code, const std::string& message, const std::string& detail)
{
    m_error = Error{code, message, detail};
    return Attempt::Failed;
}

/// Waits before a new try; false when cancelled meanwhile.
bool Transfer::pauseBefore(int attempt) const
{
    const std::int64_t until =
        milliseconds() + (std::int64_t(m_options.pauseMilliseconds) << std::clamp(attempt - 1, 0, 6));
    while (milliseconds() < until && !isCancelled(m_options.cancel))
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return !isCancelled(m_options.cancel);
}

void Transfer::report(bool always)
{
    const auto now = milliseconds();
    if (!m_options.progress || (!always && now - m_lastReport < reportMilliseconds))
        return;
    m_lastReport = now;
    m_options.progress(
        {DownloadProgress::Phase::Downloading, m_size, m_source.bytes > 0 ? m_source.bytes : m_announced});
}

std::string Transfer::kept() const
{
    if (m_size == 0)
        return "try again" + otherFile;
    const std::string of = m_source.bytes > 0 ? " of " + groupedNumber(m_source.bytes) : std::string();
    return groupedNumber(m_size) + of + " bytes are kept in " + shownName(m_path) + ". Try again to continue,"
           + otherFile;
}

} // namespace normscope

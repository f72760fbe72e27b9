// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace normscope {

/// What kind of thing went wrong; decides the exit code and how the window shows it.
enum class ErrorCode {
    BadUsage,    ///< a setting or an argument is out of its range
    BadInput,    ///< a file or folder is not what it should be
    NotFound,    ///< a file, folder, run or device is not there
    Io,          ///< reading or writing failed
    DiskFull,    ///< writing failed for want of space; it may work later
    Network,     ///< a download failed; trying again may help
    Checksum,    ///< a download arrived damaged
    OutOfMemory, ///< the computer's or the GPU's memory is used up
    Diverged,    ///< the loss became NaN or infinite
    Device,      ///< the device is missing or was lost
    Cancelled,   ///< the user asked to stop
    Internal,    ///< a defect of ours
};

/// An error as a person reads it. `message` names the file or value, what was expected, what was
/// found and what to do next, in one or two sentences; `detail` is for the log.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    std::string detail;
};

/// A value or the error that stood in its way.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }
    T& value() { return std::get<0>(m_state); }
    const T& value() const { return std::get<0>(m_state); }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    const Error& error() const { return std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

/// Success, or the error that stood in its way.
class [[nodiscard]] Status {
public:
    Status() = default;
    Status(Error error) : m_error(std::move(error)) {}

    bool ok() const { return !m_error; }
    explicit operator bool() const { return ok(); }
    const Error& error() const { return *m_error; }

private:
    std::optional<Error> m_error;
};

} // namespace normscope

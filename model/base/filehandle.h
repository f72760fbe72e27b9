// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace normscope {

/// A file descriptor that closes itself.
class FileHandle {
public:
    FileHandle() = default;
    explicit FileHandle(int descriptor) : m_descriptor(descriptor) {}
    FileHandle(FileHandle&& other) noexcept : m_descriptor(other.release()) {}
    FileHandle& operator=(FileHandle&& other) noexcept;
    ~FileHandle();

    int get() const { return m_descriptor; }
    bool isOpen() const { return m_descriptor >= 0; }
    int release();
    /// Closes it where the result matters: some file systems only tell now that they could not write.
    bool closeChecked();

private:
    int m_descriptor = -1;
};

} // namespace normscope

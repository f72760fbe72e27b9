// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/filehandle.h"

#include <unistd.h>
#include <utility>

namespace normscope {

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

FileHandle::~FileHandle()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

int FileHandle::release()
{
    return std::exchange(m_descriptor, -1);
}

bool FileHandle::closeChecked()
{
    return ::close(release()) == 0;
}

} // namespace normscope

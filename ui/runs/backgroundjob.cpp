// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/backgroundjob.h"

#include <QCoreApplication>

#include <exception>
#include <new>

namespace normscope {

QString caughtText()
{
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return QCoreApplication::translate("BackgroundJob", "the computer's memory is used up");
    } catch (const std::exception& e) {
        return QString::fromUtf8(e.what());
    } catch (...) {
        return QCoreApplication::translate("BackgroundJob", "an unknown error");
    }
}

} // namespace normscope

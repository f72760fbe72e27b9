// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/aboutdialog.h"

#include "model/training/trainer.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QVBoxLayout>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

constexpr int iconSide = 64;
constexpr int textWidth = 460;

QString row(const QString& what, const QString& version, const QString& licence)
{
    return u"<tr><td>%1&nbsp;&nbsp;</td><td>%2&nbsp;&nbsp;</td><td>%3</td></tr>"_s.arg(what, version.toHtmlEscaped(), licence);
}

} // namespace

AboutDialog::AboutDialog(QWidget* parent) : QDialog(parent)
{
    const SystemInfo info = systemInfo();
    setWindowTitle(tr("About Normscope"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* icon = new QLabel;
    icon->setPixmap(applicationIcon().pixmap(QSize(iconSide, iconSide), devicePixelRatioF()));
    auto* text = new QLabel;
    text->setWordWrap(true);
    text->setFixedWidth(textWidth);
    text->setTextInteractionFlags(Qt::TextBrowserInteraction);
    text->setText(
        u"<h2>Normscope %1</h2><p>%2</p><p>%3</p><table>"_s.arg(
            QString::fromStdString(info.version).toHtmlEscaped(), tr("Learn by experiment what normalization does to a network."),
            tr("Free software under the GNU General Public License, version 3 or later; it comes without any warranty."))
        + row(u"LibTorch"_s, QString::fromStdString(info.torchVersion), u"BSD-3-Clause"_s)
        + row(u"Qt"_s, QString::fromLatin1(qVersion()), u"LGPL-3.0, GPL-3.0 (Qt Charts)"_s)
        + row(u"OpenCV"_s, u"4"_s, u"Apache-2.0"_s) + row(u"JSON for Modern C++"_s, u"3"_s, u"MIT"_s)
        + row(u"libarchive"_s, u"3"_s, u"BSD-2-Clause"_s) + row(u"libcurl"_s, u"7"_s, u"curl"_s)
        + row(u"zlib"_s, u"1"_s, u"Zlib"_s) + row(u"OpenSSL"_s, u"3"_s, u"Apache-2.0"_s) + u"</table><p>"_s
        + (info.cuda ? tr("GPU: %1").arg(QString::fromStdString(info.cudaDevice).toHtmlEscaped())
                     : tr("No GPU that this LibTorch can use: training runs on the CPU, %1 cores.").arg(info.cores))
        + u"</p>"_s);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(spacing::large, spacing::large, spacing::large, spacing::large);
    layout->setSpacing(spacing::large);
    auto* body = new QHBoxLayout;
    body->setSpacing(spacing::large);
    body->addWidget(icon, 0, Qt::AlignTop);
    body->addWidget(text, 1);
    layout->addLayout(body);
    layout->addWidget(buttons);
}

} // namespace normscope

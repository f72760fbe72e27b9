// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/exportdialog.h"

#include "ui/export/textexport.h"
#include "ui/window/appsettings.h"

#include <QBuffer>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QStyle>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

constexpr int minSide = 200;
constexpr int maxSide = 10'000;
constexpr double maxPixels = 100e6; // 400 MB while it is drawn
constexpr QSize previewSize(420, 300);
constexpr int previewDelay = 150; // ms, so that typing a number draws once

double aspect(const QSize& size)
{
    return double(size.width()) / double(size.height());
}

QSpinBox* sideBox(const QString& name, const QString& toolTip)
{
    auto* box = new QSpinBox;
    box->setObjectName(name);
    box->setRange(minSide, maxSide);
    box->setSingleStep(50);
    box->setToolTip(toolTip);
    return box;
}

} // namespace

ExportDialog::ExportDialog(ExportItem item, AppSettings& settings, QWidget* parent)
    : QDialog(parent), m_item(std::move(item)), m_settings(settings)
{
    setObjectName(u"exportDialog"_s);
    setWindowTitle(tr("Export \u201c%1\u201d as PNG").arg(m_item.title));
    m_previewTimer = new QTimer(this);
    m_previewTimer->setSingleShot(true);
    m_previewTimer->setInterval(previewDelay);
    connect(m_previewTimer, &QTimer::timeout, this, &ExportDialog::updatePreview);

    m_preview = new QLabel;
    m_preview->setFrameShape(QFrame::StyledPanel);
    m_preview->setAlignment(Qt::AlignCenter);
    m_preview->setFixedSize(previewSize + QSize(12, 12));

    auto* top = new QHBoxLayout;
    top->setSpacing(16);
    top->addWidget(m_preview);
    top->addLayout(buildForm());
    auto* all = new QVBoxLayout(this);
    all->setSpacing(12);
    all->addLayout(top);
    all->addLayout(buildFileRow());
    all->addLayout(buildButtons());

    loadChoices();
    for (auto* box : {m_width, m_height})
        connect(box, &QSpinBox::valueChanged, this, &ExportDialog::updateState);
    connect(m_scale, &QDoubleSpinBox::valueChanged, this, &ExportDialog::updateState);
    connect(m_file, &QLineEdit::textChanged, this, &ExportDialog::updateState);
    updateState();
    updatePreview();
    m_save->setFocus();
}

QLayout* ExportDialog::buildForm()
{
    m_width = sideBox(u"width"_s, tr("Width of the drawing, from %1 to %2. Text keeps its share of the picture.").arg(minSide).arg(maxSide));
    m_height = sideBox(u"height"_s, tr("Height of the drawing, from %1 to %2").arg(minSide).arg(maxSide));
    m_scale = new QDoubleSpinBox;
    m_scale->setObjectName(u"scale"_s);
    m_scale->setRange(0.5, 8);
    m_scale->setSingleStep(0.5);
    m_scale->setDecimals(1);
    m_scale->setPrefix(u"\u00d7 "_s);
    m_scale->setToolTip(tr("Pixels of the file per unit of width and height: 1 for a screen, 2 to 4 for print"));
    m_pixels = new QLabel;
    m_pixels->setObjectName(u"pixels"_s);
    auto* reset = new QPushButton(tr("Default size"));
    reset->setAutoDefault(false);
    connect(reset, &QPushButton::clicked, this, [this] {
        m_width->setValue(m_item.defaultSize.width());
        m_height->setValue(m_item.defaultSize.height());
    });

    auto* form = new QFormLayout;
    form->addRow(tr("&Width:"), m_width);
    form->addRow(tr("&Height:"), m_height);
    form->addRow(tr("&Scale:"), m_scale);
    form->addRow(tr("Picture:"), m_pixels);
    form->addRow(QString(), reset);
    return form;
}

QLayout* ExportDialog::buildFileRow()
{
    m_file = new QLineEdit;
    m_file->setObjectName(u"file"_s);
    auto* label = new QLabel(tr("&File:"));
    label->setBuddy(m_file);
    auto* browseButton = new QPushButton(tr("&Browse\u2026"));
    browseButton->setAutoDefault(false);
    connect(browseButton, &QPushButton::clicked, this, &ExportDialog::browse);
    auto* row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_file, 1);
    row->addWidget(browseButton);
    return row;
}

QLayout* ExportDialog::buildButtons()
{
    m_messageIcon = new QLabel;
    m_messageIcon->setVisible(false);
    m_message = new QLabel;
    m_message->setObjectName(u"result"_s);
    m_message->setWordWrap(true);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_message->setMinimumHeight(3 * fontMetrics().lineSpacing());
    m_message->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Close);
    m_save = buttons->button(QDialogButtonBox::Save);
    m_save->setObjectName(u"save"_s);
    m_save->setDefault(true);
    connect(m_save, &QPushButton::clicked, this, &ExportDialog::save);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);

    auto* row = new QHBoxLayout;
    row->addWidget(m_messageIcon);
    row->addWidget(m_message, 1);
    row->addWidget(buttons, 0, Qt::AlignBottom);
    return row;
}

void ExportDialog::loadChoices()
{
    // The remembered size helps from chart to chart; a tall sheet of thumbnails keeps its own shape.
    QSize size = m_settings.exportSize();
    if (!size.isValid() || size.isEmpty() || std::abs(std::log(aspect(size) / aspect(m_item.defaultSize))) > std::log(1.6))
        size = m_item.defaultSize;
    m_width->setValue(size.width());
    m_height->setValue(size.height());
    m_scale->setValue(m_settings.exportScale());
    setFilePath(QDir(exportStartFolder(m_settings)).filePath(m_item.fileStem + u".png"_s));
}

QSize ExportDialog::chosenSize() const
{
    return {m_width->value(), m_height->value()};
}

double ExportDialog::chosenScale() const
{
    return m_scale->value();
}

QString ExportDialog::filePath() const
{
    QString path = QDir::fromNativeSeparators(m_file->text().trimmed());
    if (path.isEmpty())
        return {};
    if (QFileInfo(path).isRelative())
        path = QDir(exportStartFolder(m_settings)).filePath(path);
    if (!path.endsWith(u".png"_s, Qt::CaseInsensitive) && !path.endsWith(u'/'))
        path += u".png"_s;
    return path;
}

void ExportDialog::setFilePath(const QString& path)
{
    m_file->setText(QDir::toNativeSeparators(path));
}

QString ExportDialog::message() const
{
    return m_message->text();
}

void ExportDialog::browse()
{
    const QString path = QFileDialog::getSaveFileName(
        this, windowTitle(), filePath(), tr("PNG pictures (*.png)"), nullptr,
        QFileDialog::DontUseNativeDialog | QFileDialog::DontConfirmOverwrite);
    if (!path.isEmpty())
        setFilePath(path);
}

void ExportDialog::updateState()
{
    const QSize size = chosenSize();
    const int across = qRound(size.width() * chosenScale());
    const int down = qRound(size.height() * chosenScale());
    const bool tooLarge = double(across) * double(down) > maxPixels;
    const QString path = filePath();
    const bool exists = QFileInfo(path).isFile();
    m_pixels->setText(tr("%1 \u00d7 %2 pixels").arg(across).arg(down));
    m_save->setEnabled(!tooLarge && !path.isEmpty());
    m_save->setText(exists ? tr("&Replace") : tr("&Save"));
    if (tooLarge)
        say(tr("A picture of %1 \u00d7 %2 pixels is too large: at most %3 million pixels. Choose a smaller size or scale.")
                .arg(across).arg(down).arg(qRound(maxPixels / 1e6)), true);
    else if (path.isEmpty())
        say(tr("Give a file name."), true);
    else
        say(exists ? tr("This file exists; Replace writes over it.") : QString(), false);
    m_save->setToolTip(m_save->isEnabled() ? QString() : m_message->text());
    m_previewTimer->start();
}

void ExportDialog::updatePreview()
{
    const QSize size = chosenSize();
    const double fit = std::min(double(previewSize.width()) / size.width(), double(previewSize.height()) / size.height());
    QImage image = renderExport(m_item, size, fit * devicePixelRatioF());
    image.setDevicePixelRatio(devicePixelRatioF());
    m_preview->setPixmap(QPixmap::fromImage(image));
}

bool ExportDialog::save()
{
    const QImage image = renderExport(m_item, chosenSize(), chosenScale());
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (image.isNull() || !image.save(&buffer, "PNG")) {
        say(tr("There is not enough memory for a picture of this size. Choose a smaller size or scale."), true);
        return false;
    }
    const QString path = filePath();
    if (const QString error = writeWholeFile(path, bytes); !error.isEmpty()) {
        say(error, true);
        return false;
    }
    m_settings.setExportSize(chosenSize());
    m_settings.setExportScale(chosenScale());
    m_settings.setExportFolder(QFileInfo(path).absolutePath());
    updateState();
    say(tr("Saved %1 (%2 \u00d7 %3 pixels, %4).")
            .arg(QDir::toNativeSeparators(path), QString::number(image.width()), QString::number(image.height()),
                 locale().formattedDataSize(bytes.size())), false);
    return true;
}

void ExportDialog::say(const QString& text, bool isError)
{
    m_message->setText(text);
    m_messageIcon->setVisible(isError);
    if (isError) {
        const int side = style()->pixelMetric(QStyle::PM_SmallIconSize);
        m_messageIcon->setPixmap(style()->standardIcon(QStyle::SP_MessageBoxWarning).pixmap(side, side));
    }
}

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/statusline.h"

#include "model/training/trainer.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/theme.h"
#include "ui/training/trainingcontroller.h"

#include <QDir>
#include <QHBoxLayout>
#include <QLabel>

namespace normscope {

namespace {

constexpr int storeWidth = 420; // of the path; the whole of it is in the tool tip

QString deviceText(const SystemInfo& info)
{
    if (info.cuda)
        return QString::fromStdString(info.cudaDevice);
    return info.cores == 1 ? StatusLine::tr("CPU, 1 core") : StatusLine::tr("CPU, %1 cores").arg(info.cores);
}

} // namespace

StatusLine::StatusLine(RunLibrary& library, TrainingController& controller, QWidget* parent)
    : QWidget(parent), m_library(library), m_controller(controller), m_device(new QLabel), m_data(new QLabel), m_store(new QLabel)
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(spacing::normal, 0, 0, 0);
    layout->setSpacing(spacing::large);
    for (QLabel* label : {m_device, m_data, m_store}) {
        label->setTextFormat(Qt::PlainText);
        layout->addWidget(label);
    }
    layout->addStretch(1);
    setStore(QString::fromStdString(m_library.store().folder()), {});
    connect(&m_controller, &TrainingController::stateChanged, this, &StatusLine::refresh);
    connect(&m_controller, &TrainingController::runEnded, this, &StatusLine::refresh);
    refresh();
}

void StatusLine::setStore(const QString& folder, const QString& problem)
{
    m_storePath = folder;
    const QString path = QDir::toNativeSeparators(folder);
    const QString shown = m_store->fontMetrics().elidedText(path, Qt::ElideMiddle, storeWidth);
    m_store->setText(problem.isEmpty() ? tr("Store: %1").arg(shown) : tr("Store: %1 (cannot be opened)").arg(shown));
    m_store->setToolTip((problem.isEmpty() ? tr("Every run is a folder in %1").arg(path) : problem).toHtmlEscaped());
}

void StatusLine::setFormData(const DataSpec& spec)
{
    m_formData = spec;
    refresh();
}

void StatusLine::refresh()
{
    const Run* run = m_library.run(m_controller.currentRun());
    const bool alone = m_controller.activeRuns().size() == 1; // of several each has its share of the machine
    m_device->setText(run && alone && !run->record.device.empty() ? QString::fromStdString(run->record.device) : deviceText(systemInfo()));
    m_data->setText(tr("Data: %1").arg(QString::fromStdString((run ? run->record.spec.data : m_formData).title())));
}

} // namespace normscope

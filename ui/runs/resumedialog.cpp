// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/resumedialog.h"

#include "model/training/machine.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope {

namespace {

constexpr int textWidth = 420;
constexpr int mostThreads = 1024;

} // namespace

ResumeDialog::ResumeDialog(std::vector<RunRecord> runs, const SystemInfo& machine, QWidget* parent)
    : QDialog(parent), m_runs(std::move(runs)), m_machine(machine), m_device(new QComboBox), m_engine(new QComboBox),
      m_threads(new QSpinBox), m_consequence(new QLabel)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(m_runs.size() == 1 ? tr("Resume \"%1\" on").arg(QString::fromStdString(m_runs.front().name))
                                      : tr("Resume %1 runs on").arg(m_runs.size()));
    m_device->addItem(m_machine.cuda ? tr("Auto (CUDA)") : tr("Auto (CPU)"), int(DeviceChoice::Auto));
    m_device->addItem(tr("CPU"), int(DeviceChoice::Cpu));
    if (m_machine.cuda)
        m_device->addItem(tr("CUDA: %1").arg(QString::fromStdString(m_machine.cudaDevice)), int(DeviceChoice::Cuda));
    m_engine->addItem(tr("Auto"), int(Engine::Auto));
    m_engine->addItem(tr("LibTorch"), int(Engine::LibTorch));
    if (m_machine.fastEngine)
        m_engine->addItem(tr("Fast"), int(Engine::Fast));
    m_threads->setRange(0, mostThreads);
    m_threads->setSpecialValueText(tr("all cores (%1)").arg(m_machine.cores));
    const RunSpec& spec = m_runs.front().spec;
    // A device or engine that this computer lacks is not offered; then the first choice stands.
    m_device->setCurrentIndex(std::max(m_device->findData(int(spec.device)), 0));
    m_engine->setCurrentIndex(std::max(m_engine->findData(int(spec.engine)), 0));
    m_threads->setValue(spec.threads);
    build();
    refresh();
}

void ResumeDialog::build()
{
    auto* fields = new QFormLayout;
    fields->addRow(tr("Device"), m_device);
    fields->addRow(tr("Engine"), m_engine);
    fields->addRow(tr("Threads"), m_threads);
    auto* trained = new QLabel;
    trained->setTextFormat(Qt::PlainText);
    trained->setWordWrap(true);
    const QString before = QString::fromStdString(m_runs.front().device);
    trained->setText(m_runs.size() > 1  ? tr("The choice is for all %1 runs.").arg(m_runs.size())
                     : before.isEmpty() ? tr("It has not been trained yet.")
                                        : tr("So far it was trained on: %1").arg(before));
    m_consequence->setWordWrap(true);
    m_consequence->setFixedWidth(textWidth);
    m_consequence->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    // Room for the longest of its sentences, so that the dialog does not jump.
    m_consequence->setMinimumHeight(m_consequence->fontMetrics().lineSpacing() * 4);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setText(tr("Resume"));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(spacing::large, spacing::large, spacing::large, spacing::large);
    layout->setSpacing(spacing::large);
    layout->addWidget(trained);
    layout->addLayout(fields);
    layout->addWidget(m_consequence);
    layout->addWidget(buttons);
    layout->setSizeConstraint(QLayout::SetFixedSize);
    connect(m_device, &QComboBox::currentIndexChanged, this, &ResumeDialog::refresh);
    connect(m_engine, &QComboBox::currentIndexChanged, this, &ResumeDialog::refresh);
    connect(m_threads, &QSpinBox::valueChanged, this, &ResumeDialog::refresh);
}

RunSpec ResumeDialog::chosenFor(const RunSpec& spec) const
{
    RunSpec chosen = spec;
    chosen.device = static_cast<DeviceChoice>(m_device->currentData().toInt());
    chosen.engine = static_cast<Engine>(m_engine->currentData().toInt());
    chosen.threads = m_threads->value();
    return chosen;
}

bool ResumeDialog::staysEqual(const RunSpec& spec) const
{
    const RunSpec chosen = chosenFor(spec);
    if (chosen == spec)
        return true;
    const bool cuda = meansCuda(spec, m_machine);
    if (meansCuda(chosen, m_machine) != cuda)
        return false;
    if (cuda)
        return true; // neither engine nor threads of the CPU have a part in it
    const Engine engine = engineFor(spec, cuda, m_machine);
    return engineFor(chosen, cuda, m_machine) == engine && (engine == Engine::Fast || chosen.threads == spec.threads);
}

QString ResumeDialog::problem() const
{
    for (const RunRecord& run : m_runs)
        if (const Status status = checkMachine(chosenFor(run.spec), m_machine); !status)
            return QString::fromStdString(status.error().message);
    return {};
}

ResumeChoice ResumeDialog::choice() const
{
    ResumeChoice choice;
    const auto differs = [this](auto member) {
        return std::any_of(m_runs.begin(), m_runs.end(), [&](const RunRecord& run) { return chosenFor(run.spec).*member != run.spec.*member; });
    };
    const RunSpec chosen = chosenFor(m_runs.front().spec);
    if (differs(&RunSpec::device))
        choice.device = chosen.device;
    if (differs(&RunSpec::engine))
        choice.engine = chosen.engine;
    if (differs(&RunSpec::threads))
        choice.threads = chosen.threads;
    return choice;
}

QString ResumeDialog::consequence() const
{
    return m_consequence->text();
}

void ResumeDialog::refresh()
{
    const QString wrong = problem();
    const bool equal = std::all_of(m_runs.begin(), m_runs.end(), [this](const RunRecord& run) { return staysEqual(run.spec); });
    m_ok->setEnabled(wrong.isEmpty());
    m_ok->setToolTip(wrong);
    if (!wrong.isEmpty())
        m_consequence->setText(wrong);
    else if (equal)
        m_consequence->setText(tr("The results will be those of an uninterrupted run, bit for bit, on the same kind of processor."));
    else
        m_consequence->setText(tr("The results will not be bit for bit those of an uninterrupted run: another device, engine or "
                                  "number of threads adds up in another order. The differences are as small as rounding at first "
                                  "and grow as training goes on."));
}

} // namespace normscope

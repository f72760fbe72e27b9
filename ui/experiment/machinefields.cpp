// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/machinefields.h"

#include "model/training/machine.h"
#include "ui/experiment/combofield.h"
#include "ui/experiment/devicechooser.h"

#include <QVBoxLayout>

namespace normscope {

namespace {

QString cudaName(const SystemInfo& machine)
{
    if (!machine.cuda)
        return {};
    return machine.cudaDevice.empty() ? QStringLiteral("CUDA") : QString::fromStdString(machine.cudaDevice);
}

} // namespace

MachineFields::MachineFields(const SystemInfo& machine, QWidget* parent)
    : QWidget(parent),
      m_machine(machine),
      m_device(new DeviceChooser(cudaName(machine), this)),
      m_engine(new ComboField(QStringLiteral("engine"), tr("Engine"),
                              tr("What computes a step of training. The fast engine was written for this network and "
                                 "needs an x86-64 processor with AVX2; LibTorch runs everywhere. Their results agree to rounding."),
                              this)),
      m_precision(new ComboField(QStringLiteral("precision"), tr("Precision"),
                                 tr("How exactly is computed. f32 keeps 7 digits; bf16 keeps 2 to 3 and is faster; tf32 keeps "
                                    "3 to 4, on CUDA only. The weights are kept in f32 in any case."),
                                 this))
{
    addChoices();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_device);
    layout->addWidget(m_engine);
    layout->addWidget(m_precision);
    const auto react = [this] {
        refresh();
        Q_EMIT changed();
    };
    connect(m_device, &DeviceChooser::changed, this, react);
    connect(m_engine, &ComboField::changed, this, react);
    connect(m_precision, &ComboField::changed, this, react);
    refresh();
}

void MachineFields::addChoices()
{
    m_engine->addChoice(tr("Auto"), int(Engine::Auto));
    m_engine->addChoice(tr("LibTorch"), int(Engine::LibTorch));
    m_engine->addChoice(m_machine.fastEngine ? tr("Fast") : tr("Fast (not here)"), int(Engine::Fast),
                        m_machine.fastEngine ? QString()
                                             : tr("The fast engine needs an x86-64 processor with AVX2 and a build with oneDNN; one of them is missing here."));
    const bool bf16 = m_machine.cpuBf16 || m_machine.cudaBf16;
    m_precision->addChoice(tr("f32"), int(Precision::Float32));
    m_precision->addChoice(bf16 ? tr("bf16 (faster)") : tr("bf16 (not here)"), int(Precision::BFloat16),
                           bf16 ? QString() : tr("bf16 needs a processor with AVX-512 BF16, which this one lacks."));
    m_precision->addChoice(m_machine.cuda ? tr("tf32 (CUDA only)") : tr("tf32 (no CUDA here)"), int(Precision::Tf32),
                           m_machine.cuda ? QString() : tr("tf32 is there on CUDA devices only; LibTorch finds none on this computer."));
}

void MachineFields::readInto(RunSpec& spec) const
{
    spec.device = m_device->device();
    spec.engine = static_cast<Engine>(m_engine->value());
    spec.precision = static_cast<Precision>(m_precision->value());
}

void MachineFields::show(const RunSpec& spec)
{
    m_device->setDevice(spec.device);
    m_engine->setValue(int(spec.engine));
    m_precision->setValue(int(spec.precision));
    refresh();
}

QString MachineFields::problemOf(const char* field) const
{
    RunSpec spec;
    readInto(spec);
    for (const auto& issue : machineIssues(spec, m_machine))
        if (issue.isError && issue.field == field)
            return QString::fromStdString(issue.message);
    return {};
}

QString MachineFields::whyNot() const
{
    if (const QString wrong = m_device->whyNot(); !wrong.isEmpty())
        return wrong;
    const QString wrong = problemOf("engine");
    return wrong.isEmpty() ? problemOf("precision") : wrong;
}

void MachineFields::setLabelWidth(int width)
{
    m_device->setLabelWidth(width);
    m_engine->setLabelWidth(width);
    m_precision->setLabelWidth(width);
}

void MachineFields::refresh()
{
    RunSpec spec;
    readInto(spec);
    spec.engine = Engine::Auto;
    const bool fast = engineFor(spec, meansCuda(spec, m_machine), m_machine) == Engine::Fast;
    m_engine->setChoiceText(int(Engine::Auto), fast ? tr("Auto (fast)") : tr("Auto (LibTorch)"));
    m_engine->say(InlineMessage::Kind::Error, problemOf("engine"));
    const QString wrong = problemOf("precision");
    if (wrong.isEmpty() && spec.precision == Precision::BFloat16)
        m_precision->say(InlineMessage::Kind::Info, tr("Faster, and rounded more: expect figures a little different from f32's."));
    else
        m_precision->say(InlineMessage::Kind::Error, wrong);
}

} // namespace normscope

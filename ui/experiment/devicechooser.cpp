// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/devicechooser.h"

#include "ui/experiment/inlinemessage.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QStandardItemModel>

namespace normscope {

DeviceChooser::DeviceChooser(const QString& cudaDevice, QWidget* parent)
    : QWidget(parent),
      m_cudaDevice(cudaDevice),
      m_label(new QLabel(tr("Device"), this)),
      m_combo(new QComboBox(this)),
      m_message(new InlineMessage(this))
{
    m_combo->setObjectName(QStringLiteral("device"));
    m_combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_label->setBuddy(m_combo);
    const bool cuda = !cudaDevice.isEmpty();
    m_combo->addItem(cuda ? tr("Auto (CUDA)") : tr("Auto (CPU)"), int(DeviceChoice::Auto));
    m_combo->addItem(tr("CPU"), int(DeviceChoice::Cpu));
    m_combo->addItem(cuda ? tr("CUDA: %1").arg(cudaDevice) : tr("CUDA (none found)"), int(DeviceChoice::Cuda));
    if (!cuda) {
        auto* item = static_cast<QStandardItemModel*>(m_combo->model())->item(2);
        item->setEnabled(false);
        item->setToolTip(tr("LibTorch finds no CUDA device on this computer."));
    }
    m_combo->setToolTip(cuda ? tr("Auto trains on %1.").arg(cudaDevice)
                             : tr("Auto trains on the CPU: LibTorch finds no CUDA device on this computer."));
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(8);
    layout->setVerticalSpacing(2);
    layout->addWidget(m_label, 0, 0);
    layout->addWidget(m_combo, 0, 1);
    layout->addWidget(m_message, 1, 0, 1, 2);
    layout->setColumnStretch(1, 1);
    connect(m_combo, &QComboBox::currentIndexChanged, this, [this] {
        refresh();
        Q_EMIT changed();
    });
}

DeviceChoice DeviceChooser::device() const
{
    return static_cast<DeviceChoice>(m_combo->currentData().toInt());
}

void DeviceChooser::setDevice(DeviceChoice device)
{
    m_combo->setCurrentIndex(m_combo->findData(int(device)));
}

QString DeviceChooser::whyNot() const
{
    if (device() != DeviceChoice::Cuda || !m_cudaDevice.isEmpty())
        return {};
    return tr("LibTorch finds no CUDA device on this computer. Choose Auto or CPU.");
}

void DeviceChooser::setLabelWidth(int width)
{
    m_label->setMinimumWidth(width);
}

void DeviceChooser::refresh()
{
    m_message->say(InlineMessage::Kind::Error, whyNot());
}

} // namespace normscope

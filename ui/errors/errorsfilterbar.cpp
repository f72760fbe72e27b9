// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/errors/errorsfilterbar.h"

#include "ui/compare/format.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include <algorithm>

namespace normscope {

namespace {

constexpr int sizeStep = 32; ///< the images are 32 pixels wide: whole steps keep them crisp
constexpr int startSize = 64;

QLabel* buddyLabel(const QString& text, QWidget* buddy, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setBuddy(buddy);
    return label;
}

} // namespace

ErrorsFilterBar::ErrorsFilterBar(QWidget* parent)
    : QWidget(parent), m_true(buildClassBox(QStringLiteral("trueClass"), tr("Shows images of this true class alone."))),
      m_predicted(buildClassBox(QStringLiteral("predictedClass"), tr("Shows images that were taken for this class alone.")))
{
    buildOrder();
    buildSlider();
    buildChip();
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(buddyLabel(tr("&Target"), m_true, this));
    layout->addWidget(m_true);
    layout->addWidget(buddyLabel(tr("&Predicted"), m_predicted, this));
    layout->addWidget(m_predicted);
    layout->addStretch(1);
    layout->addWidget(buddyLabel(tr("&Order"), m_order, this));
    layout->addWidget(m_order);
    layout->addWidget(buddyLabel(tr("Si&ze"), m_size, this));
    layout->addWidget(m_size);
    setClassNames({});
}

QComboBox* ErrorsFilterBar::buildClassBox(const QString& name, const QString& tip)
{
    auto* box = new QComboBox(this);
    box->setObjectName(name);
    box->setToolTip(tip);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(7);
    box->setMaxVisibleItems(20);
    connect(box, &QComboBox::currentIndexChanged, this, [this] {
        updateChip();
        Q_EMIT filterChanged();
    });
    return box;
}

void ErrorsFilterBar::buildOrder()
{
    m_order = new QComboBox(this);
    m_order->setObjectName(QStringLiteral("order"));
    m_order->addItem(tr("most confident first"), int(ErrorOrder::MostConfident));
    m_order->addItem(tr("by class"), int(ErrorOrder::ByClass));
    m_order->addItem(tr("by index"), int(ErrorOrder::ByIndex));
    m_order->setToolTip(tr("The most confident mistakes are those with the highest probability for the wrong class."));
    connect(m_order, &QComboBox::currentIndexChanged, this, &ErrorsFilterBar::orderChanged);
}

void ErrorsFilterBar::buildSlider()
{
    m_size = new QSlider(Qt::Horizontal, this);
    m_size->setObjectName(QStringLiteral("thumbnailSize"));
    m_size->setRange(1, 4);
    m_size->setPageStep(1);
    m_size->setTickPosition(QSlider::TicksBelow);
    m_size->setValue(startSize / sizeStep);
    m_size->setFixedWidth(80);
    m_size->setToolTip(tr("Size of the pictures: 32, 64, 96 or 128 pixels."));
    connect(m_size, &QSlider::valueChanged, this, [this] { Q_EMIT thumbnailSizeChanged(thumbnailSize()); });
}

void ErrorsFilterBar::buildChip()
{
    m_chip = new QToolButton(this);
    m_chip->setObjectName(QStringLiteral("filterChip"));
    m_chip->setToolTip(tr("Shows all errors again."));
    connect(m_chip, &QToolButton::clicked, this, [this] { setFilter({}); });
    m_chip->hide(); // the page places it; it must not push the filters about
}

void ErrorsFilterBar::setClassNames(const std::vector<std::string>& names)
{
    if (m_true->count() > 0 && names == m_names)
        return;
    const ErrorFilter before = filter();
    m_names = names;
    for (QComboBox* box : {m_true, m_predicted}) {
        const QSignalBlocker quiet(box);
        box->clear();
        box->addItem(tr("any"));
        for (int i = 0; i < int(names.size()); ++i)
            box->addItem(classNameText(names, i));
    }
    setFilter(before.trueClass < int(names.size()) && before.predictedClass < int(names.size()) ? before : ErrorFilter{});
}

void ErrorsFilterBar::setFilter(const ErrorFilter& wanted)
{
    const ErrorFilter before = filter();
    {
        const QSignalBlocker quietTrue(m_true);
        const QSignalBlocker quietPredicted(m_predicted);
        m_true->setCurrentIndex(std::clamp(wanted.trueClass + 1, 0, m_true->count() - 1));
        m_predicted->setCurrentIndex(std::clamp(wanted.predictedClass + 1, 0, m_predicted->count() - 1));
    }
    updateChip();
    if (!(filter() == before))
        Q_EMIT filterChanged(); // once for both boxes
}

ErrorFilter ErrorsFilterBar::filter() const
{
    return {std::max(-1, m_true->currentIndex() - 1), std::max(-1, m_predicted->currentIndex() - 1)};
}

ErrorOrder ErrorsFilterBar::order() const
{
    return static_cast<ErrorOrder>(m_order->currentData().toInt());
}

int ErrorsFilterBar::thumbnailSize() const
{
    return m_size->value() * sizeStep;
}

QString ErrorsFilterBar::chipText() const
{
    const ErrorFilter now = filter();
    if (!now.isSet())
        return {};
    const QString from = now.trueClass < 0 ? tr("anything") : m_true->currentText();
    const QString to = now.predictedClass < 0 ? tr("anything") : m_predicted->currentText();
    return tr("%1 predicted as %2").arg(from, to);
}

void ErrorsFilterBar::updateChip()
{
    if (!m_chip) // the boxes are filled before the chip exists
        return;
    const QString text = chipText();
    const QString shown = fontMetrics().elidedText(text, Qt::ElideMiddle, 220);
    m_chip->setText(QString(shown).replace(QLatin1Char('&'), QStringLiteral("&&")) + QStringLiteral("  \u2715"));
    m_chip->setVisible(!text.isEmpty());
}

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/emptystate.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope {

namespace {

constexpr int textWidth = 500;
constexpr int iconSide = 72;

// A box layout centres a label at its hinted height, which forgets the lines that wrapping adds.
void setText(QLabel* label, const QString& text)
{
    label->setText(text);
    label->setMinimumHeight(std::max(label->heightForWidth(textWidth), 0));
}

QLabel* paragraph(const QString& text)
{
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignHCenter);
    label->setFixedWidth(textWidth);
    setText(label, text);
    return label;
}

QFont scaled(QFont font, double factor, bool bold)
{
    font.setPointSizeF(font.pointSizeF() * factor);
    font.setBold(bold);
    return font;
}

} // namespace

EmptyState::EmptyState(QWidget* parent) : QWidget(parent), m_compare(new QPushButton), m_quick(new QPushButton), m_data(paragraph({}))
{
    auto* icon = new QLabel;
    icon->setPixmap(applicationIcon().pixmap(QSize(iconSide, iconSide), devicePixelRatioF()));
    icon->setAlignment(Qt::AlignHCenter);
    auto* title = paragraph(tr("What does normalization do to a network?"));
    title->setFont(scaled(title->font(), 1.5, true));
    setText(title, title->text());
    m_compare->setText(tr("Compare BN, GN and LN"));
    m_compare->setIcon(themeIcon(QStringLiteral("compare")));
    m_compare->setIconSize(QSize(20, 20));
    m_compare->setFont(scaled(m_compare->font(), 1.25, true));
    m_compare->setMinimumSize(300, 48);
    m_compare->setDefault(true);
    m_quick->setText(tr("Quick look first"));
    m_quick->setMinimumWidth(200);
    m_data->setTextFormat(Qt::PlainText);

    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(spacing::large);
    layout->addStretch(2);
    const auto add = [layout](QWidget* widget) { layout->addWidget(widget, 0, Qt::AlignHCenter); };
    add(icon);
    add(title);
    add(paragraph(tr("Train the same small residual network three times: with batch, group and layer normalization, "
                     "each by the seed's own recipe. Watch the curves grow, then compare what each of them gets wrong.")));
    add(m_compare);
    add(paragraph(tr("Or see how it works within minutes: the same three on a fifth of the images, 5 epochs each, "
                     "marked \"quick look\" wherever their figures appear.")));
    add(m_quick);
    add(m_data);
    layout->addStretch(3);
    connect(m_compare, &QPushButton::clicked, this, &EmptyState::compareRequested);
    connect(m_quick, &QPushButton::clicked, this, &EmptyState::quickLookRequested);
}

void EmptyState::setData(const QString& dataTitle, bool canStart, const QString& whyNot)
{
    setText(m_data, canStart ? tr("Data: %1. Choose other images or settings in the form on the left.").arg(dataTitle)
                             : tr("Cannot start yet: %1").arg(whyNot));
    for (QPushButton* button : {m_compare, m_quick}) {
        button->setEnabled(canStart);
        button->setToolTip(canStart ? QString() : tr("Cannot start yet: %1").arg(whyNot));
    }
}

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/stylepicker.h"

#include "ui/theme/runstyle.h"
#include "ui/theme/theme.h"

#include <QGridLayout>
#include <QToolButton>
#include <QWidgetAction>

namespace normscope {

namespace {

constexpr int lineStyles = 4;
constexpr QSize iconSize{28, 12};

} // namespace

StylePicker::StylePicker(const QString& title, QWidget* parent) : QMenu(title, parent)
{
    auto* grid = new QWidget(this);
    auto* layout = new QGridLayout(grid);
    layout->setContentsMargins(spacing::small, spacing::small, spacing::small, spacing::small);
    layout->setSpacing(spacing::small / 2);
    const int colours = runStyleCount() / lineStyles;
    for (int index = 0; index < runStyleCount(); ++index) {
        auto* button = new QToolButton;
        button->setIcon(runStyleIcon(index));
        button->setIconSize(iconSize);
        button->setAutoRaise(true);
        button->setAccessibleName(tr("Style %1").arg(index + 1));
        connect(button, &QToolButton::clicked, this, [this, index] {
            close();
            Q_EMIT picked(index);
        });
        layout->addWidget(button, index % colours, index % lineStyles); // a colour a row, a line style a column
    }
    auto* action = new QWidgetAction(this);
    action->setDefaultWidget(grid);
    addAction(action);
}

} // namespace normscope

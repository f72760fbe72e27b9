// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMenu>

namespace normscope {

/// A menu of every colour and line style that a run can have.
class StylePicker : public QMenu {
    Q_OBJECT
public:
    explicit StylePicker(const QString& title, QWidget* parent = nullptr);

Q_SIGNALS:
    void picked(int colourIndex);
};

} // namespace normscope

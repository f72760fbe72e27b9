// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <QWidget>

class QButtonGroup;
class QComboBox;
class QLabel;

namespace normscope {

/// One plain sentence on which values share a mean and a deviation.
QString normalizationExplanation(Normalization normalization, int groups);

/// Batch, layer, group, instance or none, the number of groups, and what that averages over.
class NormalizationChooser : public QWidget {
    Q_OBJECT
public:
    explicit NormalizationChooser(QWidget* parent = nullptr);

    Normalization normalization() const;
    int groups() const;
    void setLabelWidth(int width); ///< so that its label lines up with those of other fields
    void setChoice(Normalization normalization, int groups);

Q_SIGNALS:
    void changed();

private:
    void refresh();

    QButtonGroup* m_buttons;
    QLabel* m_explanation;
    QLabel* m_groupsLabel;
    QComboBox* m_groups;
};

} // namespace normscope

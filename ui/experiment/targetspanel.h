// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <QWidget>

#include <cstdint>

class QLabel;

namespace normscope {

/// The seed's three targets, with a tick or a cross for the two that are known before training.
class TargetsPanel : public QWidget {
    Q_OBJECT
public:
    explicit TargetsPanel(QWidget* parent = nullptr);

    /// `parameters` below 0: not known.
    void show(std::int64_t parameters, int epochs);

private:
    struct Line {
        QLabel* mark = nullptr;
        QLabel* text = nullptr;
    };
    Line addLine(const QString& name);
    enum class Verdict { Open, Met, Missed };
    void setLine(const Line& line, Verdict verdict, const QString& text);

    Targets m_targets;
    Line m_accuracy;
    Line m_parameters;
    Line m_epochs;
};

} // namespace normscope

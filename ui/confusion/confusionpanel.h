// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/confusion/confusionmodel.h"
#include "ui/export/imageexport.h"
#include "ui/runs/runlibrary.h"

#include <QWidget>

class QLabel;

namespace normscope {

class ConfusionView;
class RunHeader;

/// One run's matrix under its name and figures, or why there is none.
class ConfusionPanel : public QWidget {
    Q_OBJECT
public:
    explicit ConfusionPanel(QWidget* parent = nullptr);

    void setRun(const Run& run, std::shared_ptr<const Evaluation> evaluation);
    void setShow(ConfusionModel::Show show);

    QString runId() const { return m_runId; }
    QString name() const { return m_name; }
    int colour() const { return m_colour; }
    bool hasMatrix() const { return !m_model->isEmpty(); }
    ConfusionModel* model() const { return m_model; }
    ConfusionView* view() const { return m_view; }
    int headerHeight() const;
    QString csv() const;
    ExportItem exportItem() const;

    /// "accuracy 75.84 %, 2,416 of 10,000 incorrect".
    static QString figuresText(const Evaluation& evaluation);

private:
    QString whyNone(const Run& run) const;

    QString m_runId;
    QString m_name;
    int m_colour = 0;
    ConfusionModel* m_model;
    ConfusionView* m_view;
    RunHeader* m_header;
    QLabel* m_message;
};

/// Several matrices on one sheet, side by side and in rows from four on.
ExportItem confusionSheet(const std::vector<const ConfusionPanel*>& panels);

} // namespace normscope

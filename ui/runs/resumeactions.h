// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/recovery.h"

#include <QObject>
#include <QPointer>
#include <QStringList>

#include <functional>

class QAction;
class QToolButton;
class QWidget;

namespace normscope {

class ResumeDialog;
class RunLibrary;

/// Resume, Resume on... and Repair for the selected runs: enabled where they help, else saying why not.
class ResumeActions : public QObject {
    Q_OBJECT
public:
    /// `parent` is what the dialog belongs to.
    ResumeActions(RunLibrary& library, QWidget* parent);

    void update(const QStringList& selected);
    /// Tells which queued runs are in this window's queue.
    void setQueueTest(std::function<bool(const QString&)> isInQueue) { m_isInQueue = std::move(isInQueue); }
    QAction* resumeAction() const { return m_resume; }
    QAction* resumeOnAction() const { return m_resumeOn; }
    QAction* repairAction() const { return m_repair; }
    ResumeDialog* dialog() const;
    /// A button that resumes, or repairs where only that helps, with all three in its menu.
    QToolButton* makeButton();

Q_SIGNALS:
    void resumeRequested(const QStringList& ids, const normscope::ResumeChoice& choice);
    void repairRequested(const QStringList& ids);

private:
    QString whyNot(const QString& id) const;
    void askWhereTo();

    RunLibrary& m_library;
    QWidget* m_parent;
    std::function<bool(const QString&)> m_isInQueue;
    QStringList m_resumable; ///< of the selected runs
    QStringList m_damaged;
    QAction* m_resume;
    QAction* m_resumeOn;
    QAction* m_repair;
    QPointer<ResumeDialog> m_dialog;
    QPointer<QToolButton> m_button;
};

} // namespace normscope

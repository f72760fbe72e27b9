// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>

class QLabel;
class QPlainTextEdit;

namespace normscope {

class RunLibrary;

/// The note of one run, edited in place below the runs.
class NoteEditor : public QFrame {
    Q_OBJECT
public:
    explicit NoteEditor(RunLibrary& library, QWidget* parent = nullptr); ///< hidden until edit()

    void edit(const QString& runId);

public Q_SLOTS:
    void save();

private:
    RunLibrary& m_library;
    QString m_runId;
    QLabel* m_title = nullptr;
    QPlainTextEdit* m_text = nullptr;
};

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/noteeditor.h"

#include "ui/runs/runlibrary.h"
#include "ui/theme/theme.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QShortcut>
#include <QVBoxLayout>

namespace normscope {

namespace {

constexpr int visibleLines = 4;

} // namespace

NoteEditor::NoteEditor(RunLibrary& library, QWidget* parent)
    : QFrame(parent), m_library(library), m_title(new QLabel), m_text(new QPlainTextEdit)
{
    setFrameShape(QFrame::StyledPanel);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(spacing::normal, spacing::normal, spacing::normal, spacing::normal);
    layout->setSpacing(spacing::small);
    layout->addWidget(m_title);
    layout->addWidget(m_text);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setWordWrap(true);
    m_text->setTabChangesFocus(true);
    m_text->setFixedHeight(m_text->fontMetrics().lineSpacing() * visibleLines + spacing::large);
    m_text->setPlaceholderText(tr("What this run was for, what it showed"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &NoteEditor::save);
    connect(buttons, &QDialogButtonBox::rejected, this, &QWidget::hide);
    auto* escape = new QShortcut(QKeySequence(Qt::Key_Escape), this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(escape, &QShortcut::activated, this, &QWidget::hide);
    connect(&m_library, &RunLibrary::runRemoved, this, [this](const QString& id) {
        if (id == m_runId)
            hide();
    });
    hide();
}

void NoteEditor::edit(const QString& runId)
{
    const Run* run = m_library.run(runId);
    if (!run)
        return;
    m_runId = runId;
    m_title->setText(tr("Note on \"%1\"").arg(run->displayName()));
    m_text->setPlainText(QString::fromStdString(run->record.note));
    show();
    m_text->setFocus();
}

void NoteEditor::save()
{
    m_library.setNote(m_runId, m_text->toPlainText().trimmed());
    hide();
}

} // namespace normscope

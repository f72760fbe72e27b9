// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/inlinemessage.h"

#include "ui/theme/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>

namespace normscope {

namespace {

QStyle::StandardPixmap standardPixmap(InlineMessage::Kind kind)
{
    switch (kind) {
    case InlineMessage::Kind::Error: return QStyle::SP_MessageBoxCritical;
    case InlineMessage::Kind::Warning: return QStyle::SP_MessageBoxWarning;
    case InlineMessage::Kind::Info: break;
    }
    return QStyle::SP_MessageBoxInformation;
}

} // namespace

InlineMessage::InlineMessage(QWidget* parent) : QWidget(parent), m_icon(new QLabel(this)), m_text(new QLabel(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    m_icon->setAlignment(Qt::AlignTop);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addWidget(m_text, 1);
    hide();
}

void InlineMessage::say(Kind kind, const QString& text)
{
    if (text.isEmpty()) {
        clear();
        return;
    }
    m_kind = kind;
    const int side = fontMetrics().height();
    m_icon->setPixmap(style()->standardIcon(standardPixmap(kind)).pixmap(side, side));
    m_text->setText(text);
    setAccessibleName(text);
    applyColour();
    show();
}

void InlineMessage::clear()
{
    m_text->clear();
    hide();
}

QString InlineMessage::text() const
{
    return m_text->text();
}

void InlineMessage::setSelectable(bool selectable)
{
    m_text->setTextInteractionFlags(selectable ? Qt::TextSelectableByMouse : Qt::NoTextInteraction);
}

QColor InlineMessage::colour(Kind kind, const QPalette& palette)
{
    switch (kind) {
    case Kind::Error: return errorColour(palette);
    case Kind::Warning: return warningColour(palette);
    case Kind::Info: break;
    }
    return palette.color(QPalette::WindowText);
}

void InlineMessage::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    // Setting the label's palette below does not come back here: only our own palette's changes do.
    if (event->type() == QEvent::PaletteChange)
        applyColour();
}

void InlineMessage::applyColour()
{
    QPalette palette = this->palette();
    palette.setColor(QPalette::WindowText, colour(m_kind, palette));
    m_text->setPalette(palette);
}

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/messagebar.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>

#include <utility>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

constexpr int iconSide = 16;

IconTone toneOf(MessageBar::Kind kind)
{
    switch (kind) {
    case MessageBar::Kind::Info: return IconTone::Text;
    case MessageBar::Kind::Warning: return IconTone::Warning;
    case MessageBar::Kind::Error: return IconTone::Error;
    }
    return IconTone::Text;
}

} // namespace

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent), m_icon(new QLabel), m_text(new QLabel), m_other(new QPushButton), m_action(new QPushButton), m_close(new QToolButton),
      m_timer(new QTimer(this))
{
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(spacing::normal, spacing::small, spacing::small, spacing::small);
    layout->setSpacing(spacing::normal);
    layout->addWidget(m_icon);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_other);
    layout->addWidget(m_action);
    layout->addWidget(m_close);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText); // a run's name or a file's is no markup
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_close->setIcon(themeIcon(u"close"_s));
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Close this message"));
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    m_other->hide();
    connect(m_action, &QPushButton::clicked, this, [this] { press(m_run); });
    connect(m_other, &QPushButton::clicked, this, [this] { press(m_runOther); });
    m_timer->setSingleShot(true);
    connect(m_timer, &QTimer::timeout, this, &QWidget::hide);
    hide();
}

void MessageBar::press(std::function<void()>& action)
{
    if (m_close->isHidden()) {
        if (const auto run = action) // a copy: the action may say something else
            run();
        return;
    }
    hide();
    if (const auto run = std::exchange(action, {}))
        run();
}

void MessageBar::say(Kind kind, const QString& text)
{
    say(kind, text, {}, {});
}

void MessageBar::say(Kind kind, const QString& text, const QString& actionText, std::function<void()> action, int seconds)
{
    m_kind = kind;
    m_run = std::move(action);
    m_text->setText(text);
    m_action->setText(actionText);
    m_action->setVisible(!actionText.isEmpty());
    m_runOther = {};
    m_other->hide();
    m_timer->stop();
    if (seconds > 0)
        m_timer->start(seconds * 1000);
    updateColours();
    show();
}

void MessageBar::offer(const QString& otherText, std::function<void()> other)
{
    m_runOther = std::move(other);
    m_other->setText(otherText);
    m_other->show();
}

void MessageBar::setClosable(bool closable)
{
    m_close->setVisible(closable);
}

QString MessageBar::text() const
{
    return m_text->text();
}

void MessageBar::updateColours()
{
    m_icon->setPixmap(themeIcon(m_kind == Kind::Info ? u"info"_s : u"warning"_s, toneOf(m_kind))
                          .pixmap(QSize(iconSide, iconSide), devicePixelRatioF()));
}

void MessageBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        updateColours();
    QFrame::changeEvent(event);
}

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/datastatus.h"

#include "ui/experiment/inlinemessage.h"

#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace normscope {

DataStatus::DataStatus(QWidget* parent)
    : QWidget(parent),
      m_loading(new QLabel(this)),
      m_progress(new QProgressBar(this)),
      m_error(new InlineMessage(this)),
      m_retry(new QPushButton(tr("Try again"), this))
{
    m_loading->setAlignment(Qt::AlignCenter);
    m_loading->setWordWrap(true);
    m_progress->setFixedWidth(320);
    m_error->setObjectName(QStringLiteral("dataPageError"));
    m_error->setSelectable(true);
    m_error->setMaximumWidth(560);
    m_retry->setObjectName(QStringLiteral("dataPageRetry"));
    auto* layout = new QVBoxLayout(this);
    layout->addStretch(1);
    layout->addWidget(m_loading);
    layout->addWidget(m_progress, 0, Qt::AlignHCenter);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(m_error, 4);
    row->addStretch(1);
    layout->addLayout(row);
    layout->addWidget(m_retry, 0, Qt::AlignHCenter);
    layout->addStretch(2);
    connect(m_retry, &QPushButton::clicked, this, &DataStatus::retryClicked);
}

void DataStatus::showLoading(const QString& title, int percent)
{
    m_loading->setText(tr("Reading %1...").arg(title));
    m_loading->show();
    m_progress->setRange(0, percent < 0 ? 0 : 100);
    m_progress->setValue(percent);
    m_progress->show();
    m_error->clear();
    m_retry->hide();
}

void DataStatus::showError(const QString& message)
{
    m_loading->hide();
    m_progress->hide();
    m_error->say(InlineMessage::Kind::Error, message);
    m_retry->show();
}

} // namespace normscope

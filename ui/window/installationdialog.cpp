// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/installationdialog.h"

#include "ui/theme/theme.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

namespace normscope {

namespace {

constexpr int valueWidth = 460;

} // namespace

InstallationDialog::InstallationDialog(InstallationRows rows, QWidget* parent) : QDialog(parent), m_rows(std::move(rows))
{
    setWindowTitle(tr("About this installation"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(false);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(spacing::large);
    grid->setVerticalSpacing(spacing::small);
    for (int row = 0; row < m_rows.size(); ++row) {
        auto* name = new QLabel(m_rows[row].first);
        name->setForegroundRole(QPalette::PlaceholderText);
        auto* value = new QLabel(m_rows[row].second);
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setFixedWidth(valueWidth);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        grid->addWidget(name, row, 0, Qt::AlignRight | Qt::AlignTop);
        grid->addWidget(value, row, 1);
    }
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    m_copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
    m_copy->setToolTip(tr("Puts all of it into the clipboard, as text"));
    connect(m_copy, &QPushButton::clicked, this, &InstallationDialog::copy);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(spacing::large, spacing::large, spacing::large, spacing::large);
    layout->setSpacing(spacing::large);
    layout->addLayout(grid);
    layout->addWidget(buttons);
    layout->setSizeConstraint(QLayout::SetFixedSize);
}

void InstallationDialog::copy()
{
    QGuiApplication::clipboard()->setText(installationText(m_rows));
    m_copy->setText(tr("Copied"));
}

} // namespace normscope

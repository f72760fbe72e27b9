// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/targetspanel.h"

#include <QGridLayout>
#include <QLabel>
#include <QLocale>

namespace normscope {

TargetsPanel::TargetsPanel(QWidget* parent) : QWidget(parent)
{
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(6);
    layout->setVerticalSpacing(1);
    layout->setColumnStretch(1, 1);
    m_accuracy = addLine(QStringLiteral("targetAccuracy"));
    m_parameters = addLine(QStringLiteral("targetParameters"));
    m_epochs = addLine(QStringLiteral("targetEpochs"));
}

TargetsPanel::Line TargetsPanel::addLine(const QString& name)
{
    auto* layout = static_cast<QGridLayout*>(this->layout());
    const int row = layout->rowCount();
    Line line{new QLabel(this), new QLabel(this)};
    line.text->setObjectName(name);
    line.text->setWordWrap(true);
    line.mark->setObjectName(name + QStringLiteral("Mark"));
    line.mark->setMinimumWidth(fontMetrics().horizontalAdvance(QChar(0x2713)) + 2);
    layout->addWidget(line.mark, row, 0, Qt::AlignTop);
    layout->addWidget(line.text, row, 1);
    return line;
}

void TargetsPanel::show(std::int64_t parameters, int epochs)
{
    const QLocale locale;
    setLine(m_accuracy, Verdict::Open,
            tr("Test accuracy above %1 %: known after training").arg(locale.toString(m_targets.testAccuracy, 'f', 0)));
    const QString limit = locale.toString(static_cast<qlonglong>(m_targets.parameters));
    if (parameters < 0)
        setLine(m_parameters, Verdict::Open, tr("Fewer than %1 parameters").arg(limit));
    else
        setLine(m_parameters, parameters < m_targets.parameters ? Verdict::Met : Verdict::Missed,
                tr("Fewer than %1 parameters: %2").arg(limit, locale.toString(static_cast<qlonglong>(parameters))));
    setLine(m_epochs, epochs <= m_targets.epochs ? Verdict::Met : Verdict::Missed,
            tr("At most %1 epochs: %2").arg(m_targets.epochs).arg(locale.toString(epochs)));
}

void TargetsPanel::setLine(const Line& line, Verdict verdict, const QString& text)
{
    const QChar mark = verdict == Verdict::Met      ? QChar(0x2713)
                       : verdict == Verdict::Missed ? QChar(0x2717)
                                                    : QChar(0x2022);
    line.mark->setText(QString(mark));
    line.mark->setAccessibleName(verdict == Verdict::Met      ? tr("met")
                                 : verdict == Verdict::Missed ? tr("missed")
                                                              : tr("not known yet"));
    line.text->setText(text);
}

} // namespace normscope

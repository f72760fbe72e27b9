// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/confusion/confusionpanel.h"

#include "model/store/runstore.h"
#include "ui/compare/comparisontext.h"
#include "ui/compare/format.h"
#include "ui/compare/runheader.h"
#include "ui/confusion/confusionpainter.h"
#include "ui/confusion/confusionview.h"
#include "ui/export/textexport.h"

#include <QGuiApplication>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

/// All that one matrix of an export needs, so that training may go on while the dialog is open.
struct Shown {
    std::shared_ptr<ConfusionModel> model;
    QString name;
    QString figures;
    int colour = 0;
};

void paintOne(QPainter& painter, const QRectF& target, const Shown& shown)
{
    painter.save();
    QFont font = QGuiApplication::font();
    font.setPixelSize(std::max(9, int(std::min(target.width(), target.height()) / 36)));
    painter.setFont(font);
    const double header = QFontMetricsF(font).height() * 2.4;
    RunHeader::paintForExport(painter, QRectF(target.left(), target.top(), target.width(), header), shown.name, shown.colour,
                              shown.figures);
    const QRectF area = target.adjusted(0, header * 1.15, 0, 0);
    ConfusionPainter(*shown.model, area, font, ConfusionColours::forPrint()).paint(painter);
    painter.restore();
}

ExportItem sheetOf(std::vector<Shown> all, const QString& title, const QString& stem)
{
    const int count = int(all.size());
    const int columns = count <= 3 ? std::max(1, count) : int(std::ceil(std::sqrt(count)));
    const int rows = std::max(1, (count + columns - 1) / columns);
    ExportItem item;
    item.title = title;
    item.fileStem = stem;
    item.defaultSize = QSize(720 * columns, 60 + 780 * rows);
    item.paint = [all = std::move(all), title, columns, rows](QPainter& painter, const QRectF& target) {
        const double margin = std::min(target.width(), target.height()) * 0.03;
        const QRectF area = target.adjusted(margin, margin, -margin, -margin);
        QFont font = QGuiApplication::font();
        font.setBold(true);
        font.setPixelSize(std::max(11, int(std::min(area.width() / columns, area.height() / rows) / 28)));
        painter.setFont(font);
        painter.setPen(Qt::black);
        const double head = QFontMetricsF(font).height() * 1.5;
        painter.drawText(QRectF(area.left(), area.top(), area.width(), head), Qt::AlignLeft | Qt::AlignTop,
                         QFontMetricsF(font).elidedText(title, Qt::ElideRight, area.width()));
        const double width = (area.width() - margin * (columns - 1)) / columns;
        const double height = (area.height() - head - margin * (rows - 1)) / rows;
        for (std::size_t i = 0; i < all.size(); ++i)
            paintOne(painter,
                     QRectF(area.left() + double(int(i) % columns) * (width + margin),
                            area.top() + head + double(int(i) / columns) * (height + margin), width, height),
                     all[i]);
    };
    return item;
}

Shown shownOf(const ConfusionModel& model, const QString& name, int colour)
{
    Shown shown{std::make_shared<ConfusionModel>(), name, ConfusionPanel::figuresText(*model.evaluation()), colour};
    shown.model->setEvaluation(model.evaluation(), model.classNames());
    shown.model->setShow(model.show());
    return shown;
}

QString sheetTitle(ConfusionModel::Show show)
{
    return show == ConfusionModel::Show::Counts
               ? ConfusionPanel::tr("Confusion matrix of the test images (counts)")
               : ConfusionPanel::tr("Confusion matrix of the test images (share of each true class)");
}

} // namespace

ConfusionPanel::ConfusionPanel(QWidget* parent)
    : QWidget(parent), m_model(new ConfusionModel(this)), m_view(new ConfusionView(m_model, this)),
      m_header(new RunHeader(this)), m_message(new QLabel(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_header);
    layout->addWidget(m_view, 1);
    m_message->setObjectName(QStringLiteral("message"));
    m_message->setTextFormat(Qt::PlainText);
    m_message->setWordWrap(true);
    m_message->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    m_message->setMargin(24);
    layout->addWidget(m_message, 1);
}

int ConfusionPanel::headerHeight() const
{
    return m_header->sizeHint().height() + layout()->spacing();
}

QString ConfusionPanel::figuresText(const Evaluation& evaluation)
{
    return tr("accuracy %1 %, %2 of %3 incorrect")
        .arg(fixedText(evaluation.accuracy(), 2), countText(qint64(evaluation.size() - evaluation.correct)),
             countText(qint64(evaluation.size())));
}

QString ConfusionPanel::whyNone(const Run& run) const
{
    switch (run.record.state) {
    case RunState::Queued: return tr("This run waits for its turn. Its matrix appears after the first epoch.");
    case RunState::Running: return tr("This run is in its first epoch. Its matrix appears when that has been tested.");
    case RunState::Damaged:
        return tr("This run's folder is damaged: %1").arg(QString::fromStdString(run.record.reason));
    default:
        return tr("This run has no predictions (%1), so there is no matrix to show.")
            .arg(ComparisonText::stateText(run.record.state));
    }
}

void ConfusionPanel::setRun(const Run& run, std::shared_ptr<const Evaluation> evaluation)
{
    m_runId = run.id();
    m_name = run.displayName();
    m_colour = run.record.colour;
    if (evaluation && (evaluation->classes < 1 || evaluation->size() == 0))
        evaluation = nullptr;
    m_header->setRun(m_name, m_colour, evaluation ? figuresText(*evaluation) : ComparisonText::stateText(run.record.state));
    m_message->setText(evaluation ? QString() : whyNone(run));
    m_message->setVisible(!evaluation);
    m_view->setVisible(bool(evaluation));
    m_view->setAccessibleName(tr("Confusion matrix of %1").arg(m_name));
    m_model->setEvaluation(std::move(evaluation), run.record.classNames);
}

void ConfusionPanel::setShow(ConfusionModel::Show show)
{
    m_model->setShow(show);
}

QString ConfusionPanel::csv() const
{
    std::vector<std::string> names = m_model->classNames();
    for (int i = int(names.size()); i < m_model->matrix().classes(); ++i)
        names.push_back(std::to_string(i));
    return QString::fromStdString(confusionCsv(m_model->matrix(), names));
}

ExportItem ConfusionPanel::exportItem() const
{
    return sheetOf({shownOf(*m_model, m_name, m_colour)}, sheetTitle(m_model->show()),
                   QStringLiteral("confusion-") + fileStem(m_name));
}

ExportItem confusionSheet(const std::vector<const ConfusionPanel*>& panels)
{
    std::vector<Shown> all;
    auto show = ConfusionModel::Show::Fractions;
    for (const ConfusionPanel* panel : panels)
        if (panel->hasMatrix()) {
            all.push_back(shownOf(*panel->model(), panel->name(), panel->colour()));
            show = panel->model()->show();
        }
    return sheetOf(std::move(all), sheetTitle(show), QStringLiteral("confusion"));
}

} // namespace normscope

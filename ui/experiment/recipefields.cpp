// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/recipefields.h"

#include "ui/experiment/numberfield.h"
#include "ui/experiment/numbertext.h"

#include <QLineEdit>
#include <QWidget>

#include <algorithm>

namespace normscope {

RecipeFields::RecipeFields(QWidget* owner) : QObject(owner)
{
    addAll(owner);
    for (const auto& [name, entry] : m_entries)
        m_labelWidth = std::max(m_labelWidth, entry.field->labelWidthHint());
    for (const auto& [name, entry] : m_entries)
        entry.field->setLabelWidth(m_labelWidth);
}

void RecipeFields::addAll(QWidget* owner)
{
    addWhole(owner, QStringLiteral("epochs"), tr("Epochs"), tr("How often every training image is seen, 1 to 1000."),
             &RunSpec::epochs);
    addWhole(owner, QStringLiteral("batch-size"), tr("Batch size"), tr("Images in one step of training."),
             &RunSpec::batchSize);
    addReal(owner, QStringLiteral("lr"), tr("Learning rate"),
            tr("How far a step goes. Written with a point: 0.01 or 1e-2."), &RunSpec::learningRate);
    addReal(owner, QStringLiteral("momentum"), tr("Momentum"), tr("How much of the last step is kept, 0 to below 1."),
            &RunSpec::momentum);
    addWhole(owner, QStringLiteral("step-size"), tr("StepLR step"),
             tr("After this many epochs the learning rate is multiplied by the factor, again and again."),
             &RunSpec::stepSize);
    addReal(owner, QStringLiteral("gamma"), tr("StepLR factor"),
            tr("What the learning rate is multiplied by at a step."), &RunSpec::gamma);
    addReal(owner, QStringLiteral("dropout"), tr("Dropout"),
            tr("The share of values set to 0 at random while training, 0 to below 1."), &RunSpec::dropout);
    addReal(owner, QStringLiteral("augment"), tr("Augmentation"),
            tr("The probability that RandAugment changes a training image, 0 to 1."), &RunSpec::augment);
    addWhole(owner, QStringLiteral("seed"), tr("Seed"),
             tr("Decides first weights, shuffling and augmentation. Runs with equal settings and seed are equal."),
             &RunSpec::seed);
    addWhole(owner, QStringLiteral("threads"), tr("Threads"),
             tr("Threads to train with; 0: as many as there are cores."), &RunSpec::threads);
    addWhole(owner, QStringLiteral("limit-train"), tr("Training images"),
             tr("Use at most this many training images; 0: all of them."), &RunSpec::limitTrain);
    addWhole(owner, QStringLiteral("limit-test"), tr("Test images"),
             tr("Use at most this many test images; 0: all of them."), &RunSpec::limitTest);
}

void RecipeFields::add(QWidget* owner, const QString& name, const QString& label, const QString& help,
                       std::function<QString(const RunSpec&)> show,
                       std::function<QString(const QString&, RunSpec&)> read)
{
    auto* field = new NumberField(name, label, help, owner);
    m_entries[name] = {label, field, std::move(show), std::move(read)};
    m_order.append(name);
    connect(field, &NumberField::edited, this, &RecipeFields::edited);
}

void RecipeFields::addReal(QWidget* owner, const QString& name, const QString& label, const QString& help,
                           double RunSpec::*value)
{
    add(
        owner, name, label, help, [value](const RunSpec& spec) { return realText(spec.*value); },
        [value](const QString& text, RunSpec& spec) {
            const auto parsed = parseReal(text);
            if (parsed.value)
                spec.*value = *parsed.value;
            return parsed.why;
        });
}

template <class T>
void RecipeFields::addWhole(QWidget* owner, const QString& name, const QString& label, const QString& help,
                            T RunSpec::*value)
{
    add(
        owner, name, label, help, [value](const RunSpec& spec) { return QString::number(spec.*value); },
        [value](const QString& text, RunSpec& spec) {
            const auto parsed = parseWhole<T>(text);
            if (parsed.value)
                spec.*value = *parsed.value;
            return parsed.why;
        });
}

NumberField* RecipeFields::field(const QString& name) const
{
    return m_entries.at(name).field;
}

int RecipeFields::labelWidth() const
{
    return m_labelWidth;
}

void RecipeFields::show(const RunSpec& spec)
{
    for (const auto& [name, entry] : m_entries)
        entry.field->setText(entry.show(spec));
}

void RecipeFields::readInto(RunSpec& spec) const
{
    for (const auto& [name, entry] : m_entries)
        static_cast<void>(entry.read(entry.field->text(), spec));
}

void RecipeFields::showIssues(const std::vector<SpecIssue>& issues)
{
    for (const auto& [name, entry] : m_entries) {
        auto kind = InlineMessage::Kind::Error;
        QString message = unreadable(name);
        for (const auto& issue : issues) {
            if (!message.isEmpty() || QString::fromStdString(issue.field) != name)
                continue;
            message = QString::fromStdString(issue.message);
            kind = issue.isError ? InlineMessage::Kind::Error : InlineMessage::Kind::Warning;
        }
        entry.field->say(kind, message);
    }
}

QString RecipeFields::unreadable(const QString& name) const
{
    RunSpec ignored;
    const Entry& entry = m_entries.at(name);
    return entry.read(entry.field->text(), ignored);
}

QString RecipeFields::firstErrorLabel() const
{
    const QStringList wrong = fieldsWithErrors();
    return wrong.isEmpty() ? QString() : m_entries.at(wrong.first()).label;
}

QString RecipeFields::firstError() const
{
    const QStringList wrong = fieldsWithErrors();
    if (wrong.isEmpty())
        return {};
    const Entry& entry = m_entries.at(wrong.first());
    return tr("%1: %2").arg(entry.label, entry.field->message());
}

QStringList RecipeFields::fieldsWithErrors() const
{
    QStringList wrong;
    for (const QString& name : m_order)
        if (m_entries.at(name).field->hasError())
            wrong.append(name);
    return wrong;
}

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/experimentform.h"

#include "model/nn/networkinfo.h"
#include "model/training/machine.h"
#include "ui/experiment/collapsible.h"
#include "ui/experiment/datachooser.h"
#include "ui/experiment/inlinemessage.h"
#include "ui/experiment/machinefields.h"
#include "ui/experiment/normalizationchooser.h"
#include "ui/experiment/numberfield.h"
#include "ui/experiment/numbertext.h"
#include "ui/experiment/recipefields.h"
#include "ui/experiment/startpanel.h"
#include "ui/experiment/targetspanel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QLabel>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QVBoxLayout>

namespace normscope {

namespace {

QLabel* heading(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    QFont font = label->font();
    font.setBold(true);
    label->setFont(font);
    return label;
}

} // namespace

ExperimentForm::ExperimentForm(DatasetProvider& provider, AppSettings& settings, QWidget* parent)
    : QWidget(parent),
      m_data(new DataChooser(provider, settings, this)),
      m_preset(new QComboBox(this)),
      m_normalization(new NormalizationChooser(this)),
      m_recipe(new RecipeFields(this)),
      m_quickLook(new QCheckBox(tr("Quick look: a fifth of the images"), this)),
      m_machine(new MachineFields(systemInfo(), this)),
      m_targets(new TargetsPanel(this)),
      m_actions(new StartPanel(this))
{
    setAcceptDrops(true);
    m_quickLook->setObjectName(QStringLiteral("quickLook"));
    m_quickLook->setToolTip(
        tr("Trains and tests on a fifth of the images. Such figures are marked wherever they appear."));
    m_preset->setObjectName(QStringLiteral("preset"));
    m_preset->setToolTip(tr("The seed's recipes, and the same as quick looks of 5 epochs on a fifth of the images."));
    for (const Preset& preset : presets())
        m_preset->addItem(QString::fromStdString(preset.title), QString::fromStdString(preset.id));
    m_preset->addItem(tr("Custom"));
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(buildFields());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll, 1);
    layout->addWidget(m_actions);
    apply(RunSpec{});
    connectParts();
    refresh();
}

QWidget* ExperimentForm::buildFields()
{
    auto* fields = new QWidget(this);
    auto* layout = new QVBoxLayout(fields);
    layout->setContentsMargins(8, 8, 8, 4);
    layout->setSpacing(6);
    layout->addWidget(heading(tr("Data"), fields));
    layout->addWidget(m_data);
    layout->addWidget(heading(tr("Recipe"), fields));
    layout->addWidget(m_preset);
    layout->addWidget(m_normalization);
    for (const char* name : {"epochs", "batch-size", "lr"})
        layout->addWidget(m_recipe->field(QString::fromLatin1(name)));
    layout->addWidget(m_quickLook);
    m_recipeSection = addSection(layout, tr("More of the recipe"),
                                 {QStringLiteral("momentum"), QStringLiteral("step-size"), QStringLiteral("gamma"),
                                  QStringLiteral("dropout"), QStringLiteral("augment")},
                                 nullptr);
    m_machineSection = addSection(layout, tr("Seed and device"),
                                  {QStringLiteral("seed"), QStringLiteral("threads"), QStringLiteral("limit-train"),
                                   QStringLiteral("limit-test")},
                                  m_machine);
    m_machine->setLabelWidth(m_recipe->labelWidth());
    m_normalization->setLabelWidth(m_recipe->labelWidth());
    layout->addWidget(heading(tr("Targets"), fields));
    layout->addWidget(m_targets);
    layout->addStretch(1);
    return fields;
}

Collapsible* ExperimentForm::addSection(QVBoxLayout* layout, const QString& title, const QStringList& fields,
                                        QWidget* extra)
{
    auto* content = new QWidget(this);
    auto* inner = new QVBoxLayout(content);
    inner->setContentsMargins(12, 0, 0, 0);
    inner->setSpacing(4);
    for (const QString& name : fields) {
        inner->addWidget(m_recipe->field(name));
        if (extra && name == fields.first())
            inner->addWidget(extra);
    }
    auto* section = new Collapsible(title, content, this);
    layout->addWidget(section);
    return section;
}

void ExperimentForm::connectParts()
{
    connect(m_data, &DataChooser::specChanged, this, &ExperimentForm::react);
    connect(m_data, &DataChooser::dataChanged, this, &ExperimentForm::refresh);
    connect(m_normalization, &NormalizationChooser::changed, this, &ExperimentForm::react);
    connect(m_recipe, &RecipeFields::edited, this, &ExperimentForm::react);
    connect(m_machine, &MachineFields::changed, this, &ExperimentForm::react);
    connect(m_quickLook, &QCheckBox::clicked, this, &ExperimentForm::toggleQuickLook);
    connect(m_preset, &QComboBox::activated, this, &ExperimentForm::choosePreset);
    connect(m_actions, &StartPanel::startClicked, this, [this] {
        if (canStart())
            Q_EMIT startRequested(spec());
    });
    connect(m_actions, &StartPanel::compareClicked, this, [this] {
        if (whyNotCompare().isEmpty())
            Q_EMIT compareRequested(comparison());
    });
}

RunSpec ExperimentForm::spec() const
{
    RunSpec spec;
    spec.data = m_data->spec();
    spec.normalization = m_normalization->normalization();
    if (spec.normalization == Normalization::Group) // else the hidden number would tell equal runs apart
        spec.groups = m_normalization->groups();
    spec.quickLook = m_quickLook->isChecked();
    m_machine->readInto(spec);
    m_recipe->readInto(spec);
    return spec;
}

void ExperimentForm::setSpec(const RunSpec& spec)
{
    {
        const QScopedValueRollback guard(m_updating, true);
        m_data->setSpec(spec.data);
    }
    apply(spec);
    react();
}

void ExperimentForm::setRecipe(const RunSpec& spec)
{
    apply(spec);
    react();
}

void ExperimentForm::setBlocked(const QString& reason)
{
    if (m_blocked == reason)
        return;
    m_blocked = reason;
    refresh();
}

void ExperimentForm::apply(const RunSpec& spec)
{
    const QScopedValueRollback guard(m_updating, true);
    m_normalization->setChoice(spec.normalization, spec.groups);
    m_recipe->show(spec);
    m_quickLook->setChecked(spec.quickLook);
    m_machine->show(spec);
}

void ExperimentForm::choosePreset(int index)
{
    const auto all = presets();
    if (index >= 0 && index < int(all.size()))
        apply(recipeOn(spec(), all[std::size_t(index)].spec));
    react();
}

void ExperimentForm::toggleQuickLook(bool quick)
{
    // On an untouched recipe the box means that recipe's quick look, with its shorter schedule.
    RunSpec before = spec();
    before.quickLook = !quick;
    const int preset = matchingPreset(before);
    if (preset >= 0)
        choosePreset(presetWithQuickLook(preset, quick));
    else
        react();
}

void ExperimentForm::react()
{
    if (m_updating)
        return;
    refresh();
    Q_EMIT specChanged();
}

void ExperimentForm::refresh()
{
    const RunSpec spec = this->spec();
    auto issues = validate(spec, trainImages());
    for (auto& issue : machineIssues(spec))
        issues.push_back(std::move(issue));
    m_recipe->showIssues(issues);
    const int preset = matchingPreset(spec);
    m_preset->setCurrentIndex(preset >= 0 ? preset : m_preset->count() - 1);
    m_targets->show(parametersOf(spec), spec.epochs);
    refreshSummaries(spec);

    m_actions->setReasons(whyNot(), whyNotCompare(), reasonInShort());
}

void ExperimentForm::refreshSummaries(const RunSpec& spec)
{
    m_recipeSection->setSummary(tr("dropout %1, augment %2").arg(realText(spec.dropout), realText(spec.augment)));
    const QString precision = QString::fromLatin1(toString(spec.precision).data());
    m_machineSection->setSummary(spec.precision == Precision::Float32 ? tr("seed %1").arg(spec.seed)
                                                                      : tr("seed %1, %2").arg(spec.seed).arg(precision));
    // A message in a folded section would be overlooked.
    for (const QString& name : m_recipe->fieldsWithErrors())
        for (Collapsible* section : {m_recipeSection, m_machineSection})
            if (section->isAncestorOf(m_recipe->field(name)))
                section->setExpanded(true);
    if (!m_machine->whyNot().isEmpty())
        m_machineSection->setExpanded(true);
}

QString ExperimentForm::whyNot() const
{
    if (!m_blocked.isEmpty())
        return m_blocked;
    if (const QString wrong = m_recipe->firstError(); !wrong.isEmpty())
        return wrong;
    if (const QString wrong = m_machine->whyNot(); !wrong.isEmpty())
        return wrong;
    return m_data->whyNot();
}

QString ExperimentForm::whyNotCompare() const
{
    if (!m_blocked.isEmpty())
        return m_blocked;
    for (const char* name : {"seed", "threads"})
        if (const NumberField* field = m_recipe->field(QString::fromLatin1(name)); field->hasError())
            return field->message();
    if (const QString wrong = m_machine->whyNot(); !wrong.isEmpty())
        return wrong;
    for (const RunSpec& recipe : comparison())
        if (const Status status = checkSpec(recipe, trainImages()); !status.ok())
            return QString::fromStdString(status.error().message);
    return m_data->whyNot();
}

QString ExperimentForm::reasonInShort() const
{
    if (!m_blocked.isEmpty())
        return tr("Cannot start: %1").arg(m_blocked);
    // The whole reason stands at the field or under the data already.
    if (!m_recipe->firstErrorLabel().isEmpty())
        return tr("Cannot start: correct \"%1\" above.").arg(m_recipe->firstErrorLabel());
    if (!m_machine->whyNot().isEmpty())
        return tr("Cannot start: see \"Seed and device\" above.");
    if (m_data->failed())
        return tr("Cannot start: these images cannot be used, see above.");
    if (!m_data->whyNot().isEmpty())
        return m_data->whyNot();
    return whyNotCompare().isEmpty() ? QString() : tr("Cannot compare: %1").arg(whyNotCompare());
}

std::size_t ExperimentForm::trainImages() const
{
    const auto dataset = m_data->dataset();
    return dataset ? dataset->train.size() : 0;
}

std::int64_t ExperimentForm::parametersOf(const RunSpec& spec)
{
    const auto dataset = m_data->dataset();
    const int classes = dataset ? int(dataset->classNames.size()) : 10;
    const auto [entry, isNew] = m_parameters.try_emplace({spec.normalization, spec.groups, classes}, -1);
    if (isNew)
        entry->second = describeNetwork(spec.normalization, spec.groups, classes).parameters;
    return entry->second;
}

void ExperimentForm::dragEnterEvent(QDragEnterEvent* event)
{
    if (!DataChooser::droppedFolder(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void ExperimentForm::dropEvent(QDropEvent* event)
{
    if (const QString folder = DataChooser::droppedFolder(event->mimeData()); !folder.isEmpty()) {
        m_data->chooseFolder(folder);
        event->acceptProposedAction();
    }
}

} // namespace normscope

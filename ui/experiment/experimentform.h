// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"
#include "ui/experiment/seedrecipes.h"

#include <QWidget>

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

class QCheckBox;
class QComboBox;
class QVBoxLayout;

namespace normscope {

class AppSettings;
class Collapsible;
class DataChooser;
class DatasetProvider;
class MachineFields;
class NormalizationChooser;
class RecipeFields;
class StartPanel;
class TargetsPanel;

/// The left column: everything that decides a run, checked as it is typed, and the buttons that start it.
class ExperimentForm : public QWidget {
    Q_OBJECT
public:
    ExperimentForm(DatasetProvider& provider, AppSettings& settings, QWidget* parent = nullptr);

    /// What the form shows. A field that cannot be read keeps RunSpec's default; then canStart() is false.
    RunSpec spec() const;
    void setSpec(const RunSpec& spec);
    void setRecipe(const RunSpec& spec); ///< the same but for the data
    /// Nothing can be started for this reason, whatever the form says; empty: it can.
    void setBlocked(const QString& reason);
    bool canStart() const { return whyNot().isEmpty(); }
    QString whyNot() const;        ///< why Start is disabled, else empty
    QString whyNotCompare() const; ///< the same of Compare BN, GN and LN
    /// The seed's three recipes on the form's data, seed and machine; quick looks while that box is checked.
    std::vector<RunSpec> comparison() const { return seedComparison(spec()); }
    DataChooser* dataChooser() const { return m_data; }

Q_SIGNALS:
    void startRequested(const normscope::RunSpec& spec);
    void compareRequested(const std::vector<normscope::RunSpec>& specs);
    void specChanged();

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QWidget* buildFields();
    Collapsible* addSection(QVBoxLayout* layout, const QString& title, const QStringList& fields, QWidget* extra);
    void connectParts();
    void choosePreset(int index);
    void toggleQuickLook(bool quick);
    void apply(const RunSpec& spec); ///< into the widgets, data left alone
    void react();
    void refresh();
    QString reasonInShort() const;
    void refreshSummaries(const RunSpec& spec);
    std::size_t trainImages() const;
    std::int64_t parametersOf(const RunSpec& spec);

    bool m_updating = false;
    QString m_blocked;
    std::map<std::tuple<Normalization, int, int>, std::int64_t> m_parameters; ///< counted once each
    DataChooser* m_data;
    QComboBox* m_preset;
    NormalizationChooser* m_normalization;
    RecipeFields* m_recipe;
    QCheckBox* m_quickLook;
    MachineFields* m_machine;
    TargetsPanel* m_targets;
    StartPanel* m_actions;
    Collapsible* m_recipeSection = nullptr;
    Collapsible* m_machineSection = nullptr;
};

} // namespace normscope

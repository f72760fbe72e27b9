// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/comparisontext.h"

#include "ui/compare/format.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace normscope {

namespace {

/// "a", "a and b", "a, b and c".
QString listText(const QStringList& items)
{
    if (items.size() < 2)
        return items.join(QString());
    return ComparisonText::tr("%1 and %2").arg(items.mid(0, items.size() - 1).join(QStringLiteral(", ")), items.last());
}

/// Values with commas in them are kept apart by semicolons.
QString valuesText(const QStringList& values)
{
    return values.join(values.join(QString()).contains(QLatin1Char(',')) ? QStringLiteral("; ") : QStringLiteral(", "));
}

struct Setting {
    QString name;
    std::function<QString(const RunRecord&)> value; ///< equal texts mean equal settings
};

QString imagesText(const RunSpec& spec)
{
    if (spec.quickLook)
        return ComparisonText::tr("a fifth");
    if (spec.limitTrain == 0 && spec.limitTest == 0)
        return ComparisonText::tr("all");
    const auto part = [](std::size_t limit) { return limit == 0 ? ComparisonText::tr("all") : countText(qint64(limit)); };
    return ComparisonText::tr("%1 + %2").arg(part(spec.limitTrain), part(spec.limitTest));
}

QString precisionText(const RunRecord& record)
{
    return QString::fromLatin1(toString(record.spec.precision).data());
}

QString deviceText(const RunRecord& record)
{
    const QString precision = QStringLiteral(", ") + precisionText(record);
    QString known = QString::fromStdString(record.device);
    if (known.endsWith(precision)) // a setting of its own here
        known.chop(precision.size());
    if (!known.isEmpty())
        return known;
    const QString device = QString::fromStdString(std::string(toString(record.spec.device)));
    QStringList parts = {device};
    if (record.spec.threads != 0)
        parts.append(ComparisonText::tr("%1 threads").arg(record.spec.threads));
    if (record.spec.engine != Engine::Auto)
        parts.append(ComparisonText::tr("engine %1").arg(QString::fromLatin1(toString(record.spec.engine).data())));
    return parts.join(QStringLiteral(", "));
}

std::vector<Setting> settings()
{
    using R = const RunRecord&;
    const auto tr = [](const char* text) { return ComparisonText::tr(text); };
    return {
        {tr("images used"), [](R r) { return imagesText(r.spec); }},
        {tr("normalization"),
         [](R r) { return QString::fromStdString(normalizationShortTitle(r.spec.normalization, r.spec.groups)); }},
        {tr("epochs"), [](R r) { return QString::number(r.spec.epochs); }},
        {tr("batch size"), [](R r) { return QString::number(r.spec.batchSize); }},
        {tr("learning rate"), [](R r) { return settingText(r.spec.learningRate); }},
        {tr("momentum"), [](R r) { return settingText(r.spec.momentum); }},
        {tr("StepLR step"), [](R r) { return QString::number(r.spec.stepSize); }},
        {tr("StepLR factor"), [](R r) { return settingText(r.spec.gamma); }},
        {tr("dropout"), [](R r) { return settingText(r.spec.dropout); }},
        {tr("augmentation"), [](R r) { return settingText(r.spec.augment); }},
        {tr("seed"), [](R r) { return QString::number(r.spec.seed); }},
        {tr("precision"), precisionText},
    };
}

QStringList distinctValues(const std::vector<Run>& runs, const std::function<QString(const RunRecord&)>& value)
{
    QStringList values;
    for (const Run& run : runs)
        if (const QString text = value(run.record); !values.contains(text))
            values.append(text);
    return values;
}

bool allSameData(const std::vector<Run>& runs)
{
    for (const Run& a : runs)
        for (const Run& b : runs)
            if (!ComparisonText::sameData(a.record, b.record))
                return false;
    return true;
}

/// Runs with a test accuracy, highest first; equal ones in their own order.
std::vector<const Run*> byAccuracy(const std::vector<Run>& runs)
{
    std::vector<const Run*> ranked;
    for (const Run& run : runs)
        if (!run.record.epochs.empty() && std::isfinite(run.record.epochs.back().testAccuracy))
            ranked.push_back(&run);
    std::stable_sort(ranked.begin(), ranked.end(), [](const Run* a, const Run* b) {
        return a->record.epochs.back().testAccuracy > b->record.epochs.back().testAccuracy;
    });
    return ranked;
}

double accuracyOf(const Run& run)
{
    return run.record.epochs.back().testAccuracy;
}

QString accuracyText(const Run& run)
{
    return ComparisonText::tr("%1 %").arg(fixedText(accuracyOf(run), 2));
}

} // namespace

bool ComparisonText::sameData(const RunRecord& a, const RunRecord& b)
{
    if (!a.dataFingerprint.empty() && !b.dataFingerprint.empty())
        return a.dataFingerprint == b.dataFingerprint;
    return a.spec.data == b.spec.data;
}

std::vector<Difference> ComparisonText::differences(const std::vector<Run>& runs)
{
    std::vector<Difference> found;
    if (!allSameData(runs)) {
        QStringList titles = distinctValues(runs, [](const RunRecord& r) {
            return QString::fromStdString(r.dataTitle.empty() ? r.spec.data.title() : r.dataTitle);
        });
        // Two states of one folder have one title, which would say nothing.
        found.push_back({tr("data set"), titles.size() > 1 ? titles : QStringList()});
    }
    for (const Setting& setting : settings())
        if (const QStringList values = distinctValues(runs, setting.value); values.size() > 1)
            found.push_back({setting.name, values});
    // A run that has not started has no device yet, only the wish for one; the two are not comparable.
    const bool known = std::all_of(runs.begin(), runs.end(), [](const Run& r) { return !r.record.device.empty(); });
    const bool unknown = std::all_of(runs.begin(), runs.end(), [](const Run& r) { return r.record.device.empty(); });
    if (const QStringList devices = distinctValues(runs, deviceText); (known || unknown) && devices.size() > 1)
        found.push_back({tr("device"), devices});
    const auto software = [](const RunRecord& r) { return QString::fromStdString(r.software); };
    if (const QStringList versions = distinctValues(runs, software); versions.size() > 1 && !versions.contains(QString()))
        found.push_back({tr("software"), versions});
    return found;
}

QString ComparisonText::differencesSentence(const std::vector<Run>& runs)
{
    if (runs.empty())
        return {};
    if (runs.size() == 1)
        return tr("One run is checked. Check another one in the list of runs to compare the two.");
    const auto found = differences(runs);
    if (found.empty())
        return tr("These runs have equal settings.");
    QStringList parts;
    for (const Difference& difference : found)
        parts.append(difference.values.isEmpty()
                         ? difference.name
                         : tr("%1 (%2)").arg(difference.name, valuesText(difference.values)));
    return found.size() == 1 ? tr("These runs differ only in: %1.").arg(parts.first())
                             : tr("These runs differ in: %1.").arg(listText(parts));
}

QString ComparisonText::dataWarning(const std::vector<Run>& runs)
{
    if (runs.size() < 2)
        return {};
    if (!allSameData(runs))
        return tr("These runs were trained and tested on different data sets, so their figures cannot be set against "
                  "one another. To compare normalizations, run each on the same data.");
    std::vector<std::size_t> sizes;
    for (const Run& run : runs)
        if (run.record.testImages > 0 && std::find(sizes.begin(), sizes.end(), run.record.testImages) == sizes.end())
            sizes.push_back(run.record.testImages);
    if (sizes.size() < 2)
        return {};
    QStringList texts;
    for (const std::size_t size : sizes)
        texts.append(countText(qint64(size)));
    return tr("These runs were tested on different numbers of images (%1), so small differences say little.")
        .arg(listText(texts));
}

QString ComparisonText::unfinishedSentence(const std::vector<Run>& runs)
{
    QStringList parts;
    for (const Run& run : runs) {
        if (run.record.state == RunState::Finished)
            continue;
        const QString epochs = tr("epoch %1 of %2").arg(run.record.epochs.size()).arg(run.record.spec.epochs);
        parts.append(run.record.epochs.empty() ? tr("%1 (%2)").arg(run.displayName(), stateText(run.record.state))
                                               : tr("%1 (%2, %3)").arg(run.displayName(), stateText(run.record.state), epochs));
    }
    return parts.isEmpty() ? QString() : tr("Not complete: %1.").arg(listText(parts));
}

QString ComparisonText::spreadSentence(const std::vector<const Run*>& runs)
{
    // Runs that differ only in seed are repeats: their spread is the noise, measured.
    double spread = -1;
    for (const Run* a : runs)
        for (const Run* b : runs) {
            RunSpec other = b->record.spec;
            other.seed = a->record.spec.seed;
            if (a->record.spec.seed != b->record.spec.seed && a->record.spec == other
                && a->record.epochs.size() == b->record.epochs.size())
                spread = std::max(spread, accuracyOf(*a) - accuracyOf(*b));
        }
    return spread < 0 ? tr("One run each, so differences under about a point may be noise.")
                      : tr("Runs that differ only in seed lie up to %1 points apart; differences of that size may be noise.")
                            .arg(fixedText(spread, 2));
}

QString ComparisonText::reading(const std::vector<Run>& runs)
{
    const auto ranked = byAccuracy(runs);
    if (ranked.empty())
        return runs.empty() ? QString() : tr("No checked run has an epoch behind it yet, so there are no figures to read.");
    const Run& best = *ranked.front();
    if (ranked.size() == 1)
        return tr("%1 has a test accuracy of %2 after %n epoch(s).", nullptr, int(best.record.epochs.size()))
            .arg(best.displayName(), accuracyText(best));
    if (!allSameData(runs))
        return tr("Each run's figures stand for its own data set.");
    QStringList below;
    std::vector<const Run*> others(ranked.begin() + 1, ranked.end());
    if (others.size() > 3) // the nearest and the last say it; the table has the rest
        others = {others.front(), others.back()};
    for (const Run* run : others)
        below.append(tr("%1 points above %2 (%3)")
                         .arg(fixedText(accuracyOf(best) - accuracyOf(*run), 2), run->displayName(), accuracyText(*run)));
    const bool live = std::any_of(runs.begin(), runs.end(), [](const Run& r) {
        return r.record.state == RunState::Running || r.record.state == RunState::Queued;
    });
    const QString lead = live ? tr("So far %1 has the highest test accuracy: %2, %3.")
                              : tr("%1 has the highest test accuracy: %2, %3.");
    return lead.arg(best.displayName(), accuracyText(best), listText(below)) + QLatin1Char(' ') + spreadSentence(ranked);
}

QStringList ComparisonText::targetLines(const std::vector<Run>& runs)
{
    const Targets targets;
    struct Line {
        QString text;
        bool TargetsMet::* met;
    };
    const Line lines[] = {
        {tr("Test accuracy above %1 %").arg(settingText(targets.testAccuracy)), &TargetsMet::testAccuracy},
        {tr("Fewer than %1 parameters").arg(countText(targets.parameters)), &TargetsMet::parameters},
        {tr("At most %1 epochs").arg(targets.epochs), &TargetsMet::epochs},
    };
    QStringList result;
    for (const Line& line : lines) {
        QStringList missed;
        int judged = 0;
        for (const Run& run : runs) {
            if (run.record.epochs.empty())
                continue;
            ++judged;
            if (!(targetsMet(run.record, targets).*line.met))
                missed.append(run.displayName());
        }
        if (judged == 0)
            result.append(line.text);
        else if (missed.isEmpty())
            result.append(judged == 1 ? tr("%1: met").arg(line.text) : tr("%1: met by all %2 runs").arg(line.text).arg(judged));
        else
            result.append(tr("%1: not met by %2").arg(line.text, listText(missed)));
    }
    return result;
}

QString ComparisonText::targetsToolTip(const RunRecord& record)
{
    if (record.epochs.empty())
        return tr("No epoch is done yet (%1).").arg(stateText(record.state));
    const Targets targets;
    const TargetsMet met = targetsMet(record, targets);
    const auto line = [](bool holds, const QString& text) {
        return (holds ? QStringLiteral("\u2713 ") : QStringLiteral("\u2717 ")) + text;
    };
    return QStringList{
        line(met.testAccuracy, tr("test accuracy %1 %, target above %2 %")
                                   .arg(fixedText(record.epochs.back().testAccuracy, 2), settingText(targets.testAccuracy))),
        line(met.parameters, tr("%1 parameters, target fewer than %2")
                                 .arg(countText(record.parameters), countText(targets.parameters))),
        line(met.epochs, tr("%1 epochs done, target at most %2").arg(record.epochs.size()).arg(targets.epochs)),
    }.join(QLatin1Char('\n'));
}

QString ComparisonText::stateText(RunState state)
{
    switch (state) {
    case RunState::Queued: return tr("queued");
    case RunState::Running: return tr("training");
    case RunState::Finished: return tr("finished");
    case RunState::Stopped: return tr("stopped");
    case RunState::Interrupted: return tr("interrupted");
    case RunState::Failed: return tr("failed");
    case RunState::Diverged: return tr("diverged");
    case RunState::Damaged: return tr("damaged");
    }
    return {};
}

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/csv.h"
#include "model/store/runjson.h"
#include "model/store/runstore.h"
#include "model/store/runtables.h"

namespace normscope {

using namespace storage;

namespace {

constexpr int targetCount = 3;

/// The last epoch's figures, or empty cells where there is none.
std::string figureCells(const RunRecord& run)
{
    if (run.epochs.empty())
        return ",,,";
    const EpochMetrics& last = run.epochs.back();
    return numberText(last.trainAccuracy) + "," + numberText(last.testAccuracy) + "," + numberText(last.trainLoss) + ","
        + numberText(last.testLoss);
}

std::string comparisonRow(const RunRecord& run)
{
    std::string row = csvField(run.name) + "," + figureCells(run) + ",";
    row += (run.parameters > 0 ? std::to_string(run.parameters) : "") + ",";
    row += std::to_string(run.epochs.size()) + "," + numberText(trainingSeconds(run)) + ",";
    // Not "2/3": a spreadsheet would make the second of March of it.
    row += std::to_string(targetsMet(run).count()) + " of " + std::to_string(targetCount) + ",";
    row += run.spec.quickLook ? "yes," : "no,";
    row += csvField(normalizationTitle(run.spec.normalization, run.spec.groups)) + ",";
    row += csvField(run.spec.data.toString()) + "," + std::to_string(run.spec.seed) + ",";
    row += std::string(toString(run.spec.precision)) + "," + csvField(run.device) + ",";
    return row + std::string(toString(run.state)) + "," + csvField(run.folder) + "\n";
}

Json figuresJson(const RunRecord& run)
{
    if (run.epochs.empty())
        return nullptr;
    const EpochMetrics& last = run.epochs.back();
    return Json{{"Train Acc", jsonNumber(last.trainAccuracy)},
                {"Test Acc", jsonNumber(last.testAccuracy)},
                {"Train Loss", jsonNumber(last.trainLoss)},
                {"Test Loss", jsonNumber(last.testLoss)}};
}

Json comparisonObject(const RunRecord& run)
{
    const TargetsMet met = targetsMet(run);
    Json json{{"id", run.id},
              {"name", run.name},
              {"state", toString(run.state)},
              {"reason", run.reason},
              {"quickLook", run.spec.quickLook},
              {"normalization", normalizationTitle(run.spec.normalization, run.spec.groups)},
              {"data", run.spec.data.toString()},
              {"dataTitle", run.dataTitle},
              {"dataFingerprint", run.dataFingerprint},
              {"trainImages", run.trainImages},
              {"testImages", run.testImages},
              {"seed", run.spec.seed},
              {"parameters", run.parameters},
              {"epochs", run.epochs.size()},
              {"seconds", jsonNumber(trainingSeconds(run))},
              {"figures", figuresJson(run)},
              {"targetsMet", met.count()},
              {"targets",
               {{"testAccuracy", met.testAccuracy}, {"parameters", met.parameters}, {"epochs", met.epochs}}}};
    json["device"] = run.device;
    json["software"] = run.software;
    json["created"] = run.created;
    json["note"] = run.note;
    json["folder"] = run.folder;
    json["spec"] = specToJson(run.spec);
    return json;
}

} // namespace

std::string confusionCsv(const ConfusionMatrix& matrix, const std::vector<std::string>& classNames)
{
    std::string text = "True \\ Predicted";
    for (int predicted = 0; predicted < matrix.classes(); ++predicted)
        text.append(1, ',').append(csvField(className(classNames, predicted)));
    text += '\n';
    for (int label = 0; label < matrix.classes(); ++label) {
        text += csvField(className(classNames, label));
        for (int predicted = 0; predicted < matrix.classes(); ++predicted)
            text.append(1, ',').append(std::to_string(matrix.count(label, predicted)));
        text += '\n';
    }
    return text;
}

std::string comparisonCsv(const std::vector<RunRecord>& runs)
{
    std::string text = "Run,Train Acc,Test Acc,Train Loss,Test Loss,Parameters,Epochs,Seconds,Targets Met,Quick Look,"
                       "Normalization,Data,Seed,Precision,Device,State,Folder\n";
    for (const auto& run : runs)
        text += comparisonRow(run);
    return text;
}

std::string comparisonJson(const std::vector<RunRecord>& runs)
{
    Json all = Json::array();
    for (const auto& run : runs)
        all.push_back(comparisonObject(run));
    return jsonText(all, 2) + "\n";
}

} // namespace normscope

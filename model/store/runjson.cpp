// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runjson.h"

#include "model/store/csv.h"
#include "model/store/jsonreader.h"
#include "model/store/storetext.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace normscope::storage {

namespace {

constexpr RunState allStates[] = {RunState::Queued,      RunState::Running, RunState::Finished, RunState::Stopped,
                                  RunState::Interrupted, RunState::Failed,  RunState::Diverged};

std::string toHex(std::string_view bytes)
{
    std::string hex;
    char digits[3];
    for (const char c : bytes) {
        std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        hex += digits;
    }
    return hex;
}

bool fromHex(std::string_view hex, std::string& bytes)
{
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        unsigned value = 0;
        const char* const end = hex.data() + std::min(hex.size(), i + 2);
        if (std::from_chars(hex.data() + i, end, value, 16).ptr != hex.data() + i + 2)
            return false;
        bytes += static_cast<char>(value);
    }
    return true;
}

using enum ObjectReader::Need;

void readSpec(ObjectReader read, RunSpec& spec)
{
    read.parsed("data", spec.data, [](const std::string& text) { return DataSpec::parse(text); });
    std::string hex;
    std::string path;
    read.text("dataPathHex", hex, Optional);
    if (!fromHex(hex, path))
        read.complain("\"spec.dataPathHex\" should be hexadecimal digits");
    if (!path.empty())
        spec.data.path = path;
    read.integer("limitTrain", spec.limitTrain, Required);
    read.integer("limitTest", spec.limitTest, Required);
    read.boolean("quickLook", spec.quickLook, Required);
    read.parsed("normalization", spec.normalization, [](const std::string& text) { return parseNormalization(text); });
    read.integer("groups", spec.groups, Required);
    read.integer("epochs", spec.epochs, Required);
    read.integer("batchSize", spec.batchSize, Required);
    read.number("learningRate", spec.learningRate, Required);
    read.number("momentum", spec.momentum, Required);
    read.integer("stepSize", spec.stepSize, Required);
    read.number("gamma", spec.gamma, Required);
    read.number("dropout", spec.dropout, Required);
    read.number("augment", spec.augment, Required);
    read.integer("seed", spec.seed, Required);
    read.parsed("device", spec.device, [](const std::string& text) { return parseDevice(text); });
    read.integer("threads", spec.threads, Required);
    // Runs older than these choices do not say; they were LibTorch's, in f32, as their device text tells.
    read.parsed("engine", spec.engine, [](const std::string& text) { return parseEngine(text); }, Optional);
    read.parsed("precision", spec.precision, [](const std::string& text) { return parsePrecision(text); }, Optional);
}

void readSummary(ObjectReader read, RunRecord& record)
{
    read.text("dataTitle", record.dataTitle, Optional);
    read.text("dataFingerprint", record.dataFingerprint, Optional);
    read.texts("classNames", record.classNames, Optional);
    read.numbers("inputMean", record.inputScale.mean, Optional);
    read.numbers("inputDeviation", record.inputScale.deviation, Optional);
    read.integer("trainImages", record.trainImages, Optional);
    read.integer("testImages", record.testImages, Optional);
    read.integer("parameters", record.parameters, Optional);
    read.text("device", record.device, Optional);
    read.text("software", record.software, Optional);
}

void readState(ObjectReader& read, RunRecord& record)
{
    std::string text;
    read.text("state", text, Required);
    for (const RunState state : allStates)
        if (toString(state) == text) {
            record.state = state;
            return;
        }
    read.complain("\"state\" is " + shown(text) + ", which is none that this version knows");
}

void readRun(ObjectReader& read, std::string& problem, RunRecord& record)
{
    read.text("name", record.name, Optional);
    read.text("note", record.note, Optional);
    read.integer("colour", record.colour, Optional);
    read.text("created", record.created, Optional);
    readState(read, record);
    read.text("reason", record.reason, Optional);
    read.text("history", record.history, Optional);
    if (const Json* spec = read.object("spec", Required))
        readSpec(ObjectReader(*spec, "spec.", problem), record.spec);
    if (const Json* summary = read.object("summary", Optional))
        readSummary(ObjectReader(*summary, "summary.", problem), record);
}

/// Only for whoever reads run.json alone; this program takes the curves from metrics.csv.
Json lastEpochJson(const EpochMetrics& epoch)
{
    return Json{{"epoch", epoch.epoch},
                {"trainAccuracy", jsonNumber(epoch.trainAccuracy)},
                {"testAccuracy", jsonNumber(epoch.testAccuracy)},
                {"trainLoss", jsonNumber(epoch.trainLoss)},
                {"testLoss", jsonNumber(epoch.testLoss)}};
}

Json summaryJson(const RunRecord& record)
{
    Json summary{{"dataTitle", record.dataTitle},     {"dataFingerprint", record.dataFingerprint},
                 {"classNames", record.classNames},   {"trainImages", record.trainImages},
                 {"testImages", record.testImages},   {"parameters", record.parameters},
                 {"device", record.device},           {"software", record.software},
                 {"inputMean", record.inputScale.mean}, {"inputDeviation", record.inputScale.deviation}};
    if (!record.epochs.empty())
        summary["lastEpoch"] = lastEpochJson(record.epochs.back());
    return summary;
}

} // namespace

Json specToJson(const RunSpec& spec)
{
    Json json{{"data", spec.data.toString()},
              {"limitTrain", spec.limitTrain},
              {"limitTest", spec.limitTest},
              {"quickLook", spec.quickLook},
              {"normalization", toString(spec.normalization)},
              {"groups", spec.groups},
              {"epochs", spec.epochs},
              {"batchSize", spec.batchSize},
              {"learningRate", jsonNumber(spec.learningRate)},
              {"momentum", jsonNumber(spec.momentum)},
              {"stepSize", spec.stepSize},
              {"gamma", jsonNumber(spec.gamma)},
              {"dropout", jsonNumber(spec.dropout)},
              {"augment", jsonNumber(spec.augment)},
              {"seed", spec.seed},
              {"device", toString(spec.device)},
              {"threads", spec.threads},
              {"engine", toString(spec.engine)},
              {"precision", toString(spec.precision)}};
    if (!isValidUtf8(spec.data.path)) // JSON cannot hold such a path, and the run must find its images again
        json["dataPathHex"] = toHex(spec.data.path);
    return json;
}

std::string writeRunJson(const RunRecord& record, std::string_view existing)
{
    const Json fresh{{"schema", runSchema},
                     {"writer", "Normscope " NORMSCOPE_VERSION},
                     {"name", record.name},
                     {"note", record.note},
                     {"colour", record.colour},
                     {"created", record.created},
                     {"state", toString(record.state)},
                     {"reason", record.reason},
                     {"history", record.history},
                     {"spec", specToJson(record.spec)},
                     {"summary", summaryJson(record)}};
    Json merged = parseJson(existing);
    if (!merged.is_object())
        merged = Json::object();
    if (merged.contains("spec") && merged["spec"].is_object())
        merged["spec"].erase("dataPathHex"); // only some specs have it
    merged.update(fresh, true);
    return jsonText(merged, 2) + "\n";
}

RunJsonState readRunJson(std::string_view text, RunRecord& record)
{
    RunJsonState state;
    const Json json = parseJson(text);
    if (json.is_discarded() || !json.is_object()) {
        state.problem = text.empty() ? "the file is empty"
            : json.is_discarded()    ? "it is not whole JSON (cut short or changed by hand?)"
                                     : "expected a JSON object, but found " + shown(jsonText(json));
        return state;
    }
    ObjectReader read(json, "", state.problem);
    read.integer("schema", state.schema, Required);
    if (state.problem.empty() && state.schema < 1)
        read.complain("\"schema\" should be " + std::to_string(runSchema) + ", but is " + std::to_string(state.schema));
    read.text("writer", state.writer, Optional);
    readRun(read, state.problem, record);
    return state;
}

std::string newerVersionText(const RunJsonState& state)
{
    return "written by a newer version (" + (state.writer.empty() ? "" : state.writer + ", ") + "schema "
        + std::to_string(state.schema) + "; this version knows " + std::to_string(runSchema) + ")";
}

} // namespace normscope::storage

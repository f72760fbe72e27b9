// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/checkpoint.h"

#include "model/data/sha256.h"
#include "model/store/jsonreader.h"
#include "model/store/runjson.h"
#include "model/store/storetext.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace normscope {

using namespace storage;

namespace {

static_assert(std::endian::native == std::endian::little, "checkpoints hold numbers as they lie in memory, the lowest byte first");

constexpr std::string_view magic = "NORMSCOPE CHECKPOINT 1\n";
constexpr std::string_view magicStart = "NORMSCOPE CHECKPOINT ";
constexpr std::size_t digestLength = 64;
constexpr std::size_t lengthBytes = 8;

using enum ObjectReader::Need;

template <class Number>
void append(std::string& out, const std::vector<Number>& numbers)
{
    out.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number));
}

void append(std::string& out, std::uint64_t number)
{
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

Json arraysJson(const std::vector<StateArray>& arrays)
{
    Json json = Json::array();
    for (const StateArray& array : arrays)
        json.push_back(Json{{"name", array.name}, {"shape", array.shape}, {"kind", array.counts.empty() ? "f32" : "i64"}});
    return json;
}

Json epochsJson(const std::vector<EpochMetrics>& epochs)
{
    Json json = Json::array();
    for (const EpochMetrics& e : epochs)
        json.push_back(Json{{"epoch", e.epoch},
                            {"trainAccuracy", jsonNumber(e.trainAccuracy)},
                            {"testAccuracy", jsonNumber(e.testAccuracy)},
                            {"trainLoss", jsonNumber(e.trainLoss)},
                            {"testLoss", jsonNumber(e.testLoss)},
                            {"learningRate", jsonNumber(e.learningRate)},
                            {"seconds", jsonNumber(e.seconds)}});
    return json;
}

Json headerJson(const Checkpoint& checkpoint)
{
    const RunRecord& record = checkpoint.record;
    const TrainingPosition& position = checkpoint.training.position;
    Json header{{"schema", runSchema},
                {"id", record.id},
                {"run", Json::parse(writeRunJson(record, {}))},
                {"epochs", epochsJson(record.epochs)},
                {"position", Json{{"epoch", position.epoch},
                                  {"batches", position.batches},
                                  {"lossSum", jsonNumber(position.lossSum)},
                                  {"correct", position.correct},
                                  {"seconds", jsonNumber(position.seconds)}}},
                {"batchLosses", checkpoint.batchLosses.size()},
                {"weights", arraysJson(checkpoint.training.weights)},
                {"momentum", arraysJson(checkpoint.training.momentum)}};
    const auto best = std::max_element(record.epochs.begin(), record.epochs.end(),
                                       [](const auto& a, const auto& b) { return a.testAccuracy < b.testAccuracy; });
    if (best != record.epochs.end())
        header["best"] = Json{{"epoch", best->epoch}, {"testAccuracy", jsonNumber(best->testAccuracy)}};
    if (checkpoint.evaluation)
        header["evaluation"] = Json{{"classes", checkpoint.evaluation->classes},
                                    {"images", checkpoint.evaluation->size()},
                                    {"loss", jsonNumber(checkpoint.evaluation->loss)}};
    return header;
}

/// Takes what the header promises out of the bytes, and notes the first thing that is not there.
class BodyReader {
public:
    BodyReader(std::string_view bytes, std::string& problem) : m_bytes(bytes), m_problem(problem) {}

    template <class Number>
    void take(std::uint64_t count, std::vector<Number>& out, const std::string& what)
    {
        if (!m_problem.empty())
            return;
        if (count > m_bytes.size() / sizeof(Number)) {
            m_problem = what + " should have " + std::to_string(count) + " numbers, but only " + std::to_string(m_bytes.size())
                + " bytes are left";
            return;
        }
        out.resize(static_cast<std::size_t>(count));
        if (count > 0)
            std::memcpy(out.data(), m_bytes.data(), out.size() * sizeof(Number));
        m_bytes.remove_prefix(out.size() * sizeof(Number));
    }
    std::size_t left() const { return m_bytes.size(); }

private:
    std::string_view m_bytes;
    std::string& m_problem;
};

/// How many numbers an array of this shape has, or more than any file holds.
std::uint64_t numbersIn(const std::vector<std::int64_t>& shape)
{
    std::uint64_t count = 1;
    for (const std::int64_t side : shape) {
        if (side < 0 || (side > 0 && count > checkpointLimit / static_cast<std::uint64_t>(side)))
            return std::numeric_limits<std::uint64_t>::max();
        count *= static_cast<std::uint64_t>(side);
    }
    return count;
}

bool readShape(const Json& json, std::vector<std::int64_t>& shape)
{
    const auto found = json.find("shape");
    if (found == json.end() || !found->is_array())
        return false;
    for (const Json& side : *found) {
        if (!side.is_number_integer())
            return false;
        shape.push_back(side.get<std::int64_t>());
    }
    return true;
}

void readArrays(const Json& header, const char* key, BodyReader& body, std::vector<StateArray>& arrays, std::string& problem)
{
    const auto found = header.find(key);
    if (found == header.end() || !found->is_array()) {
        problem = problem.empty() ? "its header has no list \"" + std::string(key) + "\"" : problem;
        return;
    }
    for (const Json& json : *found) {
        StateArray& array = arrays.emplace_back();
        std::string kind;
        if (!json.is_object() || !readShape(json, array.shape)) {
            problem = problem.empty() ? "its header describes an array of \"" + std::string(key) + "\" without a shape" : problem;
            return;
        }
        ObjectReader read(json, std::string(key) + ".", problem);
        read.text("name", array.name, Required);
        read.text("kind", kind, Required);
        if (kind == "i64")
            body.take(numbersIn(array.shape), array.counts, array.name);
        else if (kind == "f32")
            body.take(numbersIn(array.shape), array.values, array.name);
        else
            read.complain("\"" + std::string(key) + ".kind\" is " + shown(kind) + ", which is none that this version knows");
        if (!problem.empty())
            return;
    }
}

void readEpochs(const Json& header, std::vector<EpochMetrics>& epochs, std::string& problem)
{
    const auto found = header.find("epochs");
    if (found == header.end() || !found->is_array()) {
        problem = problem.empty() ? "its header has no list \"epochs\"" : problem;
        return;
    }
    for (const Json& json : *found) {
        if (!json.is_object()) {
            problem = problem.empty() ? "an epoch in its header is no object" : problem;
            return;
        }
        EpochMetrics& e = epochs.emplace_back();
        ObjectReader read(json, "epochs.", problem);
        read.integer("epoch", e.epoch, Required);
        read.number("trainAccuracy", e.trainAccuracy, Required);
        read.number("testAccuracy", e.testAccuracy, Required);
        read.number("trainLoss", e.trainLoss, Required);
        read.number("testLoss", e.testLoss, Required);
        read.number("learningRate", e.learningRate, Required);
        read.number("seconds", e.seconds, Required);
        if (problem.empty() && e.epoch != static_cast<int>(epochs.size()))
            problem = "its epochs are not 1, 2, 3, ...";
    }
}

void readPosition(const Json& header, TrainingPosition& position, std::string& problem)
{
    ObjectReader top(header, "", problem);
    const Json* json = top.object("position", Required);
    if (!json)
        return;
    ObjectReader read(*json, "position.", problem);
    read.integer("epoch", position.epoch, Required);
    read.integer("batches", position.batches, Required);
    read.number("lossSum", position.lossSum, Required);
    read.integer("correct", position.correct, Required);
    read.number("seconds", position.seconds, Required);
    if (problem.empty() && (position.epoch < 1 || position.batches < 0 || position.correct < 0))
        problem = "its position is before the first epoch";
}

void readEvaluation(const Json& header, BodyReader& body, std::optional<Evaluation>& evaluation, std::string& problem)
{
    ObjectReader top(header, "", problem);
    const Json* json = top.object("evaluation", Optional);
    if (!json)
        return;
    Evaluation& e = evaluation.emplace();
    std::uint64_t images = 0;
    ObjectReader read(*json, "evaluation.", problem);
    read.integer("classes", e.classes, Required);
    read.integer("images", images, Required);
    read.number("loss", e.loss, Required);
    if (problem.empty() && (e.classes < 1 || e.classes > std::numeric_limits<std::uint16_t>::max() || images > checkpointLimit))
        problem = "its header promises " + std::to_string(images) + " answers for " + std::to_string(e.classes) + " classes";
    if (!problem.empty())
        return;
    body.take(images, e.index, "the answers");
    body.take(images, e.label, "the answers");
    body.take(images, e.predicted, "the answers");
    body.take(images * static_cast<std::uint64_t>(e.classes), e.probabilities, "the answers");
    for (std::size_t i = 0; i < e.size() && problem.empty(); ++i) {
        e.correct += e.label[i] == e.predicted[i] ? 1 : 0;
        if (std::max(e.label[i], e.predicted[i]) >= e.classes)
            problem = "an answer names a class above " + std::to_string(e.classes - 1);
    }
}

void readRun(const Json& header, RunRecord& record, std::string& problem)
{
    ObjectReader top(header, "", problem);
    const Json* json = top.object("run", Required);
    if (!json)
        return;
    const RunJsonState state = readRunJson(jsonText(*json), record);
    if (problem.empty() && state.schema > runSchema)
        problem = "it was " + newerVersionText(state);
    if (problem.empty())
        problem = state.problem;
}

/// The positions of the parts: epochs done, batches of the next one.
void checkWhole(const Checkpoint& checkpoint, std::string& problem)
{
    const auto& position = checkpoint.training.position;
    if (problem.empty() && position.epoch != static_cast<int>(checkpoint.record.epochs.size()) + 1)
        problem = "it stands in epoch " + std::to_string(position.epoch) + " after " + std::to_string(checkpoint.record.epochs.size())
            + " whole ones";
}

std::string readContents(std::string_view contents, Checkpoint& checkpoint)
{
    std::uint64_t headerLength = 0;
    if (contents.size() < lengthBytes)
        return "it has no header";
    std::memcpy(&headerLength, contents.data(), lengthBytes);
    contents.remove_prefix(lengthBytes);
    if (headerLength > contents.size())
        return "its header is longer than the file";
    const Json header = parseJson(contents.substr(0, static_cast<std::size_t>(headerLength)));
    if (!header.is_object())
        return "its header is not whole JSON";
    std::string problem;
    BodyReader body(contents.substr(static_cast<std::size_t>(headerLength)), problem);
    int schema = 0;
    std::uint64_t losses = 0;
    ObjectReader read(header, "", problem);
    read.integer("schema", schema, Required);
    if (problem.empty() && schema > runSchema)
        return "it was written by a newer version (schema " + std::to_string(schema) + "; this version knows " + std::to_string(runSchema) + ")";
    readRun(header, checkpoint.record, problem);
    read.text("id", checkpoint.record.id, Required);
    readEpochs(header, checkpoint.record.epochs, problem);
    readPosition(header, checkpoint.training.position, problem);
    read.integer("batchLosses", losses, Required);
    body.take(losses, checkpoint.batchLosses, "the batch losses");
    readEvaluation(header, body, checkpoint.evaluation, problem);
    readArrays(header, "weights", body, checkpoint.training.weights, problem);
    readArrays(header, "momentum", body, checkpoint.training.momentum, problem);
    checkWhole(checkpoint, problem);
    if (problem.empty() && body.left() > 0)
        problem = std::to_string(body.left()) + " bytes follow after its last array";
    return problem;
}

/// What stands around the contents: magic, length, checksum.
std::string checkFrame(std::string_view bytes, std::string_view& contents)
{
    if (!bytes.starts_with(magicStart))
        return bytes.empty() ? "it is empty" : "it does not begin as a checkpoint does";
    if (!bytes.starts_with(magic))
        return "it was written by another version, or its first line is damaged";
    bytes.remove_prefix(magic.size());
    if (bytes.size() < lengthBytes + digestLength + 1)
        return "it is cut short";
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), lengthBytes);
    const std::string_view digest = bytes.substr(lengthBytes, digestLength);
    contents = bytes.substr(lengthBytes + digestLength + 1);
    if (bytes[lengthBytes + digestLength] != '\n')
        return "its first lines are damaged";
    if (contents.size() != length)
        return "expected " + std::to_string(length) + " bytes after its first lines, but found " + std::to_string(contents.size());
    Sha256 hash;
    hash.add(contents.data(), contents.size());
    return hash.hex() == digest ? "" : "its bytes have another SHA-256 than they were written with";
}

} // namespace

std::string checkpointBytes(const Checkpoint& checkpoint)
{
    const std::string header = jsonText(headerJson(checkpoint));
    std::string contents;
    append(contents, header.size());
    contents += header;
    append(contents, checkpoint.batchLosses);
    if (checkpoint.evaluation) {
        append(contents, checkpoint.evaluation->index);
        append(contents, checkpoint.evaluation->label);
        append(contents, checkpoint.evaluation->predicted);
        append(contents, checkpoint.evaluation->probabilities);
    }
    for (const auto* arrays : {&checkpoint.training.weights, &checkpoint.training.momentum})
        for (const StateArray& array : *arrays) {
            append(contents, array.values);
            append(contents, array.counts);
        }
    Sha256 hash;
    hash.add(contents.data(), contents.size());
    std::string bytes(magic);
    append(bytes, contents.size());
    bytes += hash.hex() + '\n';
    return bytes + contents;
}

Result<Checkpoint> readCheckpoint(std::string_view bytes, const std::string& path)
{
    Checkpoint checkpoint;
    std::string_view contents;
    std::string problem = checkFrame(bytes, contents);
    if (problem.empty())
        problem = readContents(contents, checkpoint);
    if (!problem.empty())
        return Error{ErrorCode::BadInput, "The checkpoint " + path + " cannot be used: " + problem + ".", {}};
    return checkpoint;
}

} // namespace normscope

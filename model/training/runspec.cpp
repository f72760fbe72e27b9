// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/runspec.h"

#include "model/base/random.h"
#include "model/training/numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace normscope {

namespace {

constexpr std::pair<Normalization, std::string_view> normalizationNames[] = {
    {Normalization::Batch, "batch"},       {Normalization::Layer, "layer"}, {Normalization::Group, "group"},
    {Normalization::Instance, "instance"}, {Normalization::None, "none"},
};
constexpr std::pair<DeviceChoice, std::string_view> deviceNames[] = {
    {DeviceChoice::Auto, "auto"}, {DeviceChoice::Cpu, "cpu"}, {DeviceChoice::Cuda, "cuda"}};
constexpr std::pair<Engine, std::string_view> engineNames[] = {
    {Engine::Auto, "auto"}, {Engine::LibTorch, "libtorch"}, {Engine::Fast, "fast"}};
constexpr std::pair<Precision, std::string_view> precisionNames[] = {
    {Precision::Float32, "f32"}, {Precision::Tf32, "tf32"}, {Precision::BFloat16, "bf16"}};

template <class Names, class Value>
std::string_view nameOf(const Names& names, Value value)
{
    return std::find_if(std::begin(names), std::end(names), [&](const auto& entry) { return entry.first == value; })->second;
}

template <class Value, std::size_t N>
Result<Value> parse(const std::pair<Value, std::string_view> (&names)[N], std::string_view text, const char* what, const char* choices)
{
    for (const auto& [value, name] : names)
        if (name == text)
            return value;
    return Error{ErrorCode::BadUsage,
                 "Unknown " + std::string(what) + " \"" + std::string(text) + "\": choose " + choices + ".", {}};
}

constexpr int quickLookDivisor = 5;
constexpr int quickLookEpochs = 5;
constexpr int maxEpochs = 1'000;
constexpr int maxBatch = 8'192;
constexpr int maxThreads = 1'024;

std::string groupsText()
{
    std::string text;
    for (const int g : validGroups())
        text += (text.empty() ? "" : ", ") + std::to_string(g);
    return text;
}

class Checker {
public:
    explicit Checker(std::vector<SpecIssue>& issues) : m_issues(issues) {}

    void require(bool holds, const char* field, std::string message)
    {
        if (!holds)
            m_issues.push_back({field, std::move(message), true});
    }
    void warn(bool holds, const char* field, std::string message)
    {
        if (!holds)
            m_issues.push_back({field, std::move(message), false});
    }

private:
    std::vector<SpecIssue>& m_issues;
};

/// A number that a text gave which no int can hold comes as int's nearest; see parseWhole().
std::string found(int value)
{
    const bool isMost = value == std::numeric_limits<int>::max();
    const bool isLeast = value == std::numeric_limits<int>::min();
    return ", not " + std::to_string(value) + (isMost ? " or more." : isLeast ? " or less." : ".");
}

std::string found(double value)
{
    return ", not " + shortestText(value) + ".";
}

void checkSchedule(const RunSpec& spec, Checker& check)
{
    check.require(spec.epochs >= 1 && spec.epochs <= maxEpochs, "epochs",
                  "Epochs must be from 1 to " + std::to_string(maxEpochs) + found(spec.epochs));
    check.require(std::isfinite(spec.learningRate) && spec.learningRate >= 0 && spec.learningRate <= 100, "lr",
                  "Learning rate must be a number from 0 to 100, for example 0.01" + found(spec.learningRate));
    check.warn(spec.learningRate != 0, "lr", "With learning rate 0 the weights never change.");
    check.require(std::isfinite(spec.momentum) && spec.momentum >= 0 && spec.momentum < 1, "momentum",
                  "Momentum must be at least 0 and below 1, for example 0.9" + found(spec.momentum));
    check.require(spec.stepSize >= 1 && spec.stepSize <= maxEpochs, "step-size",
                  "StepLR step must be from 1 to " + std::to_string(maxEpochs) + " epochs" + found(spec.stepSize));
    check.require(std::isfinite(spec.gamma) && spec.gamma > 0 && spec.gamma <= 1, "gamma",
                  "StepLR factor must be above 0 and at most 1, for example 0.1" + found(spec.gamma));
}

void checkRecipe(const RunSpec& spec, Checker& check)
{
    checkSchedule(spec, check);
    check.require(std::isfinite(spec.dropout) && spec.dropout >= 0 && spec.dropout < 1, "dropout",
                  "Dropout must be at least 0 and below 1, for example 0.02" + found(spec.dropout));
    check.require(std::isfinite(spec.augment) && spec.augment >= 0 && spec.augment <= 1, "augment",
                  "Augmentation probability must be from 0 to 1, for example 0.25" + found(spec.augment));
    check.require(spec.threads >= 0 && spec.threads <= maxThreads, "threads",
                  "Threads must be from 0 (as many as cores) to " + std::to_string(maxThreads) + found(spec.threads));
}

void checkBatch(const RunSpec& spec, std::size_t trainImages, Checker& check)
{
    check.require(spec.batchSize >= 1 && spec.batchSize <= maxBatch, "batch-size",
                  "Batch size must be from 1 to " + std::to_string(maxBatch) + found(spec.batchSize));
    const std::size_t used = trainImages == 0 ? 0 : usedImages(trainImages, spec.limitTrain, spec.quickLook);
    check.require(trainImages == 0 || static_cast<std::size_t>(std::max(spec.batchSize, 0)) <= used, "batch-size",
                  "Batch size " + std::to_string(spec.batchSize) + " is larger than the " + std::to_string(used)
                      + " training images; choose at most " + std::to_string(used) + ".");
    check.require(spec.limitTrain == 0 || trainImages == 0 || spec.limitTrain <= trainImages, "limit-train",
                  "The data set has only " + std::to_string(trainImages) + " training images; the limit asks for "
                      + std::to_string(spec.limitTrain) + ". Choose at most " + std::to_string(trainImages) + ", or 0 for all.");
    if (spec.normalization == Normalization::Batch && spec.batchSize >= 1) {
        check.warn(spec.batchSize != 1, "batch-size",
                   "Batch norm with a batch of 1 takes its statistics over the pixels of one image alone: in training it "
                   "becomes instance norm, while testing uses running averages. Expect poor test accuracy.");
        check.warn(spec.batchSize == 1 || used == 0 || used % static_cast<std::size_t>(spec.batchSize) != 1, "batch-size",
                   "The last batch of every epoch has a single image, so batch norm takes its statistics from that image alone. "
                   "Another batch size avoids that.");
    }
}

} // namespace

std::string_view toString(Normalization normalization)
{
    return nameOf(normalizationNames, normalization);
}

std::string_view toString(DeviceChoice device)
{
    return nameOf(deviceNames, device);
}

std::string_view toString(Engine engine)
{
    return nameOf(engineNames, engine);
}

std::string_view toString(Precision precision)
{
    return nameOf(precisionNames, precision);
}

Result<Normalization> parseNormalization(std::string_view text)
{
    return parse(normalizationNames, text, "normalization", "batch, layer, group, instance or none");
}

Result<DeviceChoice> parseDevice(std::string_view text)
{
    return parse(deviceNames, text, "device", "auto, cpu or cuda");
}

Result<Engine> parseEngine(std::string_view text)
{
    return parse(engineNames, text, "engine", "auto, libtorch or fast");
}

Result<Precision> parsePrecision(std::string_view text)
{
    return parse(precisionNames, text, "precision", "f32, tf32 or bf16");
}

std::string normalizationTitle(Normalization normalization, int groups)
{
    switch (normalization) {
    case Normalization::Batch: return "Batch norm";
    case Normalization::Layer: return "Layer norm";
    case Normalization::Group: return "Group norm (" + std::to_string(groups) + (groups == 1 ? " group)" : " groups)");
    case Normalization::Instance: return "Instance norm";
    case Normalization::None: return "No normalization";
    }
    return {};
}

std::string normalizationShortTitle(Normalization normalization, int groups)
{
    switch (normalization) {
    case Normalization::Batch: return "BN";
    case Normalization::Layer: return "LN";
    case Normalization::Group: return "GN " + std::to_string(groups);
    case Normalization::Instance: return "IN";
    case Normalization::None: return "None";
    }
    return {};
}

std::vector<int> validGroups()
{
    return {1, 2, 4, 8, 16};
}

std::size_t usedImages(std::size_t available, std::size_t limit, bool quickLook)
{
    const std::size_t used = quickLook ? (available + quickLookDivisor - 1) / quickLookDivisor : available;
    return limit == 0 ? used : std::min(used, limit);
}

std::vector<std::uint32_t> usedIndices(std::size_t available, std::size_t limit, bool quickLook, std::string_view split)
{
    auto order = permutation(available, streamKey(0, split));
    order.resize(usedImages(available, limit, quickLook));
    std::sort(order.begin(), order.end());
    return order;
}

std::vector<SpecIssue> validate(const RunSpec& spec, std::size_t trainImages)
{
    std::vector<SpecIssue> issues;
    Checker check(issues);
    const auto groups = validGroups();
    check.require(spec.normalization != Normalization::Group
                      || std::find(groups.begin(), groups.end(), spec.groups) != groups.end(),
                  "groups", "Groups must divide the network's channel counts, 16 and 32: choose one of " + groupsText()
                      + found(spec.groups));
    checkRecipe(spec, check);
    checkBatch(spec, trainImages, check);
    return issues;
}

Status checkSpec(const RunSpec& spec, std::size_t trainImages)
{
    for (const auto& issue : validate(spec, trainImages))
        if (issue.isError)
            return Error{ErrorCode::BadUsage, issue.message, "--" + issue.field};
    return {};
}

RunSpec seedRecipe(Normalization normalization)
{
    RunSpec spec; // the defaults are the seed's batch norm recipe
    spec.normalization = normalization;
    if (normalization != Normalization::Batch) {
        spec.dropout = 0;
        spec.stepSize = 7;
    }
    return spec;
}

RunSpec quickLookOf(RunSpec spec)
{
    spec.quickLook = true;
    spec.epochs = quickLookEpochs;
    spec.stepSize = 2; // the same share of the schedule as 8 or 7 of 20 epochs
    return spec;
}

std::vector<Preset> presets()
{
    std::vector<Preset> all = {{"bn", "Batch norm", seedRecipe(Normalization::Batch)},
                               {"gn4", "Group norm, 4 groups", seedRecipe(Normalization::Group)},
                               {"ln", "Layer norm", seedRecipe(Normalization::Layer)}};
    for (std::size_t i = 0; i < 3; ++i)
        all.push_back({all[i].id + "-quick", all[i].title + " (quick look)", quickLookOf(all[i].spec)});
    return all;
}

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runtables.h"

#include "model/store/csv.h"
#include "model/store/runstore.h"
#include "model/store/storetext.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace normscope::storage {

namespace {

constexpr std::array<std::string_view, 7> metricsColumns
    = {"Epoch", "Train Acc", "Test Acc", "Train Loss", "Test Loss", "Learning Rate", "Seconds"};
constexpr std::array<std::string_view, 3> predictionsColumns = {"index", "label", "predicted"};

using Fields = std::vector<std::string_view>;

std::string atLine(const CsvReader& reader)
{
    return "line " + std::to_string(reader.line()) + ": ";
}

bool isBlank(const Fields& fields)
{
    return fields.size() == 1 && fields.front().empty();
}

template <std::size_t N>
bool startsWithColumns(const Fields& fields, const std::array<std::string_view, N>& columns)
{
    return fields.size() >= N && std::equal(columns.begin(), columns.end(), fields.begin());
}

template <class Number>
void readCell(std::string_view cell, std::string_view column, Number& value, std::string& problem)
{
    if (problem.empty() && !parseNumber(cell, value))
        problem = "expected a number for " + std::string(column) + ", but found " + shown(cell);
}

/// `columns` is the header's count: a row with decimal commas has more, and would be read as other numbers.
std::string readMetricsRow(const Fields& fields, std::size_t columns, EpochMetrics& metrics)
{
    if (fields.size() != columns)
        return "expected " + std::to_string(columns) + " values, but found " + std::to_string(fields.size());
    std::string problem;
    readCell(fields[0], metricsColumns[0], metrics.epoch, problem);
    readCell(fields[1], metricsColumns[1], metrics.trainAccuracy, problem);
    readCell(fields[2], metricsColumns[2], metrics.testAccuracy, problem);
    readCell(fields[3], metricsColumns[3], metrics.trainLoss, problem);
    readCell(fields[4], metricsColumns[4], metrics.testLoss, problem);
    readCell(fields[5], metricsColumns[5], metrics.learningRate, problem);
    readCell(fields[6], metricsColumns[6], metrics.seconds, problem);
    return problem;
}

std::string readPredictionsRow(const Fields& fields, Evaluation& evaluation)
{
    const auto classes = std::size_t(evaluation.classes);
    if (fields.size() != classes + predictionsColumns.size())
        return "expected " + std::to_string(classes + predictionsColumns.size()) + " values, but found "
            + std::to_string(fields.size());
    std::string problem;
    readCell(fields[0], "index", evaluation.index.emplace_back(), problem);
    readCell(fields[1], "label", evaluation.label.emplace_back(), problem);
    readCell(fields[2], "predicted", evaluation.predicted.emplace_back(), problem);
    if (problem.empty() && std::max(evaluation.label.back(), evaluation.predicted.back()) >= classes)
        problem = "label and predicted should be below the " + std::to_string(classes) + " classes, but are "
            + std::string(fields[1]) + " and " + std::string(fields[2]);
    for (std::size_t k = 0; k < classes; ++k)
        readCell(fields[k + 3], "a probability", evaluation.probabilities.emplace_back(), problem);
    return problem;
}

/// A probability too small for a float was written as 0; it counts as the smallest float there is, so
/// that one such image does not make the mean loss infinite.
double lossOf(float probability)
{
    return std::isnan(probability) ? std::numeric_limits<double>::quiet_NaN()
                                   : -std::log(double(std::max(probability, std::numeric_limits<float>::denorm_min())));
}

void workOutScore(Evaluation& evaluation)
{
    double sum = 0;
    for (std::size_t row = 0; row < evaluation.size(); ++row) {
        sum += lossOf(evaluation.probability(row, evaluation.label[row]));
        evaluation.correct += evaluation.label[row] == evaluation.predicted[row] ? 1 : 0;
    }
    evaluation.loss = evaluation.size() == 0 ? 0 : sum / double(evaluation.size());
}

} // namespace

std::string metricsRow(const EpochMetrics& metrics)
{
    std::string row = std::to_string(metrics.epoch);
    for (const double value : {metrics.trainAccuracy, metrics.testAccuracy, metrics.trainLoss, metrics.testLoss,
                               metrics.learningRate, metrics.seconds}) {
        row += ',';
        appendNumber(row, value);
    }
    return row + '\n';
}

std::string batchRows(std::size_t firstBatch, const std::vector<float>& losses)
{
    std::string rows;
    for (const float loss : losses) {
        rows += std::to_string(firstBatch++);
        rows += ',';
        appendNumber(rows, loss);
        rows += '\n';
    }
    return rows;
}

std::string className(const std::vector<std::string>& classNames, int klass)
{
    return std::size_t(klass) < classNames.size() ? classNames[std::size_t(klass)] : std::to_string(klass);
}

std::string predictionsText(const Evaluation& evaluation, const std::vector<std::string>& classNames)
{
    std::string text = "index,label,predicted";
    for (int klass = 0; klass < evaluation.classes; ++klass)
        text.append(1, ',').append(csvField(className(classNames, klass)));
    text += '\n';
    text.reserve(text.size() + evaluation.size() * (16 + std::size_t(evaluation.classes) * 14));
    for (std::size_t row = 0; row < evaluation.size(); ++row) {
        text += std::to_string(evaluation.index[row]) + ',' + std::to_string(evaluation.label[row]) + ','
            + std::to_string(evaluation.predicted[row]);
        for (int klass = 0; klass < evaluation.classes; ++klass) {
            text += ',';
            appendNumber(text, evaluation.probability(row, klass));
        }
        text += '\n';
    }
    return text;
}

MetricsTable readMetrics(std::string_view text)
{
    MetricsTable table;
    CsvReader reader(text);
    const bool hasHeader = reader.next();
    const std::size_t columns = reader.fields().size();
    if (hasHeader && !startsWithColumns(reader.fields(), metricsColumns))
        table.problem = atLine(reader) + "expected the columns Epoch,Train Acc,..., but found "
            + shown(reader.fields().front());
    while (table.problem.empty() && reader.next()) {
        if (isBlank(reader.fields()))
            continue;
        EpochMetrics metrics;
        const std::string problem = readMetricsRow(reader.fields(), columns, metrics);
        const int before = table.epochs.empty() ? 0 : table.epochs.back().epoch;
        if (!problem.empty())
            table.problem = atLine(reader) + problem;
        else if (metrics.epoch <= before)
            table.problem = atLine(reader) + "expected an epoch after " + std::to_string(before) + ", but found "
                + std::to_string(metrics.epoch);
        else
            table.epochs.push_back(metrics);
    }
    table.cutShort = reader.cutShort();
    return table;
}

std::vector<float> readBatches(std::string_view text)
{
    std::vector<float> losses;
    CsvReader reader(text);
    reader.next(); // the header
    while (reader.next()) {
        float loss = 0;
        if (reader.fields().size() < 2 || !parseNumber(reader.fields()[1], loss))
            break;
        losses.push_back(loss);
    }
    return losses;
}

Result<Evaluation> readPredictions(std::string_view text, const std::string& path)
{
    const auto failure = [&](const std::string& what) { return Error{ErrorCode::BadInput, path + ", " + what + ".", {}}; };
    CsvReader reader(text);
    if (!reader.next() || !startsWithColumns(reader.fields(), predictionsColumns) || reader.fields().size() < 4)
        return failure("line 1: expected the columns index,label,predicted and one for each class");
    Evaluation evaluation;
    evaluation.classes = static_cast<int>(reader.fields().size() - predictionsColumns.size());
    const auto rows = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    evaluation.index.reserve(rows);
    evaluation.label.reserve(rows);
    evaluation.predicted.reserve(rows);
    // A number takes two bytes or more: a header of many columns before many empty lines promises what is not there.
    evaluation.probabilities.reserve(std::min(rows * std::size_t(evaluation.classes), text.size() / 2));
    while (reader.next()) {
        if (isBlank(reader.fields()))
            continue;
        if (const std::string problem = readPredictionsRow(reader.fields(), evaluation); !problem.empty())
            return failure(atLine(reader) + problem);
    }
    workOutScore(evaluation);
    return evaluation;
}

} // namespace normscope::storage

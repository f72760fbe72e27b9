// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/faults/tinyrun.h"

#include "model/store/recovery.h"
#include "model/store/statedict.h"
#include "tests/fixtures/testsupport.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QThread>

namespace normscope::testing {

namespace {

constexpr int batchesPerEpoch = 4;
constexpr int patienceMs = 120'000;

QByteArray fileOf(const RunRecord& run, const char* name)
{
    QFile file(QString::fromStdString(run.folder) + QLatin1Char('/') + QString::fromLatin1(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("cannot be opened");
}

} // namespace

TinyRun::TinyRun(const QString& folder, int epochs) : m_images(folder + QStringLiteral("/images")), m_epochs(epochs)
{
    writeImageFolder(m_images, *syntheticDataset(3, 20));
}

QStringList TinyRun::trainArguments(const QString& store, const QString& norm) const
{
    return {QStringLiteral("train"), QStringLiteral("--data"), QStringLiteral("folder:") + m_images, QStringLiteral("--norm"), norm,
            QStringLiteral("--epochs"), QString::number(m_epochs), QStringLiteral("--batch-size"), QStringLiteral("16"),
            QStringLiteral("--dropout"), QStringLiteral("0.1"), QStringLiteral("--threads"), QStringLiteral("1"), QStringLiteral("--store"), store};
}

QStringList TinyRun::resumeArguments(const QString& store, const QString& run) const
{
    return {QStringLiteral("resume"), run, QStringLiteral("--store"), store};
}

int CliEnd::epochsTold() const
{
    static const QRegularExpression line(QStringLiteral("^Epoch (\\d+): .*\\n"), QRegularExpression::MultilineOption);
    int last = 0;
    for (auto it = line.globalMatch(err); it.hasNext();)
        last = it.next().captured(1).toInt();
    return last;
}

CliEnd runCli(const QStringList& arguments, const QStringList& environment, int killAfterMs)
{
    QProcess process;
    auto variables = QProcessEnvironment::systemEnvironment();
    for (const QString& assignment : environment)
        variables.insert(assignment.section(QLatin1Char('='), 0, 0), assignment.section(QLatin1Char('='), 1));
    process.setProcessEnvironment(variables);
    process.start(qEnvironmentVariable("NORMSCOPE_CLI"), arguments);
    if (killAfterMs >= 0 && process.waitForStarted() && !process.waitForFinished(killAfterMs))
        process.kill();
    CliEnd end;
    if (!process.waitForFinished(patienceMs)) {
        process.kill();
        process.waitForFinished();
    }
    end.crashed = process.exitStatus() != QProcess::NormalExit;
    end.code = process.exitCode();
    end.out = QString::fromUtf8(process.readAllStandardOutput());
    end.err = QString::fromUtf8(process.readAllStandardError());
    return end;
}

QString brokenPromise(const RunStore& store, const RunRecord& run, int epochsTold)
{
    const auto text = [](const std::string& s) { return QString::fromStdString(s); };
    if (run.state == RunState::Damaged)
        return QStringLiteral("it is damaged: ") + text(run.reason);
    if (run.state == RunState::Running)
        return QStringLiteral("it is said to be running");
    const int epochs = int(run.epochs.size());
    if (epochs < epochsTold)
        return QStringLiteral("it has %1 epochs of the %2 that were told").arg(epochs).arg(epochsTold);
    const auto found = findCheckpoint(run);
    if (!found && found.error().code != ErrorCode::NotFound)
        return QStringLiteral("its checkpoint cannot be read: ") + text(found.error().message);
    if (epochs == 0)
        return {};
    if (!found || int(found->checkpoint.record.epochs.size()) < epochs || !found->note.empty())
        return QStringLiteral("it has %1 epochs, but no checkpoint of that many").arg(epochs);
    const auto predictions = store.predictions(run);
    if (!predictions)
        return QStringLiteral("its predictions cannot be read: ") + text(predictions.error().message);
    if (predictions->accuracy() != run.epochs.back().testAccuracy)
        return QStringLiteral("its predictions are of another epoch: accuracy %1 instead of %2")
            .arg(predictions->accuracy()).arg(run.epochs.back().testAccuracy);
    if (const auto weights = readStateDictionaryFile(store.weightsPath(run)); !weights)
        return QStringLiteral("its weights cannot be read: ") + text(weights.error().message);
    else if (found->checkpoint.training.position.batches == 0 && *weights != found->checkpoint.training.weights)
        return QStringLiteral("its weights are of another epoch");
    if (store.batchLosses(run).size() < std::size_t(epochs) * batchesPerEpoch)
        return QStringLiteral("it has only %1 batch losses").arg(store.batchLosses(run).size());
    // Killed between being queued again and training, it has them until its turn.
    const QDir folder(text(run.folder));
    if (const QStringList left = folder.entryList({QStringLiteral("*.new-*")}, QDir::Files | QDir::Hidden); !left.isEmpty() && run.state != RunState::Queued)
        return QStringLiteral("half-written files were left: ") + left.join(QStringLiteral(", "));
    return {};
}

QString difference(const RunRecord& a, const RunRecord& b)
{
    if (a.state != RunState::Finished || b.state != RunState::Finished)
        return QStringLiteral("one of them is not finished");
    if (a.epochs.size() != b.epochs.size())
        return QStringLiteral("%1 and %2 epochs").arg(a.epochs.size()).arg(b.epochs.size());
    for (std::size_t i = 0; i < a.epochs.size(); ++i) {
        EpochMetrics same = a.epochs[i];
        same.seconds = b.epochs[i].seconds;
        if (!(same == b.epochs[i]))
            return QStringLiteral("metrics of epoch %1").arg(i + 1);
    }
    for (const char* name : {"batches.csv", "predictions.csv", "weights.pt"})
        if (fileOf(a, name) != fileOf(b, name))
            return QString::fromLatin1(name);
    const auto one = findCheckpoint(a), two = findCheckpoint(b);
    if (!one || !two || one->checkpoint.training.momentum != two->checkpoint.training.momentum)
        return QStringLiteral("the momentum");
    return {};
}

} // namespace normscope::testing

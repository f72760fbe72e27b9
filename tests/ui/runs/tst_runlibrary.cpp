// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/testsupport.h"
#include "ui/runs/runlibrary.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using namespace Qt::StringLiterals;

namespace {

RunSpec specOf(Normalization normalization)
{
    RunSpec spec;
    spec.normalization = normalization;
    spec.epochs = 3;
    return spec;
}

} // namespace

class RunLibraryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
    }

    void createdRunIsCheckedNamedAndColoured()
    {
        RunLibrary library(store());
        QSignalSpy added(&library, &RunLibrary::runAdded);
        QSignalSpy checked(&library, &RunLibrary::checkedChanged);
        const QString a = library.create(specOf(Normalization::Batch));
        const QString b = library.create(specOf(Normalization::Batch));
        const QString c = library.create(specOf(Normalization::Group), u"  mine "_s);
        QCOMPARE(added.size(), 3);
        QCOMPARE(checked.size(), 3);
        QCOMPARE(library.run(a)->name(), u"Batch norm"_s);
        QCOMPARE(library.run(b)->name(), u"Batch norm #2"_s);
        QCOMPARE(library.run(c)->name(), u"mine"_s);
        QCOMPARE(library.run(a)->record.colour, 0);
        QCOMPARE(library.run(b)->record.colour, 1);
        QCOMPARE(library.run(c)->record.colour, 2);
        library.remove(b);
        QCOMPARE(library.run(library.create(specOf(Normalization::Layer)))->record.colour, 1); // freed
        QCOMPARE(int(library.checkedRuns().size()), 3);
    }

    void quickLookIsMarked()
    {
        RunLibrary library(store());
        RunSpec spec = specOf(Normalization::Layer);
        spec.quickLook = true;
        QCOMPARE(library.run(library.create(spec))->displayName(), u"Layer norm (quick look)"_s);
    }

    void changesSurviveAReopen()
    {
        QString id;
        QString gone;
        {
            RunLibrary library(store());
            id = library.create(specOf(Normalization::Batch));
            gone = library.create(specOf(Normalization::None));
            library.rename(id, u"  Mein Lauf, \"ä\"\n=1 "_s.simplified());
            library.setNote(id, u"two\nlines"_s);
            library.setColour(id, 17);
            library.remove(gone);
        }
        RunLibrary again(store());
        QCOMPARE(int(again.runs().size()), 1);
        QVERIFY(!again.run(gone));
        QCOMPARE(again.run(id)->name(), u"Mein Lauf, \"ä\" =1"_s);
        QCOMPARE(again.run(id)->record.note, std::string("two\nlines"));
        QCOMPARE(again.run(id)->record.colour, 17);
    }

    void undoBringsBackAsItWas()
    {
        QString first;
        QString second;
        {
            RunLibrary library(store());
            first = writeRun(Normalization::Batch);
            library.refresh();
            second = library.create(specOf(Normalization::Layer));
            library.setChecked(first, true);
            library.rename(first, u"kept"_s);
            const auto epochs = library.run(first)->record.epochs;
            QSignalSpy removed(&library, &RunLibrary::runRemoved);
            QSignalSpy added(&library, &RunLibrary::runAdded);
            QVERIFY(!library.canUndoRemove());
            library.remove(first);
            library.remove(second);
            QCOMPARE(removed.size(), 2);
            QVERIFY(library.runs().empty() && library.canUndoRemove());
            library.undoRemove();
            library.undoRemove();
            library.undoRemove(); // one too many does nothing
            QCOMPARE(added.size(), 2);
            QVERIFY(!library.canUndoRemove());
            QVERIFY(library.run(first)->checked && library.run(second)->checked);
            QCOMPARE(library.run(first)->record.epochs, epochs);
            QVERIFY(library.evaluation(first));
        }
        RunLibrary again(store());
        QCOMPARE(int(again.runs().size()), 2);
        QCOMPARE(again.run(first)->name(), u"kept"_s);
    }

    void checkingSeveralTellsOnce()
    {
        RunLibrary library(store());
        QStringList ids;
        for (int i = 0; i < 4; ++i)
            ids.append(library.create(specOf(Normalization::Batch)));
        QSignalSpy checked(&library, &RunLibrary::checkedChanged);
        library.setChecked(ids, false);
        QCOMPARE(checked.size(), 1);
        library.setChecked(ids, false);
        QCOMPARE(checked.size(), 1);
        QVERIFY(library.checkedRuns().empty());
    }

    void emptyNameIsRefused()
    {
        RunLibrary library(store());
        const QString id = library.create(specOf(Normalization::Batch));
        QSignalSpy errors(&library, &RunLibrary::storeError);
        library.rename(id, u"   "_s);
        QCOMPARE(errors.size(), 1);
        QCOMPARE(library.run(id)->name(), u"Batch norm"_s);
    }

    void runningRunIsNotWrittenUntilItEnds()
    {
        RunLibrary library(store());
        const QString id = library.create(specOf(Normalization::Batch));
        RunRecord record = library.run(id)->record;
        const RunRecord queued = record;
        record.state = RunState::Running;
        library.applyRecord(record);
        QVERIFY(library.isTrainedHere(id));
        const QByteArray before = runJson(record);
        library.rename(id, u"renamed"_s);
        library.setNote(id, u"noted"_s);
        library.setColour(id, 9);
        QCOMPARE(library.run(id)->name(), u"renamed"_s);
        QCOMPARE(runJson(record), before);
        QSignalSpy errors(&library, &RunLibrary::storeError);
        library.remove(id);
        QCOMPARE(errors.size(), 1);
        QVERIFY(library.run(id));

        QCOMPARE(library.run(id)->record.parameters, std::int64_t(0));
        RunRecord started = *library.store().load(queued.id); // what executeRun() saves when the training starts
        started.parameters = 40'394;
        started.classNames = {"cat", "dog"};
        QVERIFY(library.store().save(started).ok());
        library.appendEpoch(id, {1, 30, 25, 2.0, 2.1, 0.01, 1.0});
        QCOMPARE(library.run(id)->record.parameters, std::int64_t(40'394)); // known while the run trains
        QCOMPARE(library.run(id)->record.classNames.size(), std::size_t(2));
        record = queued; // the worker's copy knows nothing of the new name
        record.state = RunState::Stopped;
        started.state = RunState::Stopped;
        QVERIFY(library.store().save(started).ok()); // as executeRun() does, which knows nothing of the new name
        library.applyRecord(record);
        QVERIFY(!library.isTrainedHere(id));
        QCOMPARE(int(library.run(id)->record.epochs.size()), 1);
        const auto saved = library.store().load(record.id);
        QVERIFY(saved.ok());
        QCOMPARE(saved->name, std::string("renamed"));
        QCOMPARE(saved->note, std::string("noted"));
        QCOMPARE(saved->colour, 9);
        QCOMPARE(int(saved->state), int(RunState::Stopped));
    }

    void batchLossesGrow()
    {
        const QString id = writeRun(Normalization::Group);
        RunLibrary library(store());
        const auto read = library.batchLosses(id).size();
        QVERIFY(read > 0);
        QSignalSpy appended(&library, &RunLibrary::batchLossesAppended);
        library.appendBatchLosses(id, {1.5F, 1.25F});
        library.appendBatchLosses(id, {});
        QCOMPARE(appended.size(), 1);
        QCOMPARE(library.batchLosses(id).size(), read + 2);
        QCOMPARE(library.batchLosses(id).back(), 1.25F);
        QVERIFY(library.batchLosses(u"none such"_s).empty());
    }

    void damagedRunIsListed()
    {
        const QString id = writeRun(Normalization::Batch);
        const QString good = writeRun(Normalization::Layer);
        QFile json(QDir(m_folder->filePath(u"runs"_s)).filePath(id + u"/run.json"_s));
        QVERIFY(json.open(QIODevice::WriteOnly));
        json.write("{ \"half\": ");
        json.close();
        RunLibrary library(store());
        QCOMPARE(int(library.runs().size()), 2);
        QCOMPARE(int(library.run(id)->record.state), int(RunState::Damaged));
        QVERIFY(!library.run(id)->record.reason.empty());
        QCOMPARE(int(library.run(good)->record.state), int(RunState::Finished));
        QSignalSpy errors(&library, &RunLibrary::storeError);
        library.rename(id, u"new"_s);
        QCOMPARE(errors.size(), 1);
        QVERIFY(!library.evaluation(id));
        library.remove(id);
        QVERIFY(!library.run(id));
        library.undoRemove();
        QVERIFY(library.run(id));
    }

    void refreshSeesOtherProcesses()
    {
        RunLibrary library(store());
        const QString own = library.create(specOf(Normalization::Batch));
        QSignalSpy added(&library, &RunLibrary::runAdded);
        QSignalSpy removed(&library, &RunLibrary::runRemoved);
        const QString other = writeRun(Normalization::Layer);
        library.refresh();
        QCOMPARE(added.size(), 1);
        QVERIFY(library.run(other) && !library.run(other)->checked);
        QVERIFY(library.run(own)->checked);
        QVERIFY(library.store().remove(own.toStdString()).ok());
        library.refresh();
        QCOMPARE(removed.size(), 1);
        QVERIFY(!library.run(own));
    }

private:
    RunStore store() const { return *RunStore::open(m_folder->filePath(u"runs"_s).toStdString()); }
    QString writeRun(Normalization normalization) const
    {
        const auto dataset = normscope::testing::syntheticDataset(3, 6);
        return QString::fromStdString(
            normscope::testing::writeFinishedRun(store(), *dataset, specOf(normalization), 0.8).id);
    }
    QByteArray runJson(const RunRecord& record) const
    {
        QFile file(QDir(QString::fromStdString(record.folder)).filePath(u"run.json"_s));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(RunLibraryTest)
#include "tst_runlibrary.moc"

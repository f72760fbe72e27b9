// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/testsupport.h"
#include "ui/runs/runlibrary.h"
#include "ui/runs/runtablemodel.h"

#include <QAbstractItemModelTester>
#include <QLocale>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using namespace Qt::StringLiterals;
using Model = RunTableModel;

class RunTableModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_library = std::make_unique<RunLibrary>(*RunStore::open(m_folder->path().toStdString()));
        m_model = std::make_unique<Model>(*m_library);
        m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    }
    void cleanup()
    {
        m_tester.reset();
        m_model.reset();
        m_library.reset();
    }

    void followsTheLibrary()
    {
        const QString a = create();
        const QString b = create();
        QCOMPARE(m_model->rowCount(), 2);
        QCOMPARE(m_model->idAt(0), a);
        m_library->remove(a);
        QCOMPARE(m_model->rowCount(), 1);
        m_library->undoRemove();
        QCOMPARE(m_model->rowCount(), 2);
        QCOMPARE(m_model->idAt(0), a); // in its old place
        QCOMPARE(m_model->idAt(1), b);
        QVERIFY(!m_model->indexOf(u"none"_s).isValid());
    }

    void showsNameStateAndFigures()
    {
        const QString id = create();
        QCOMPARE(text(id, Model::NameColumn), u"Batch norm"_s);
        QCOMPARE(text(id, Model::StateColumn), u"queued"_s);
        QCOMPARE(text(id, Model::TestAccuracyColumn), u"–"_s);
        QCOMPARE(text(id, Model::EpochsColumn), u"0/20"_s);
        QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
        m_library->appendEpoch(id, {1, 40, 37.125, 1.5, 1.6, 0.01, 2});
        QCOMPARE(changed.size(), 1); // narrow: the two cells that an epoch changes
        QCOMPARE(changed.front().at(0).toModelIndex().column(), int(Model::TestAccuracyColumn));
        QCOMPARE(changed.front().at(1).toModelIndex().column(), int(Model::EpochsColumn));
        const QLocale before;
        QLocale::setDefault(QLocale(QLocale::German)); // a point here too, as on every page
        const QString accuracy = text(id, Model::TestAccuracyColumn);
        QLocale::setDefault(before);
        QCOMPARE(accuracy, QString::number(37.125, 'f', 2));
        QCOMPARE(text(id, Model::EpochsColumn), u"1/20"_s);
        QCOMPARE(m_model->indexOf(id, Model::TestAccuracyColumn).data(Model::SortRole).toDouble(), 37.125);
    }

    void quickLookFiguresAreMarked()
    {
        RunSpec spec;
        spec.quickLook = true;
        const QString id = m_library->create(spec);
        m_library->appendEpoch(id, {1, 40, 37.125, 1.5, 1.6, 0.01, 2});
        QVERIFY(text(id, Model::NameColumn).endsWith(u"(quick look)"_s));
        QVERIFY(text(id, Model::TestAccuracyColumn).endsWith(u'*'));
        QVERIFY(m_model->indexOf(id, Model::TestAccuracyColumn).data(Qt::ToolTipRole).toString().contains(u"quick look"_s));
    }

    void stateCarriesItsReason()
    {
        const QString id = create();
        RunRecord record = m_library->run(id)->record;
        record.state = RunState::Diverged;
        record.reason = "diverged at step 212: the loss became NaN";
        m_library->applyRecord(record);
        QCOMPARE(text(id, Model::StateColumn), u"diverged"_s);
        QVERIFY(m_model->indexOf(id, Model::StateColumn).data(Qt::ToolTipRole).toString().contains(u"step 212"_s));
    }

    void toolTipTakesNamesForText()
    {
        const QString id = create();
        m_library->rename(id, u"<img src=x>"_s);
        const QString tip = m_model->indexOf(id).data(Qt::ToolTipRole).toString();
        QVERIFY(tip.contains(u"&lt;img"_s) && !tip.contains(u"<img"_s));
    }

    void checksAndRenames()
    {
        const QString id = create();
        const QModelIndex index = m_model->indexOf(id);
        QSignalSpy toggled(m_model.get(), &Model::checkToggled);
        QVERIFY(m_model->setData(index, int(Qt::Unchecked), Qt::CheckStateRole));
        QCOMPARE(toggled.size(), 1);
        QVERIFY(!m_library->run(id)->checked);
        QVERIFY(m_model->setData(index, u" new name "_s, Qt::EditRole));
        QCOMPARE(m_library->run(id)->name(), u"new name"_s);
        QVERIFY(!m_model->setData(index, QString(), Qt::EditRole));
        QCOMPARE(index.data(Qt::EditRole).toString(), u"new name"_s);
        QVERIFY(!m_model->setData(index.siblingAtColumn(Model::StateColumn), u"x"_s, Qt::EditRole));
    }

    void sortsByValue()
    {
        QSortFilterProxyModel proxy;
        proxy.setSourceModel(m_model.get());
        proxy.setSortRole(Model::SortRole);
        const QString ten = create();
        const QString nine = create();
        m_library->appendEpoch(ten, {1, 0, 10.0, 1, 1, 0.01, 1});
        m_library->appendEpoch(nine, {1, 0, 9.5, 1, 1, 0.01, 1});
        proxy.sort(Model::TestAccuracyColumn, Qt::AscendingOrder);
        QCOMPARE(proxy.index(0, 0).data(Model::IdRole).toString(), nine); // as text "10" would come first
        proxy.sort(Model::TestAccuracyColumn, Qt::DescendingOrder);
        QCOMPARE(proxy.index(0, 0).data(Model::IdRole).toString(), ten);
    }

private:
    QString create() { return m_library->create(RunSpec()); }
    QString text(const QString& id, int column) { return m_model->indexOf(id, column).data().toString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<RunLibrary> m_library;
    std::unique_ptr<Model> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
};

QTEST_MAIN(RunTableModelTest)
#include "tst_runtablemodel.moc"

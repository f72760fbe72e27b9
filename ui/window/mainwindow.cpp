// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/mainwindow.h"

#include "model/training/atonce.h"
#include "model/training/machine.h"
#include "ui/compare/comparepage.h"
#include "ui/confusion/confusionpage.h"
#include "ui/curves/curvespage.h"
#include "ui/data/datapage.h"
#include "ui/data/datasetprovider.h"
#include "ui/errors/errorspage.h"
#include "ui/experiment/experimentform.h"
#include "ui/experiment/seedrecipes.h"
#include "ui/export/textexport.h"
#include "ui/network/networkpage.h"
#include "ui/runs/runlibrary.h"
#include "ui/runs/runpanel.h"
#include "ui/theme/icons.h"
#include "ui/theme/messagebar.h"
#include "ui/training/trainingcontroller.h"
#include "ui/window/aboutdialog.h"
#include "ui/window/appsettings.h"
#include "ui/window/checkedruns.h"
#include "ui/window/closeguard.h"
#include "ui/window/emptystate.h"
#include "ui/window/installationdialog.h"
#include "ui/window/mainmenu.h"
#include "ui/window/pagearea.h"
#include "ui/window/runbar.h"
#include "ui/window/statusline.h"
#include "ui/window/storeside.h"
#include "ui/window/storetrouble.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QMenu>
#include <QSplitter>
#include <QStatusBar>
#include <QVBoxLayout>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize firstSize{1280, 800};
constexpr int leftWidth = 350;
constexpr int leftLeast = 300;

} // namespace

MainWindow::MainWindow(RunLibrary& library, TrainingController& controller, DatasetProvider& datasets, AppSettings& settings,
                       QWidget* parent)
    : QMainWindow(parent), m_library(library), m_controller(controller), m_datasets(datasets), m_settings(settings),
      m_form(new ExperimentForm(datasets, settings)), m_runs(new RunPanel(library, settings)),
      m_bar(new RunBar(library, controller)), m_empty(new EmptyState), m_pages(new PageArea(m_empty)),
      m_message(new MessageBar), m_status(new StatusLine(library, controller)),
      m_store(new StoreSide(*this, library, controller, *m_runs, *m_message)), // logs an end before the other acts on it
      m_closing(new CloseGuard(*this, library, controller))
{
    setWindowIcon(applicationIcon());
    restoreCheckedRuns(m_library, m_settings);
    buildPages();
    buildLayout();
    buildMenu();
    statusBar()->addWidget(m_status, 1);
    connectForm();
    connectLibrary();
    connectTraining();
    connectMenu();
    restoreSettings();
    m_store->begin({});
    m_pages->setHasRuns(!m_library.runs().empty());
    updateStart();
    updatePreviews();
    m_status->setFormData(m_form->spec().data);
    updateTitle();
}

void MainWindow::buildPages()
{
    auto* confusion = new ConfusionPage(m_library, m_settings);
    m_errors = new ErrorsPage(m_library, m_datasets, m_settings);
    m_network = new NetworkPage(m_library, m_settings);
    m_data = new DataPage(m_datasets, m_settings);
    m_pages->addPage(new CurvesPage(m_library, m_settings), themeIcon(u"curves"_s), tr("Curves"), true);
    m_pages->addPage(new ComparePage(m_library, m_settings), themeIcon(u"table"_s), tr("Compare"), true);
    m_pages->addPage(confusion, themeIcon(u"confusion"_s), tr("Confusion"), true);
    const int errors = m_pages->addPage(m_errors, themeIcon(u"errors"_s), tr("Errors"), true);
    m_pages->addPage(m_network, themeIcon(u"model"_s), tr("Model"), false);
    m_pages->addPage(m_data, themeIcon(u"data"_s), tr("Data"), false);
    connect(confusion, &ConfusionPage::cellActivated, this, [this, errors](const QString& run, int trueClass, int predicted) {
        m_errors->showCell(run, trueClass, predicted);
        m_pages->showPage(errors);
    });
}

void MainWindow::buildLayout()
{
    auto* runs = new QWidget;
    auto* runsLayout = new QVBoxLayout(runs);
    runsLayout->setContentsMargins(spacing::normal, spacing::small, spacing::normal, spacing::small);
    runsLayout->addWidget(m_runs);
    m_left = new QSplitter(Qt::Vertical);
    m_left->addWidget(m_form);
    m_left->addWidget(runs);
    m_left->setMinimumWidth(leftLeast);
    m_left->setStretchFactor(0, 3);
    m_left->setStretchFactor(1, 2);
    m_columns = new QSplitter(Qt::Horizontal);
    m_columns->addWidget(m_left);
    m_columns->addWidget(m_pages);
    m_columns->setStretchFactor(0, 0);
    m_columns->setStretchFactor(1, 1);
    m_columns->setSizes({leftWidth, firstSize.width() - leftWidth});
    for (QSplitter* splitter : {m_left, m_columns})
        splitter->setChildrenCollapsible(false);

    auto* central = new QWidget;
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_bar);
    layout->addWidget(m_store->troubleBar());
    layout->addWidget(m_store->offerBar());
    layout->addWidget(m_message);
    layout->addWidget(m_columns, 1);
    setCentralWidget(central);
}

void MainWindow::buildMenu()
{
    m_menu = new MainMenu(*this, *m_bar, *m_pages, m_runs->exportMenu(), m_runs->undoAction());
}

void MainWindow::connectForm()
{
    connect(m_form, &ExperimentForm::startRequested, this, &MainWindow::startRun);
    connect(m_form, &ExperimentForm::compareRequested, this, &MainWindow::startRuns);
    connect(m_form, &ExperimentForm::specChanged, this, [this] {
        updateStart();
        updatePreviews();
        m_status->setFormData(m_form->spec().data);
    });
    // The form hears of loaded data by the same signals; ask it after it has.
    const auto dataKnown = [this] {
        updateStart();
        updatePreviews();
    };
    connect(&m_datasets, &DatasetProvider::ready, this, dataKnown, Qt::QueuedConnection);
    connect(&m_datasets, &DatasetProvider::failed, this, dataKnown, Qt::QueuedConnection);
    connect(m_bar, &RunBar::startRequested, this, [this] { startRun(m_form->spec()); });
    connect(m_empty, &EmptyState::compareRequested, this, [this] { compare(false); });
    connect(m_empty, &EmptyState::quickLookRequested, this, [this] { compare(true); });
}

void MainWindow::connectLibrary()
{
    connect(&m_library, &RunLibrary::storeError, this,
            [this](const QString& text) { m_message->say(MessageBar::Kind::Error, text); });
    connect(m_store->trouble(), &StoreTrouble::changed, this, &MainWindow::updateStart);
    connect(m_store, &StoreSide::storeRequested, this, &MainWindow::storeRequested);
    const auto countRuns = [this] { m_pages->setHasRuns(!m_library.runs().empty()); };
    connect(&m_library, &RunLibrary::runAdded, this, countRuns);
    connect(&m_library, &RunLibrary::runRemoved, this, countRuns);
    connect(&m_library, &RunLibrary::runRemoved, &m_controller, &TrainingController::removeQueued);
    connect(m_runs, &RunPanel::cloneRequested, this, [this](const RunSpec& spec) { m_form->setSpec(spec); });
    connect(m_runs, &RunPanel::queueRequested, &m_controller, qOverload<const QString&>(&TrainingController::enqueue));
    connect(m_runs, &RunPanel::dequeueRequested, &m_controller, &TrainingController::removeQueued);
    m_runs->setQueueTest([this](const QString& id) { return m_controller.queuedRuns().contains(id); });
}

void MainWindow::connectTraining()
{
    connect(&m_controller, &TrainingController::runFailed, this, [this](const QString& id, const QString& reason) {
        const Run* run = m_library.run(id);
        m_message->say(MessageBar::Kind::Error, tr("\"%1\" failed: %2").arg(run ? run->displayName() : id, reason));
    });
    connect(&m_controller, &TrainingController::stateChanged, this, &MainWindow::updateTitle);
    m_controller.setAtOnce(m_settings.runsAtOnce() ? asManyAsPays : 1);
}

void MainWindow::connectMenu()
{
    connect(m_menu, &MainMenu::showStoreRequested, m_store, &StoreSide::showFolder);
    connect(m_menu, &MainMenu::openStoreRequested, m_store, &StoreSide::chooseAnother);
    connect(m_menu, &MainMenu::refreshRequested, m_store, &StoreSide::lookAgain);
    connect(m_menu, &MainMenu::exportComparisonRequested, this, &MainWindow::exportComparison);
    connect(m_menu, &MainMenu::compareRequested, this, [this] { compare(false); });
    connect(m_menu, &MainMenu::quickLookRequested, this, [this] { compare(true); });
    connect(m_menu, &MainMenu::aboutRequested, this, [this] { (new AboutDialog(this))->show(); });
    connect(m_menu, &MainMenu::installationRequested, this, [this] {
        (new InstallationDialog(installationRows(m_status->storePath(), m_settings.fileName()), this))->show();
    });
    connect(m_menu, &MainMenu::themeChosen, this, [this](ThemeChoice choice) {
        m_settings.setTheme(toString(choice));
        setTheme(choice);
    });
    m_menu->setRunsAtOnce(m_settings.runsAtOnce());
    connect(m_menu, &MainMenu::runsAtOnceChosen, this, [this](bool atOnce) {
        m_settings.setRunsAtOnce(atOnce);
        m_controller.setAtOnce(atOnce ? asManyAsPays : 1);
    });
    const auto updateExport = [this] {
        const bool any = !m_library.checkedRuns().empty();
        m_menu->exportComparisonAction()->setEnabled(any);
        m_menu->exportComparisonAction()->setToolTip(any ? QString() : tr("Check the runs to compare first"));
    };
    connect(&m_library, &RunLibrary::checkedChanged, this, updateExport);
    updateExport();
}

void MainWindow::setTheme(ThemeChoice choice)
{
    applyTheme(*qApp, choice);
    m_menu->setTheme(choice);
}

void MainWindow::restoreSettings()
{
    resize(firstSize);
    restoreGeometry(m_settings.windowGeometry());
    m_columns->restoreState(m_settings.splitterState());
    m_pages->showPage(m_settings.page());
    if (const auto recipe = m_settings.recipe())
        m_form->setRecipe(*recipe);
    connect(m_pages, &PageArea::pageChanged, this, [this](int page) { m_settings.setPage(page); });
    m_menu->setTheme(currentTheme());
}

void MainWindow::saveSettings()
{
    m_settings.setWindowGeometry(saveGeometry());
    m_settings.setSplitterState(m_columns->saveState());
    m_settings.setRecipe(m_form->spec());
    saveCheckedRuns(m_library, m_settings);
}

void MainWindow::setStoreProblem(const QString& sentence, const QString& folder)
{
    m_status->setStore(folder, sentence);
    m_store->begin(sentence);
}

void MainWindow::quitAndSave()
{
    m_asksNothing = true;
    m_closing->stopAndClose();
}

void MainWindow::saveForLogout()
{
    m_closing->stopAndSave();
    m_store->trouble()->rescue();
    m_store->offerQueue(); // should the user stay after all
    saveSettings();
}

void MainWindow::updateStart()
{
    m_form->setBlocked(m_store->trouble()->whyNotStart());
    m_bar->setCanStart(m_form->canStart(), m_form->whyNot());
    const QString whyNot = m_form->whyNotCompare();
    m_menu->setWhyNotCompare(whyNot);
    m_empty->setData(QString::fromStdString(m_form->spec().data.title()), whyNot.isEmpty(), whyNot);
}

void MainWindow::updatePreviews()
{
    const RunSpec spec = m_form->spec();
    const auto dataset = m_datasets.peek(spec.data);
    m_network->showSpec(spec, dataset ? int(dataset->classNames.size()) : 10);
    m_data->showSpec(spec);
}

void MainWindow::updateTitle()
{
    const auto active = m_controller.activeRuns().size();
    const Run* run = m_library.run(m_controller.currentRun());
    const bool paused = m_controller.state() == TrainingController::State::Paused;
    if (active > 1)
        setWindowTitle(paused ? tr("%1 runs paused - Normscope").arg(active) : tr("%1 runs training - Normscope").arg(active));
    else
        setWindowTitle(run ? tr("%1 - Normscope").arg(run->displayName()) : tr("Normscope"));
}

void MainWindow::startRun(const RunSpec& spec)
{
    startRuns({spec});
}

void MainWindow::startRuns(const std::vector<RunSpec>& specs)
{
    for (const RunSpec& spec : specs) {
        const auto dataset = m_datasets.peek(spec.data);
        if (const Status status = checkSpec(spec, dataset ? dataset->train.size() : 0); !status) {
            m_message->say(MessageBar::Kind::Error, QString::fromStdString(status.error().message));
            return;
        }
        if (const Status status = checkMachine(spec); !status) {
            m_message->say(MessageBar::Kind::Error, QString::fromStdString(status.error().message));
            return;
        }
    }
    m_settings.setRecipe(m_form->spec());
    QStringList ids;
    for (const RunSpec& spec : specs) {
        const QString id = m_library.create(spec); // says itself why it cannot
        if (id.isEmpty())
            break;
        ids.append(id);
    }
    m_controller.enqueue(ids); // together, so that those that start now share the cores
    if (!m_library.runs().empty())
        m_pages->showPage(0);
}

void MainWindow::compare(bool quickLook)
{
    RunSpec place = m_form->spec();
    place.quickLook = quickLook;
    startRuns(seedComparison(place));
}

void MainWindow::exportComparison()
{
    std::vector<RunRecord> records;
    for (const Run* run : m_library.checkedRuns())
        records.push_back(run->record);
    QString path;
    if (saveTextWithDialog(this, tr("Export the comparison"), u"comparison.csv"_s, comparisonCsv(records), m_settings, &path))
        m_message->say(MessageBar::Kind::Info, tr("Saved %1").arg(QDir::toNativeSeparators(path)));
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (m_asksNothing)
        m_store->trouble()->rescue();
    if (!m_closing->mayClose() || !(m_asksNothing || m_store->trouble()->mayClose())) {
        event->ignore();
        return;
    }
    saveSettings();
    m_library.purgeRemoved();
    event->accept();
}

} // namespace normscope

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/benchmark/benchmark_page.h"

#include <QAction>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QPushButton>
#include <QSplitter>
#include <QStandardPaths>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

#include <rustcask/bench/summary.h>

#include "actions/action_registry.h"
#include "charts/chart_panel.h"
#include "charts/chart_view.h"
#include "charts/series.h"
#include "pages/benchmark/benchmark_run.h"
#include "pages/benchmark/comparison.h"
#include "pages/benchmark/configuration_model.h"
#include "pages/benchmark/results_panel.h"
#include "pages/benchmark/run_library.h"
#include "pages/benchmark/run_list_model.h"
#include "pages/benchmark/runs_panel.h"
#include "pages/benchmark/setup_panel.h"
#include "settings/settings.h"
#include "tasks/file_saver.h"
#include "tasks/task_runner.h"
#include "theme/format.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

const Setting<QString> setupSetting{"benchmark/setup", QString()};
const Setting<QString> scratchSetting{"benchmark/scratch", QString()};

QString phaseText(bench::RunPhase phase) {
    switch (phase) {
    case bench::RunPhase::trace:
        return BenchmarkPage::tr("making the trace");
    case bench::RunPhase::load:
        return BenchmarkPage::tr("loading");
    case bench::RunPhase::verify:
        return BenchmarkPage::tr("reading everything back");
    case bench::RunPhase::measure:
        return BenchmarkPage::tr("measuring");
    case bench::RunPhase::settle:
        return BenchmarkPage::tr("syncing");
    }
    return {};
}

} // namespace

BenchmarkPage::BenchmarkPage(PageContext context, QWidget* parent)
    : Page(context, parent),
      m_tasks(std::make_unique<TaskRunner>(1)),
      m_folder(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/benchmarks")),
      m_program(findCommandLine()) {
    buildActions();
    m_setup = new SetupPanel(m_engines, m_runAction, m_stopAction);
    m_runs = new RunsPanel({m_importAction, m_renameAction, m_removeAction, m_revealAction});
    m_results = new ResultsPanel(settings());

    auto* left = new QSplitter(Qt::Vertical);
    left->setHandleWidth(Card::gutter);
    left->setChildrenCollapsible(false);
    left->addWidget(m_setup);
    left->addWidget(m_runs);
    left->setSizes({620, 210});
    left->setStretchFactor(0, 1);
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->setHandleWidth(Card::gutter);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(left);
    splitter->addWidget(m_results);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({350, 930});
    left->setMinimumWidth(290);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Card::gutter, Card::gutter, Card::gutter, Card::gutter);
    layout->addWidget(splitter);
    settings().keep(splitter, QStringLiteral("benchmark/splitter"));
    settings().keep(left, QStringLiteral("benchmark/left-splitter"));

    const QString scratch = settings().get(scratchSetting);
    m_setup->setScratchFolder(scratch.isEmpty() ? defaultScratchFolder() : scratch);
    m_setup->restoreState(settings().get(setupSetting));
    connect(m_setup, &SetupPanel::changed, this, [this] {
        settings().set(setupSetting, m_setup->state());
        const QString folder = m_setup->scratchFolder();
        settings().set(scratchSetting, folder == defaultScratchFolder() ? QString() : folder);
    });
    connect(m_runs, &RunsPanel::selectionChanged, this, &BenchmarkPage::loadSelection);
    connect(m_runs->model(), &RunListModel::renamed, this, [this](const QString& file, const QString& name) {
        m_tasks->start<bool>(
            tr("Renaming a run"),
            [file, name](Progress&) -> Result<bool> {
                auto renamed = runLibrary::rename(file, name);
                return renamed ? Result<bool>(true) : failure(std::move(renamed.error()));
            },
            this,
            [this](Result<bool> renamed) {
                if (!renamed)
                    m_runs->banner()->showError(renamed.error());
                refreshRuns();
                loadSelection();
            });
    });
    connect(m_results, &ResultsPanel::tableExportRequested, this, &BenchmarkPage::askForTable);
    connect(m_results, &ResultsPanel::notice, this, &BenchmarkPage::statusMessage);
}

BenchmarkPage::~BenchmarkPage() {
    delete m_run; // before the tasks that it cleans up with
}

void BenchmarkPage::buildActions() {
    const QString category = tr("Benchmark");
    m_runAction =
        actions().add(QStringLiteral("benchmark.run"), tr("&Run"), QKeySequence(tr("Ctrl+Return")), category, this);
    m_stopAction =
        actions().add(QStringLiteral("benchmark.stop"), tr("&Stop"), QKeySequence(tr("Ctrl+.")), category, this);
    m_importAction = actions().add(QStringLiteral("benchmark.import"), tr("Open a result file…"),
                                   QKeySequence(tr("Ctrl+Alt+I")), category, this);
    m_renameAction =
        actions().add(QStringLiteral("benchmark.rename"), tr("Rename the run"), QKeySequence(tr("F2")), category, this);
    m_removeAction = actions().add(QStringLiteral("benchmark.delete"), tr("Delete the runs"),
                                   QKeySequence(tr("Delete")), category, this);
    m_revealAction = actions().add(QStringLiteral("benchmark.reveal"), tr("Show the folder of saved runs"),
                                   QKeySequence(tr("Ctrl+Alt+D")), category, this);
    m_stopAction->setEnabled(false);
    connect(m_runAction, &QAction::triggered, this, &BenchmarkPage::startRun);
    connect(m_stopAction, &QAction::triggered, this, &BenchmarkPage::stopRun);
    connect(m_importAction, &QAction::triggered, this, &BenchmarkPage::askForImport);
    connect(m_renameAction, &QAction::triggered, this, [this] { m_runs->renameCurrent(); });
    connect(m_removeAction, &QAction::triggered, this, &BenchmarkPage::removeSelected);
    connect(m_revealAction, &QAction::triggered, this, [this] {
        QDir().mkpath(m_folder);
        QDesktopServices::openUrl(QUrl::fromLocalFile(m_folder));
    });
}

void BenchmarkPage::setSession(Session*) {
    // The laboratory works on databases of its own.
}

void BenchmarkPage::activated() {
    if (!m_setup->peersOffered()) // loading the engines' libraries may wait for the disk
        m_tasks->start<std::vector<ConfigurationModel::Entry>>(
            tr("Looking for other engines"),
            [this](Progress&) -> Result<std::vector<ConfigurationModel::Entry>> {
                return peerConfigurations(m_engines); // the tasks end before the page's members
            },
            this,
            [this](Result<std::vector<ConfigurationModel::Entry>> entries) {
                if (entries)
                    m_setup->offerPeers(std::move(*entries));
            },
            {.cancellable = false, .visible = false});
    if (m_listed)
        return;
    m_selectNewest = true; // the page opens on the last result
    refreshRuns();
}

QStringList BenchmarkPage::scenes() const {
    return {QStringLiteral("percentiles"), QStringLiteral("throughput"), QStringLiteral("configuration")};
}

void BenchmarkPage::enterScene(const QString& scene) {
    if (scene == QLatin1String("percentiles"))
        m_results->setView(ResultsPanel::Percentiles);
    else if (scene == QLatin1String("throughput"))
        m_results->setView(ResultsPanel::Throughput);
    else if (scene == QLatin1String("configuration"))
        m_setup->editConfiguration(0);
}

void BenchmarkPage::setRunsFolder(const QString& folder) {
    m_folder = folder;
    refreshRuns();
}

void BenchmarkPage::startRun() {
    if (m_run != nullptr)
        return;
    const bench::Run request = m_setup->request();
    if (const auto good = bench::RunRecorder::check(request, m_engines); !good) {
        m_results->banner()->show(Banner::Kind::error, QString::fromStdString(good.error().detail));
        return;
    }
    if (m_program.isEmpty()) {
        m_results->banner()->show(
            Banner::Kind::error,
            tr("The command line “rustcask” was found neither beside this program nor on the PATH. "
               "Every repetition is a process of it: install it, then run again."));
        return;
    }
    m_results->banner()->clear();
    m_live.clear();
    m_run = new BenchmarkRun(request, m_program, m_setup->scratchFolder(), *m_tasks, this);
    connectRun();
    m_setup->setRunning(true);
    m_setup->setProgress(0, m_run->stepsTotal(), tr("Looking at the machine"));
    showLive();
    m_run->start();
}

void BenchmarkPage::stopRun() {
    if (m_run == nullptr)
        return;
    m_stopAction->setEnabled(false);
    m_setup->setProgress(m_run->stepsDone(), m_run->stepsTotal(), tr("Stopping"));
    m_run->stop();
}

void BenchmarkPage::connectRun() {
    connect(m_run, &BenchmarkRun::stepStarted, this, [this] {
        if (const bench::PlanStep* step = m_run->currentStep())
            m_live[{int(step->workload), int(step->configuration)}].clear();
        showProgress(tr("starting"));
        showLive();
    });
    connect(m_run, &BenchmarkRun::phaseChanged, this,
            [this](bench::RunPhase phase) { showProgress(phaseText(phase)); });
    connect(m_run, &BenchmarkRun::sampled, this, &BenchmarkPage::takeSample);
    connect(m_run, &BenchmarkRun::finished, this, &BenchmarkPage::runFinished);
}

void BenchmarkPage::takeSample(const bench::Sample& sample) {
    const bench::PlanStep* step = m_run->currentStep();
    if (step == nullptr)
        return;
    QVector<QPointF>& points = m_live[{int(step->workload), int(step->configuration)}];
    if (points.isEmpty())
        points.append({0, sample.opsPerSecond});
    points.append({double(sample.elapsedMs) / 1000, sample.opsPerSecond});
    showLive();
}

void BenchmarkPage::showLive() {
    const bench::Run& run = m_run->run();
    const bench::PlanStep* step = m_run->currentStep();
    if (step == nullptr)
        return;
    QVector<ChartSeries> curves;
    const int pixels = m_results->chartPanel(ResultsPanel::Throughput)->chart()->plotPixels();
    for (int i = 0; i < int(run.configurations.size()); ++i) {
        const auto points = m_live.constFind({int(step->workload), i});
        if (points != m_live.constEnd() && !points->isEmpty())
            curves.append({QString::fromStdString(run.configurations[std::size_t(i)].label), categoryInk(i),
                           decimateLine(*points, pixels)});
    }
    m_results->showLive(curves, tr("Running: %1").arg(workloadText(run.workloads[step->workload])));
}

void BenchmarkPage::showProgress(const QString& phase) {
    const bench::PlanStep* step = m_run->currentStep();
    if (step == nullptr || m_run->isStopping())
        return;
    const bench::Run& run = m_run->run();
    m_setup->setProgress(m_run->stepsDone(), m_run->stepsTotal(),
                         tr("%1 of %2, round %3: %4, %5: %6")
                             .arg(m_run->stepsDone() + 1)
                             .arg(m_run->stepsTotal())
                             .arg(step->round + 1)
                             .arg(QString::fromStdString(run.workloads[step->workload].name),
                                  QString::fromStdString(run.configurations[step->configuration].label), phase));
}

void BenchmarkPage::runFinished(const QString& problem) {
    const bench::Run run = m_run->run();
    m_run->deleteLater();
    m_run = nullptr;
    m_setup->setRunning(false);
    m_results->endLive();
    if (!problem.isEmpty())
        m_results->banner()->show(Banner::Kind::error, problem);
    if (run.repetitions.empty()) {
        Q_EMIT runEnded();
        return;
    }
    m_tasks->start<QString>(
        tr("Saving the run"), [run, folder = m_folder](Progress&) { return runLibrary::store(run, folder); }, this,
        [this](Result<QString> file) {
            if (file) {
                m_results->setView(ResultsPanel::Medians);
                refreshRuns(*file);
            } else {
                m_results->banner()->showError(file.error());
            }
            Q_EMIT runEnded();
        });
}

void BenchmarkPage::refreshRuns(const QString& thenSelect) {
    m_listed = true;
    const quint64 generation = ++m_listGeneration;
    m_tasks->start<runLibrary::Listing>(
        tr("Listing saved runs"), [folder = m_folder](Progress&) { return runLibrary::list(folder); }, this,
        [this, generation, thenSelect](Result<runLibrary::Listing> listing) {
            if (!listing) {
                m_runs->banner()->showError(listing.error());
                return;
            }
            if (generation == m_listGeneration || !thenSelect.isEmpty())
                m_runs->setRuns(std::move(listing->runs), listing->unreadable);
            if (!thenSelect.isEmpty())
                m_runs->select(thenSelect);
            else if (m_selectNewest && m_runs->selectedFiles().empty())
                m_runs->select(m_runs->model()->file(0));
            m_selectNewest = false;
            Q_EMIT runsListed();
        });
}

void BenchmarkPage::loadSelection() {
    const std::vector<QString> files = m_runs->selectedFiles();
    const quint64 generation = ++m_selectionGeneration;
    if (files.empty()) {
        m_results->setComparison(nullptr);
        Q_EMIT comparisonShown();
        return;
    }
    using Shared = std::shared_ptr<const Comparison>;
    m_tasks->start<Shared>(
        tr("Comparing runs"),
        [files](Progress& progress) -> Result<Shared> {
            std::vector<std::shared_ptr<const bench::Run>> runs;
            for (const QString& file : files) {
                if (auto going = progress.checkpoint("compare runs"); !going)
                    return failure(std::move(going.error()));
                auto run = runLibrary::load(file);
                if (!run)
                    return failure(std::move(run.error()));
                runs.push_back(std::move(*run));
            }
            return std::make_shared<const Comparison>(compareRuns(std::move(runs)));
        },
        this,
        [this, generation](Result<Shared> comparison) {
            if (generation != m_selectionGeneration)
                return; // something else is selected by now
            if (!comparison) {
                m_results->setComparison(nullptr);
                m_results->banner()->showError(comparison.error());
            } else {
                m_results->setComparison(std::move(*comparison));
            }
            Q_EMIT comparisonShown();
        });
}

void BenchmarkPage::removeSelected() {
    const std::vector<QString> files = m_runs->selectedFiles();
    if (files.empty())
        return;
    m_tasks->start<std::vector<QString>>(
        tr("Deleting runs"), [files](Progress&) { return runLibrary::discard(files); }, this,
        [this](Result<std::vector<QString>> binned) {
            refreshRuns();
            if (!binned) {
                m_runs->banner()->showError(binned.error());
                return;
            }
            m_runs->banner()->show(Banner::Kind::info, tr("%n run(s) deleted.", nullptr, int(binned->size())));
            QPushButton* undo = m_runs->banner()->addButton(tr("Undo"));
            connect(undo, &QPushButton::clicked, this, [this, files = *binned] { restore(files); });
        });
}

void BenchmarkPage::restore(const std::vector<QString>& binned) {
    m_runs->banner()->clear();
    m_tasks->start<bool>(
        tr("Bringing runs back"),
        [binned](Progress&) -> Result<bool> {
            auto restored = runLibrary::restore(binned);
            return restored ? Result<bool>(true) : failure(std::move(restored.error()));
        },
        this,
        [this](Result<bool> restored) {
            if (!restored)
                m_runs->banner()->showError(restored.error());
            refreshRuns();
        });
}

void BenchmarkPage::importFile(const QString& file) {
    m_tasks->start<QString>(
        tr("Opening a result file"), [file, folder = m_folder](Progress&) { return runLibrary::import(file, folder); },
        this,
        [this](Result<QString> stored) {
            if (stored)
                refreshRuns(*stored);
            else
                m_runs->banner()->showError(stored.error());
        });
}

void BenchmarkPage::askForImport() {
    auto* dialog = new QFileDialog(this, tr("Open result files"), QString(), tr("Benchmark results (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        for (const QString& file : files)
            importFile(file);
    });
    dialog->open();
}

void BenchmarkPage::askForTable() {
    if (m_results->comparison() == nullptr)
        return;
    const auto runs = m_results->comparison()->runs;
    auto* dialog = new QFileDialog(this, tr("Save the table"), QStringLiteral("benchmark.csv"),
                                   tr("Comma-separated values (*.csv)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    connect(dialog, &QFileDialog::fileSelected, this, [this, runs](const QString& path) {
        m_tasks->start<QString>(
            tr("Saving the table"),
            [runs, path](Progress&) -> Result<QString> {
                std::vector<const bench::Run*> pointers;
                for (const auto& run : runs)
                    pointers.push_back(run.get());
                const QString problem = writeFile(path, QByteArray::fromStdString(bench::tableCsv(pointers)));
                if (!problem.isEmpty())
                    return failure(Error{.code = ErrorCode::ioError,
                                         .operation = "save the table",
                                         .file = path.toStdString(),
                                         .detail = problem.toStdString()});
                return path;
            },
            this,
            [this](Result<QString> saved) {
                if (saved)
                    Q_EMIT statusMessage(tr("Saved %1").arg(*saved));
                else
                    m_results->banner()->showError(saved.error());
            });
    });
    dialog->open();
}

} // namespace rustcask::ui

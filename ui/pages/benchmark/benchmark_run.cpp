// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/benchmark/benchmark_run.h"

#include <filesystem>
#include <system_error>

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include <rustcask/bench/child.h>
#include <rustcask/bench/run_file.h>

#include "tasks/task_runner.h"
#include "theme/format.h"

namespace rustcask::ui {

namespace {

constexpr int patienceMs = 300; // a stop is promised within 500 ms, killing included

struct Surroundings {
    bench::Machine machine;
    std::vector<std::string> warnings;
};

} // namespace

QString findCommandLine() {
    const QString beside = QDir(QCoreApplication::applicationDirPath()).filePath(QStringLiteral("rustcask"));
    if (QFileInfo(beside).isExecutable())
        return beside;
    return QStandardPaths::findExecutable(QStringLiteral("rustcask"));
}

QString defaultScratchFolder() {
    return QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) + QStringLiteral("/rustcask");
}

BenchmarkRun::BenchmarkRun(bench::Run run, QString program, QString scratch, TaskRunner& tasks, QObject* parent)
    : QObject(parent), m_program(std::move(program)), m_scratch(std::move(scratch)), m_tasks(tasks) {
    run.id = bench::newRunId();
    run.created = bench::utcNow();
    run.tool = bench::thisTool();
    run.notApplicable = bench::notApplicablePairs(bench::EngineRegistry(), run);
    m_folder = m_scratch + QStringLiteral("/bench-") + QString::fromStdString(run.id);
    m_recorder = std::make_unique<bench::RunRecorder>(std::move(run));
    m_killTimer.setSingleShot(true);
    m_killTimer.setInterval(patienceMs);
    connect(&m_killTimer, &QTimer::timeout, this, [this] {
        if (m_process != nullptr)
            m_process->kill();
    });
}

BenchmarkRun::~BenchmarkRun() {
    if (m_process != nullptr) {
        m_process->disconnect(this);
        m_process->kill(); // QProcess reaps it
        delete m_process;
    }
    if (m_started && !m_finished) {
        // The window is closing over a running benchmark: its databases must not stay behind.
        std::error_code ignored;
        std::filesystem::remove_all(m_folder.toStdString(), ignored);
    }
}

void BenchmarkRun::start() {
    if (m_started)
        return;
    m_started = true;
    const std::string folder = m_folder.toStdString();
    const bench::Tool tool = run().tool;
    const std::uint64_t bytes = bench::bytesOfARepetition(run().workloads);
    m_tasks.start<Surroundings>(
        tr("Looking at the machine"),
        [folder, tool, bytes](Progress&) -> Result<Surroundings> {
            std::error_code error;
            std::filesystem::create_directories(folder, error);
            if (error)
                return failure(Error{.code = ErrorCode::ioError,
                                     .operation = "make the scratch folder",
                                     .file = folder,
                                     .systemError = error.value(),
                                     .advice = "Choose another scratch folder."});
            Surroundings found{bench::captureMachine(folder), {}};
            found.warnings = bench::machineWarnings(found.machine, tool, bytes);
            return found;
        },
        this,
        [this](Result<Surroundings> found) {
            if (!found) {
                finish(errorText(found.error()));
                return;
            }
            bench::Run described = m_recorder->takeRun();
            described.machine = std::move(found->machine);
            described.warnings = std::move(found->warnings);
            m_recorder = std::make_unique<bench::RunRecorder>(std::move(described));
            startStep();
        },
        {.cancellable = false, .visible = false});
}

void BenchmarkRun::stop() {
    if (m_finished || m_stopping)
        return;
    m_stopping = true;
    if (m_process != nullptr) {
        m_process->terminate();
        m_killTimer.start();
    }
}

void BenchmarkRun::startStep() {
    if (m_stopping || m_recorder->current() == nullptr) {
        cleanUpThen(m_folder, [this] { finish({}); });
        return;
    }
    m_directory = m_folder + QStringLiteral("/repetition-%1").arg(stepsDone() + 1);
    const std::string spec = bench::encodeChildSpec(m_recorder->currentSpec(m_directory.toStdString()));
    m_buffer.clear();
    m_errorOutput.clear();
    m_process = new QProcess(this);
    connect(m_process, &QProcess::readyReadStandardOutput, this, &BenchmarkRun::readOutput);
    connect(m_process, &QProcess::readyReadStandardError, this, [this] {
        m_errorOutput += m_process->readAllStandardError();
        m_errorOutput = m_errorOutput.right(2000);
    });
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        const QString why = m_process->errorString();
        m_process->deleteLater();
        m_process = nullptr;
        const QString problem = tr("The command line %1 could not be started: %2").arg(m_program, why);
        cleanUpThen(m_folder, [this, problem] { finish(problem); });
    });
    connect(m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        readOutput();
        QString how = status == QProcess::CrashExit ? tr("the process was killed by signal %1").arg(code)
                                                    : tr("the process ended with exit code %1").arg(code);
        const QString said = QString::fromUtf8(m_errorOutput).trimmed();
        if (!said.isEmpty())
            how += QStringLiteral(": ") + said;
        stepEnded(how);
    });
    m_process->setProgram(m_program);
    m_process->setArguments(
        {QStringLiteral("bench"), QStringLiteral("child"), QStringLiteral("--spec"), QString::fromStdString(spec)});
    m_process->start();
    Q_EMIT stepStarted();
}

void BenchmarkRun::readOutput() {
    m_buffer += m_process->readAllStandardOutput();
    for (qsizetype end = m_buffer.indexOf('\n'); end >= 0; end = m_buffer.indexOf('\n')) {
        const auto message = m_recorder->absorb({m_buffer.constData(), std::size_t(end)});
        m_buffer.remove(0, end + 1);
        if (!message)
            continue; // what is missing shows as a repetition without a result
        if (message->phase)
            Q_EMIT phaseChanged(*message->phase);
        if (message->sample)
            Q_EMIT sampled(*message->sample);
    }
}

void BenchmarkRun::stepEnded(const QString& how) {
    m_killTimer.stop();
    m_process->deleteLater();
    m_process = nullptr;
    m_recorder->finishCurrent(m_stopping, how.toStdString());
    Q_EMIT stepFinished();
    cleanUpThen(m_directory, [this] { startStep(); });
}

void BenchmarkRun::cleanUpThen(const QString& path, std::function<void()> then) {
    m_tasks.start<bool>(
        tr("Removing a benchmark's database"),
        [folder = path.toStdString()](Progress&) -> Result<bool> {
            std::error_code ignored;
            std::filesystem::remove_all(folder, ignored);
            return true;
        },
        this, [then = std::move(then)](Result<bool>) { then(); },
        {.cancellable = false, .visible = false, .cancelWithContext = false});
}

void BenchmarkRun::finish(const QString& problem) {
    if (m_finished)
        return;
    m_finished = true;
    Q_EMIT finished(problem);
}

} // namespace rustcask::ui

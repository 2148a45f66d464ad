// SPDX-License-Identifier: Apache-2.0
#include "bench_command.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rustcask/bench/child.h>
#include <rustcask/bench/run_file.h>
#include <rustcask/bench/summary.h>

#include "interrupts.h"

extern char** environ;

namespace rustcask::cli {

namespace {

using Clock = std::chrono::steady_clock;

/// How long a child may take to end in order before it is killed; stopping is promised within 500 ms.
constexpr auto patience = std::chrono::milliseconds(350);

Error systemError(std::string operation, int number) {
    return {.code = ErrorCode::ioError, .operation = std::move(operation), .systemError = number};
}

std::filesystem::path defaultScratch() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
        return std::filesystem::path(cache) / "rustcask";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
        return std::filesystem::path(home) / ".cache" / "rustcask";
    return std::filesystem::temp_directory_path() / "rustcask";
}

/// A child with its standard output on a pipe. Killed, and waited for, by the destructor.
class ChildProcess {
public:
    static Result<std::unique_ptr<ChildProcess>> start(std::vector<std::string> arguments) {
        std::array<int, 2> pipe{};
        if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
            return failure(systemError("make a pipe", errno));
        auto child = std::unique_ptr<ChildProcess>(new ChildProcess);
        child->m_output = pipe[0];
        std::vector<char*> argv;
        for (std::string& argument : arguments)
            argv.push_back(argument.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
        // A group of its own: Ctrl+C reaches the child only through us, and so is counted as a stop.
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setpgroup(&attributes, 0);
        const int error = ::posix_spawn(&child->m_pid, "/proc/self/exe", &actions, &attributes, argv.data(), environ);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        ::close(pipe[1]);
        if (error != 0) {
            child->m_pid = -1;
            return failure(systemError("start a benchmark process", error));
        }
        return child;
    }

    ~ChildProcess() {
        if (m_pid > 0) {
            signal(SIGKILL);
            [[maybe_unused]] const std::string how = wait();
        }
        ::close(m_output);
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    void signal(int number) const noexcept { ::kill(m_pid, number); }

    /// Waits up to `timeout` for output and appends it. False: the child has closed its output.
    [[nodiscard]] bool read(std::string& text, std::chrono::milliseconds timeout) const {
        pollfd descriptor{m_output, POLLIN, 0};
        if (::poll(&descriptor, 1, static_cast<int>(timeout.count())) <= 0)
            return true;
        std::array<char, 16'384> buffer{};
        const ssize_t bytes = ::read(m_output, buffer.data(), buffer.size());
        if (bytes < 0)
            return errno == EINTR || errno == EAGAIN;
        text.append(buffer.data(), static_cast<std::size_t>(bytes));
        return bytes > 0;
    }

    /// How it ended, in words.
    [[nodiscard]] std::string wait() {
        int status = 0;
        while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
        }
        m_pid = -1;
        if (WIFSIGNALED(status))
            return std::string("the process was killed by signal ") + std::to_string(WTERMSIG(status)) + " (" +
                   ::strsignal(WTERMSIG(status)) + ")";
        return "the process ended with exit code " + std::to_string(WEXITSTATUS(status)) + " and without a result";
    }

private:
    ChildProcess() = default;
    pid_t m_pid = -1;
    int m_output = -1;
};

/// The line that tells on a terminal how far the run is.
class ProgressLine {
public:
    explicit ProgressLine(const Context& context) : m_terminal(context.errorIsTerminal) {}
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const std::string& text) {
        if (!m_terminal)
            return;
        std::fprintf(stderr, "\r\033[K%s", text.c_str());
        std::fflush(stderr);
        m_shown = true;
    }
    void clear() {
        if (m_shown)
            std::fputs("\r\033[K", stderr);
        m_shown = false;
    }
    /// A line that stays, on a terminal.
    void keep(const std::string& text) {
        if (!m_terminal)
            return;
        clear();
        std::fprintf(stderr, "%s\n", text.c_str());
    }

private:
    const bool m_terminal;
    bool m_shown = false;
};

class RunExecution {
public:
    RunExecution(const BenchRun& request, Context& context, bench::Run run, std::filesystem::path scratch)
        : m_request(request),
          m_context(context),
          m_recorder(std::move(run)),
          m_scratch(std::move(scratch)),
          m_progress(context) {}

    Result<void> run() {
        const InterruptGuard guard;
        while (m_recorder.current() != nullptr && !InterruptGuard::raised())
            if (auto done = step(); !done)
                return done;
        m_interrupted = InterruptGuard::raised();
        return {};
    }

    [[nodiscard]] bool interrupted() const noexcept { return m_interrupted; }
    [[nodiscard]] bench::Run takeRun() { return m_recorder.takeRun(); }

private:
    Result<void> step() {
        const bench::PlanStep at = *m_recorder.current();
        const auto directory = m_scratch / ("repetition-" + std::to_string(m_recorder.stepsDone() + 1));
        auto child = ChildProcess::start({"rustcask", "bench", "child", "--spec",
                                          bench::encodeChildSpec(m_recorder.currentSpec(directory, m_request.verify))});
        if (!child)
            return failure(std::move(child.error()));
        const bench::Run& run = m_recorder.run();
        m_title = "[" + std::to_string(m_recorder.stepsDone() + 1) + "/" + std::to_string(m_recorder.plan().size()) +
                  "] round " + std::to_string(at.round + 1) + "  " + run.workloads[at.workload].name + "  " +
                  run.configurations[at.configuration].label;
        m_progress.show(m_title);
        const bool stopped = follow(**child);
        m_recorder.finishCurrent(stopped, (*child)->wait());
        std::error_code ignored;
        std::filesystem::remove_all(directory, ignored);
        tell(run.repetitions.back());
        return {};
    }

    /// Reads what the child says until it ends; true when it was asked to.
    bool follow(const ChildProcess& child) {
        std::string text;
        std::optional<Clock::time_point> killAt;
        while (child.read(text, std::chrono::milliseconds(50))) {
            takeLines(text);
            if (!killAt && InterruptGuard::raised()) {
                child.signal(SIGTERM);
                killAt = Clock::now() + patience;
            } else if (killAt && Clock::now() >= *killAt) {
                child.signal(SIGKILL);
                killAt = Clock::time_point::max();
            }
        }
        takeLines(text);
        return killAt.has_value();
    }

    void takeLines(std::string& text) {
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
            const auto message = m_recorder.absorb(text.substr(0, end));
            text.erase(0, end + 1);
            if (!message)
                continue; // what is missing shows as a repetition without a result
            if (message->phase)
                m_progress.show(m_title + "  " + std::string(bench::runPhaseName(*message->phase)));
            if (message->sample)
                m_progress.show(m_title + "  " + bench::shortNumber(message->sample->opsPerSecond) + " ops/s");
        }
    }

    void tell(const bench::Repetition& repetition) {
        if (repetition.status == bench::RepetitionStatus::complete)
            m_progress.keep(m_title + "  " + bench::shortNumber(repetition.opsPerSecond) + " ops/s");
        else if (repetition.status != bench::RepetitionStatus::stopped)
            m_context.warn(m_title + "  " + std::string(bench::statusName(repetition.status)) + ": " +
                           repetition.error);
    }

    const BenchRun& m_request;
    Context& m_context;
    bench::RunRecorder m_recorder;
    std::filesystem::path m_scratch;
    ProgressLine m_progress;
    std::string m_title;
    bool m_interrupted = false;
};

} // namespace

Result<int> executeBenchRun(const BenchRun& request, Context& context) {
    const bench::EngineRegistry engines;
    if (auto checked = bench::RunRecorder::check(request.run, engines); !checked)
        return failure(std::move(checked.error()));
    bench::Run run = request.run;
    run.notApplicable = bench::notApplicablePairs(engines, run);
    if (run.plannedRepetitions() == 0)
        return failure(Error{.code = ErrorCode::invalidArgument,
                             .operation = "plan the run",
                             .detail = run.notApplicable.front().reason});
    run.id = bench::newRunId();
    run.created = bench::utcNow();
    run.tool = bench::thisTool();
    const auto parent = request.scratch.empty() ? defaultScratch() : request.scratch;
    const auto scratch = parent / ("bench-" + run.id);
    std::error_code error;
    std::filesystem::create_directories(scratch, error);
    if (error)
        return failure(Error{.code = ErrorCode::ioError,
                             .operation = "make the scratch folder",
                             .file = scratch,
                             .systemError = error.value(),
                             .advice = "Choose another one with --dir."});
    run.machine = bench::captureMachine(scratch);
    run.warnings = bench::machineWarnings(run.machine, run.tool, bench::bytesOfARepetition(run.workloads));
    for (const std::string& warning : run.warnings)
        context.warn(warning);

    RunExecution execution(request, context, std::move(run), scratch);
    const auto done = execution.run();
    std::filesystem::remove_all(scratch, error);
    if (!done)
        return failure(done.error());

    const bench::Run result = execution.takeRun();
    if (!request.outputFile.empty())
        if (auto saved = bench::saveRun(result, request.outputFile); !saved)
            return failure(std::move(saved.error()));
    if (auto written = context.out.write(request.json ? bench::encodeRun(result) : bench::tableText(result)); !written)
        return failure(std::move(written.error()));
    if (execution.interrupted())
        return exitInterrupted;
    return result.isComplete() ? exitDone : exitError;
}

} // namespace rustcask::cli

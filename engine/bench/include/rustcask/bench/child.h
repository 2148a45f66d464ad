// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/bench/plan.h>
#include <rustcask/bench/run.h>
#include <rustcask/bench/runner.h>

/// Each repetition is a process of its own. This is what parent and child say to each other: a specification in JSON on
/// the way down, one JSON object a line on the way up. See doc/result-v1.md, "Child protocol".
namespace rustcask::bench {

/// Why `workload` cannot be run on the engine of `config`, in a sentence; nullopt: it can.
[[nodiscard]] std::optional<std::string> notApplicable(const EngineRegistry& engines, const EngineConfig& config,
                                                       const WorkloadSpec& workload);
/// Every pair of `run` that cannot be run, for `Run::notApplicable`.
[[nodiscard]] std::vector<NotApplicable> notApplicablePairs(const EngineRegistry& engines, const Run& run);

[[nodiscard]] std::string encodeChildSpec(const RepetitionSpec& spec);
/// Errors: corruption.
[[nodiscard]] Result<RepetitionSpec> decodeChildSpec(std::string_view text);

[[nodiscard]] std::string phaseLine(RunPhase phase);
[[nodiscard]] std::string sampleLine(const Sample& sample);
[[nodiscard]] std::string resultLine(const Repetition& repetition);

/// One line from a child: exactly one member is set. A line of an unknown type sets none.
struct ChildMessage {
    std::optional<RunPhase> phase{};
    std::optional<Sample> sample{};
    std::optional<Repetition> result{};
};
/// Errors: corruption.
[[nodiscard]] Result<ChildMessage> decodeChildLine(std::string_view line);

/// Turns a planned run and what its children say into a `Run`: the logic that command line and window share, without a
/// process or a clock in it. Not thread-safe.
class RunRecorder {
public:
    /// `run` says what to do: workloads, configurations, rounds, order seed. Errors are found by `check`.
    explicit RunRecorder(Run run);

    /// Whether every workload and configuration makes sense, labels are unique and there is something to do; pairs that
    /// are not applicable are no error. Errors: invalidArgument, with a sentence.
    [[nodiscard]] static Result<void> check(const Run& run, const EngineRegistry& engines);

    [[nodiscard]] const std::vector<PlanStep>& plan() const noexcept { return m_plan; }
    /// The step to make now; nullptr when all are made.
    [[nodiscard]] const PlanStep* current() const noexcept;
    [[nodiscard]] std::size_t stepsDone() const noexcept { return m_done; }
    /// What the child of the current step is told. @pre current().
    [[nodiscard]] RepetitionSpec currentSpec(const std::filesystem::path& directory, bool verify = true) const;

    /// Takes one line of the current child's standard output.
    [[nodiscard]] Result<ChildMessage> absorb(std::string_view line);
    /// The current child has ended, and the next step is current. Without a result from it the repetition is recorded
    /// as crashed, or as stopped when `stopped`, with `how` ("signal 9") and the samples that came.
    void finishCurrent(bool stopped, const std::string& how);

    [[nodiscard]] const Run& run() const noexcept { return m_run; }
    [[nodiscard]] Run takeRun() { return std::move(m_run); }

private:
    Run m_run;
    std::vector<PlanStep> m_plan;
    std::size_t m_done = 0;
    std::vector<Sample> m_samples;
    std::optional<Repetition> m_result;
};

} // namespace rustcask::bench

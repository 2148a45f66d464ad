// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/compare.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

namespace rustcask::bench {

namespace {

constexpr double smallestBand = 0.03;
constexpr double largestBand = 0.10; // noise beyond it is no equivalence: it hides what one looks for
constexpr double level = 0.05;
constexpr std::size_t fewestRounds = 6; // below it no 95 % interval exists

tl::unexpected<Error> invalid(std::string detail) {
    Error error;
    error.code = ErrorCode::invalidArgument;
    error.operation = "compare benchmark results";
    error.detail = std::move(detail);
    return failure(std::move(error));
}

/// The complete repetitions of one pair of a run, by round.
struct Series {
    std::map<std::uint32_t, double> logRates;
    std::optional<Durability> durability;
    std::set<std::string> traces;

    [[nodiscard]] std::vector<double> values() const {
        std::vector<double> values;
        for (const auto& [round, value] : logRates)
            values.push_back(value);
        return values;
    }
    [[nodiscard]] double medianRate() const { return logRates.empty() ? 0.0 : std::exp(median(values())); }
};

Series seriesOf(const Run& run, std::size_t workload, std::size_t configuration) {
    Series series;
    for (const Repetition& repetition : run.repetitions) {
        if (repetition.workload != workload || repetition.configuration != configuration ||
            repetition.status != RepetitionStatus::complete || !(repetition.opsPerSecond > 0))
            continue;
        series.logRates[repetition.round] = std::log(repetition.opsPerSecond);
        series.durability = repetition.durability;
        if (!repetition.traceSha256.empty())
            series.traces.insert(repetition.traceSha256);
    }
    return series;
}

std::optional<Interval> asRatio(const std::optional<Interval>& logarithms) {
    if (!logarithms)
        return std::nullopt;
    return Interval{std::exp(logarithms->low), std::exp(logarithms->high)};
}

bool isForeign(const WorkloadSpec& spec) {
    return spec.keys == 0; // from another harness, which does not say
}

/// Why two series are not compared; empty: they are.
std::string whyNotRanked(const Series& a, const Series& b, bool foreign) {
    if (a.logRates.empty() || b.logRates.empty())
        return "no complete repetition";
    if (foreign)
        return "measured by another harness";
    if (!a.durability || !b.durability)
        return "of unknown durability";
    if (a.durability != b.durability)
        return std::string(durabilityName(*b.durability)) + " against " + std::string(durabilityName(*a.durability));
    if (a.traces != b.traces || a.traces.size() != 1)
        return "different traces";
    return {};
}

ComparedPair describe(const WorkloadSpec& workload, const Series& a, const Series& b) {
    ComparedPair pair;
    pair.workload = workload;
    pair.baselineClass = a.durability;
    pair.candidateClass = b.durability;
    pair.baselineMedian = a.medianRate();
    pair.candidateMedian = b.medianRate();
    return pair;
}

void comparePaired(ComparedPair& pair, const Series& a, const Series& b) {
    std::vector<double> differences;
    for (const auto& [round, value] : b.logRates)
        if (const auto other = a.logRates.find(round); other != a.logRates.end())
            differences.push_back(value - other->second);
    pair.baselineValues = pair.candidateValues = static_cast<std::uint32_t>(differences.size());
    const Shift shift = hodgesLehmann(differences);
    pair.ratio = std::exp(shift.estimate);
    pair.interval = asRatio(shift.interval);
    pair.effect = rankBiserial(differences);
    pair.pValue = wilcoxonSignedRank(differences).pValue;
}

void compareUnpaired(ComparedPair& pair, const Series& a, const Series& b) {
    const std::vector<double> first = a.values(), second = b.values();
    pair.baselineValues = static_cast<std::uint32_t>(first.size());
    pair.candidateValues = static_cast<std::uint32_t>(second.size());
    const Shift shift = hodgesLehmann(first, second);
    pair.ratio = std::exp(shift.estimate);
    pair.interval = asRatio(shift.interval);
    pair.effect = rankBiserial(first, second);
    pair.pValue = mannWhitney(first, second).pValue;
}

/// Noise as a share: how far the interval of a configuration against itself reaches from 1.
std::optional<double> noiseOf(const ComparedPair& pair) {
    if (!pair.interval)
        return std::nullopt;
    return std::exp(std::max(std::abs(std::log(pair.interval->low)), std::abs(std::log(pair.interval->high)))) - 1;
}

bool sameSettings(const EngineConfig& a, const EngineConfig& b) {
    return a.engine == b.engine && a.options == b.options;
}

/// The noise of each workload (by index) of a run, from the pairs of equal configurations in it.
std::map<std::size_t, double> noiseOfRun(const Run& run) {
    std::map<std::size_t, double> noise;
    for (std::size_t i = 0; i < run.configurations.size(); ++i)
        for (std::size_t j = i + 1; j < run.configurations.size(); ++j) {
            if (!sameSettings(run.configurations[i], run.configurations[j]))
                continue;
            for (std::size_t workload = 0; workload < run.workloads.size(); ++workload) {
                ComparedPair pair;
                comparePaired(pair, seriesOf(run, workload, i), seriesOf(run, workload, j));
                if (const auto found = noiseOf(pair))
                    noise[workload] = std::max(noise[workload], *found);
            }
        }
    return noise;
}

std::string whyInconclusive(const ComparedPair& pair) {
    if (!pair.interval && pair.candidateValues < fewestRounds)
        return "fewer than " + std::to_string(fewestRounds) + " rounds";
    if (!pair.interval)
        return "too few repetitions for an interval";
    if (pair.band > largestBand)
        return "the noise is larger than 10 %";
    return {};
}

void conclude(ComparisonTable& table, const std::map<std::size_t, double>& noiseByPair) {
    std::vector<double> pValues;
    const auto ranked = [](const ComparedPair& pair) {
        return pair.verdict != Verdict::notRanked && !pair.sameConfiguration;
    };
    for (const ComparedPair& pair : table.pairs)
        if (ranked(pair))
            pValues.push_back(pair.pValue);
    const std::vector<double> adjusted = holm(pValues);
    std::size_t next = 0;
    for (std::size_t i = 0; i < table.pairs.size(); ++i) {
        ComparedPair& pair = table.pairs[i];
        if (pair.verdict == Verdict::notRanked)
            continue;
        pair.adjustedPValue = ranked(pair) ? adjusted[next++] : pair.pValue;
        std::optional<double> noise;
        if (const auto found = noiseByPair.find(i); found != noiseByPair.end())
            noise = found->second;
        pair.noiseMeasured = noise.has_value();
        pair.band = std::max(smallestBand, noise.value_or(0));
        pair.verdict = decide(pair.interval, pair.adjustedPValue, noise);
        if (pair.verdict == Verdict::inconclusive)
            pair.note = whyInconclusive(pair);
    }
}

void addWarnings(ComparisonTable& table, const Run& run) {
    const auto add = [&table](const std::string& text) {
        if (std::find(table.warnings.begin(), table.warnings.end(), text) == table.warnings.end())
            table.warnings.push_back(text);
    };
    for (const std::string& warning : run.warnings)
        add(warning);
    for (const Repetition& repetition : run.repetitions)
        for (const std::string& warning : repetition.warnings)
            add(warning);
    if (!run.isComplete())
        add((run.name.empty() ? run.id : run.name) + " is not complete: only complete repetitions are compared.");
}

Result<std::size_t> indexOf(const Run& run, const std::string& label) {
    for (std::size_t i = 0; i < run.configurations.size(); ++i)
        if (run.configurations[i].label == label)
            return i;
    std::string labels;
    for (const EngineConfig& config : run.configurations)
        labels += (labels.empty() ? "" : ", ") + config.label;
    return invalid("there is no configuration \"" + label + "\" in the run; it has " + labels);
}

/// The same work: equal, or of the same name where another harness does not say more.
bool sameWork(const WorkloadSpec& a, const WorkloadSpec& b) {
    if (isForeign(a) || isForeign(b))
        return a.name == b.name;
    const auto x = a.resolved(), y = b.resolved();
    return x && y ? *x == *y : a == b;
}

} // namespace

std::string_view verdictName(Verdict verdict) noexcept {
    static constexpr std::array<std::string_view, 5> names{"faster", "slower", "equivalent", "inconclusive",
                                                           "not ranked"};
    return names[static_cast<std::size_t>(verdict)];
}

Verdict decide(const std::optional<Interval>& interval, double adjustedPValue, std::optional<double> noise) noexcept {
    if (!interval)
        return Verdict::inconclusive;
    const double band = std::max(smallestBand, noise.value_or(0));
    if (interval->low >= 1 / (1 + band) && interval->high <= 1 + band)
        return band <= largestBand ? Verdict::equivalent : Verdict::inconclusive;
    if (adjustedPValue <= level && interval->low > 1)
        return Verdict::faster;
    if (adjustedPValue <= level && interval->high < 1)
        return Verdict::slower;
    return Verdict::inconclusive;
}

Result<ComparisonTable> compareWithin(const Run& run, const std::string& baseline) {
    if (run.configurations.empty())
        return invalid("the run has no configuration");
    std::size_t base = 0;
    if (!baseline.empty()) {
        const auto found = indexOf(run, baseline);
        if (!found)
            return failure(found.error());
        base = *found;
    }
    ComparisonTable table;
    addWarnings(table, run);
    const std::map<std::size_t, double> noise = noiseOfRun(run);
    std::map<std::size_t, double> noiseByPair;
    for (std::size_t workload = 0; workload < run.workloads.size(); ++workload) {
        const Series a = seriesOf(run, workload, base);
        for (std::size_t i = 0; i < run.configurations.size(); ++i) {
            const auto skipped = std::any_of(run.notApplicable.begin(), run.notApplicable.end(), [&](const auto& pair) {
                return pair.workload == workload && (pair.configuration == i || pair.configuration == base);
            });
            if (i == base)
                continue;
            const Series b = seriesOf(run, workload, i);
            ComparedPair pair = describe(run.workloads[workload], a, b);
            pair.baseline = run.configurations[base].label;
            pair.candidate = run.configurations[i].label;
            pair.sameConfiguration = sameSettings(run.configurations[base], run.configurations[i]);
            comparePaired(pair, a, b);
            pair.note = skipped ? "N/A" : whyNotRanked(a, b, isForeign(run.workloads[workload]));
            if (!pair.note.empty())
                pair.verdict = Verdict::notRanked;
            if (const auto found = noise.find(workload); found != noise.end())
                noiseByPair[table.pairs.size()] = found->second;
            table.pairs.push_back(std::move(pair));
        }
    }
    conclude(table, noiseByPair);
    return table;
}

Result<ComparisonTable> compareSessions(const Run& baseline, const Run& candidate, const std::string& baselineLabel) {
    ComparisonTable table;
    table.sameSession = false;
    table.warnings.emplace_back("Two sessions: what changed on the machine between them is part of the difference.");
    if (!baselineLabel.empty())
        if (const auto found = indexOf(baseline, baselineLabel); !found)
            return failure(found.error());
    if (baseline.machine.cpu != candidate.machine.cpu || baseline.machine.kernel != candidate.machine.kernel)
        table.warnings.emplace_back("The runs were made on different machines or kernels.");
    if (baseline.tool.build != candidate.tool.build || baseline.tool.compiler != candidate.tool.compiler)
        table.warnings.emplace_back("The runs were made by builds of different kinds or compilers.");
    addWarnings(table, baseline);
    addWarnings(table, candidate);
    const bool mixed = baseline.profile != candidate.profile;
    const std::map<std::size_t, double> noiseA = noiseOfRun(baseline), noiseB = noiseOfRun(candidate);
    std::map<std::size_t, double> noiseByPair;
    for (std::size_t w = 0; w < candidate.workloads.size(); ++w) {
        for (std::size_t v = 0; v < baseline.workloads.size(); ++v) {
            if (!sameWork(candidate.workloads[w], baseline.workloads[v]))
                continue;
            for (std::size_t i = 0; i < candidate.configurations.size(); ++i) {
                const std::string& label = baselineLabel.empty() ? candidate.configurations[i].label : baselineLabel;
                const auto other = indexOf(baseline, label);
                if (!other)
                    continue;
                const Series a = seriesOf(baseline, v, *other), b = seriesOf(candidate, w, i);
                ComparedPair pair = describe(candidate.workloads[w], a, b);
                pair.baseline = label;
                pair.candidate = candidate.configurations[i].label;
                compareUnpaired(pair, a, b);
                const bool foreign = isForeign(candidate.workloads[w]) || isForeign(baseline.workloads[v]);
                pair.note = whyNotRanked(a, b, foreign);
                if (pair.note.empty() && mixed)
                    pair.note = "profiles differ";
                if (!pair.note.empty())
                    pair.verdict = Verdict::notRanked;
                const auto x = noiseA.find(v), y = noiseB.find(w);
                if (x != noiseA.end() || y != noiseB.end())
                    noiseByPair[table.pairs.size()] =
                        std::max(x == noiseA.end() ? 0.0 : x->second, y == noiseB.end() ? 0.0 : y->second);
                table.pairs.push_back(std::move(pair));
            }
        }
    }
    conclude(table, noiseByPair);
    return table;
}

ComparisonOutcome outcomeOf(const ComparisonTable& table) noexcept {
    bool ranked = false, slower = false, open = false;
    for (const ComparedPair& pair : table.pairs) {
        if (pair.verdict == Verdict::notRanked || pair.sameConfiguration)
            continue;
        ranked = true;
        slower = slower || pair.verdict == Verdict::slower;
        open = open || pair.verdict == Verdict::inconclusive;
    }
    return !ranked  ? ComparisonOutcome::invalid
           : slower ? ComparisonOutcome::regression
           : open   ? ComparisonOutcome::inconclusive
                    : ComparisonOutcome::fine;
}

} // namespace rustcask::bench

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>

#include <rustcask/bench/compare.h>
#include <rustcask/bench/summary.h>

#include "json_codec.h"

namespace rustcask::bench {

namespace {

std::string fixed(double value, int decimals) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

std::string ratioText(double ratio) {
    return fixed(ratio, ratio < 10 ? 3 : 1);
}

std::string pText(double p) {
    return p < 0.0001 ? "<0.0001" : fixed(p, 4);
}

std::string classText(const ComparedPair& pair) {
    const auto name = [](const std::optional<Durability>& durability) {
        return durability ? std::string(durabilityName(*durability)) : std::string("?");
    };
    return pair.baselineClass == pair.candidateClass ? name(pair.candidateClass)
                                                     : name(pair.candidateClass) + "/" + name(pair.baselineClass);
}

std::string countText(const ComparedPair& pair) {
    return pair.baselineValues == pair.candidateValues
               ? std::to_string(pair.candidateValues)
               : std::to_string(pair.candidateValues) + "/" + std::to_string(pair.baselineValues);
}

std::string_view outcomeName(ComparisonOutcome outcome) {
    static constexpr std::array<std::string_view, 4> names{"fine", "regression", "invalid", "inconclusive"};
    return names[static_cast<std::size_t>(outcome)];
}

Json toJson(const ComparedPair& pair) {
    Json json{{"workload", bench::toJson(pair.workload)},
              {"baseline", pair.baseline},
              {"candidate", pair.candidate},
              {"sameConfiguration", pair.sameConfiguration},
              {"baselineRepetitions", pair.baselineValues},
              {"candidateRepetitions", pair.candidateValues},
              {"baselineOpsPerSecond", pair.baselineMedian},
              {"candidateOpsPerSecond", pair.candidateMedian}};
    if (pair.baselineClass)
        json["baselineDurability"] = durabilityName(*pair.baselineClass);
    if (pair.candidateClass)
        json["candidateDurability"] = durabilityName(*pair.candidateClass);
    if (pair.baselineValues > 0 && pair.candidateValues > 0) {
        json["ratio"] = pair.ratio;
        if (pair.interval)
            json["interval"] = {pair.interval->low, pair.interval->high};
        json["effect"] = pair.effect;
    }
    if (pair.verdict != Verdict::notRanked) {
        json["pValue"] = pair.pValue;
        json["adjustedPValue"] = pair.adjustedPValue;
        json["band"] = pair.band;
        json["noiseMeasured"] = pair.noiseMeasured;
    }
    json["verdict"] = verdictName(pair.verdict);
    if (!pair.note.empty())
        json["note"] = pair.note;
    return json;
}

} // namespace

std::string comparisonText(const ComparisonTable& table) {
    std::vector<std::vector<std::string>> rows{{"workload", "candidate", "baseline", "class", "rounds", "ops/s",
                                                "baseline", "ratio", "95 % interval", "effect", "p (Holm)", "verdict"}};
    for (const ComparedPair& pair : table.pairs) {
        const bool any = pair.baselineValues > 0 && pair.candidateValues > 0;
        const bool ranked = pair.verdict != Verdict::notRanked;
        std::string verdict(pair.sameConfiguration && ranked ? "A/A: " : "");
        verdict += verdictName(pair.verdict);
        if (!pair.note.empty())
            verdict += " (" + pair.note + ")";
        rows.push_back(
            {pair.workload.name, pair.candidate, pair.baseline, classText(pair), countText(pair),
             pair.candidateMedian > 0 ? shortNumber(pair.candidateMedian) : "-",
             pair.baselineMedian > 0 ? shortNumber(pair.baselineMedian) : "-", any ? ratioText(pair.ratio) : "-",
             any && pair.interval ? ratioText(pair.interval->low) + " … " + ratioText(pair.interval->high) : "-",
             any ? fixed(pair.effect, 2) : "-", any && ranked ? pText(pair.adjustedPValue) : "-", verdict});
    }
    std::string text = alignedText(rows, {0, 1, 2, 3, 11});
    double band = 0;
    bool measured = false;
    for (const ComparedPair& pair : table.pairs) {
        band = std::max(band, pair.band);
        measured = measured || pair.noiseMeasured;
    }
    if (!table.pairs.empty())
        text += "\nRatios over 1: the candidate is faster. Equivalent: the interval lies inside ±" +
                fixed(band * 100, 1) +
                (measured ? " % at most (the larger of 3 % and the measured A/A noise).\n"
                          : " % (no A/A noise was measured; 'bench run --aa' does).\n");
    text += std::string(table.sameSession ? "One session, paired rounds: Wilcoxon's signed-rank test"
                                          : "TWO SESSIONS, unpaired: the Mann-Whitney test") +
            ", p-values adjusted by Holm over the table.\n";
    for (const std::string& warning : table.warnings)
        text += "Warning: " + warning + "\n";
    text += "Outcome: " + std::string(outcomeName(outcomeOf(table))) + "\n";
    return text;
}

std::string comparisonJson(const ComparisonTable& table) {
    Json json{{"format", "rustcask-bench-comparison"},
              {"version", 1},
              {"sameSession", table.sameSession},
              {"test", table.sameSession ? "wilcoxon-signed-rank" : "mann-whitney"},
              {"outcome", outcomeName(outcomeOf(table))},
              {"warnings", table.warnings},
              {"pairs", Json::array()}};
    for (const ComparedPair& pair : table.pairs)
        json["pairs"].push_back(toJson(pair));
    return dump(json, 2) + "\n";
}

} // namespace rustcask::bench

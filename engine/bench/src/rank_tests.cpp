// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/statistics.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rustcask::bench {

namespace {

constexpr std::size_t mostExactPairs = 200;
constexpr std::size_t mostExactValues = 100;

/// Twice the midrank of each value, so that ties stay whole numbers.
std::vector<std::size_t> doubledRanks(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<std::size_t> ranks(values.size());
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin + 1;
        while (end < order.size() && values[order[end]] == values[order[begin]])
            ++end;
        for (std::size_t i = begin; i < end; ++i)
            ranks[order[i]] = begin + 1 + end; // twice the mean of begin + 1 … end
        begin = end;
    }
    return ranks;
}

/// Sum of t^3 - t over groups of equal values.
double tieTerm(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    double term = 0;
    for (std::size_t begin = 0; begin < values.size();) {
        std::size_t end = begin + 1;
        while (end < values.size() && values[end] == values[begin])
            ++end;
        const auto t = static_cast<double>(end - begin);
        term += t * t * t - t;
        begin = end;
    }
    return term;
}

/// Chances of every sum of a random subset of `ranks`.
std::vector<double> signedRankChances(const std::vector<std::size_t>& ranks) {
    const std::size_t total = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
    std::vector<double> chances(total + 1, 0.0);
    chances[0] = 1;
    std::size_t reached = 0;
    for (const std::size_t rank : ranks) {
        reached += rank;
        for (std::size_t sum = reached + 1; sum-- > 0;)
            chances[sum] = 0.5 * (chances[sum] + (sum >= rank ? chances[sum - rank] : 0.0));
    }
    return chances;
}

/// Chances of every sum of `size` of `ranks`, drawn at random.
std::vector<double> rankSumChances(const std::vector<std::size_t>& ranks, std::size_t size) {
    const std::size_t total = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
    std::vector<std::vector<double>> counts(size + 1, std::vector<double>(total + 1, 0.0));
    counts[0][0] = 1;
    std::size_t seen = 0;
    for (const std::size_t rank : ranks) {
        ++seen;
        for (std::size_t k = std::min(seen, size); k > 0; --k)
            for (std::size_t sum = total + 1; sum-- > rank;)
                counts[k][sum] += counts[k - 1][sum - rank];
    }
    std::vector<double> chances = std::move(counts[size]);
    const double all = std::accumulate(chances.begin(), chances.end(), 0.0);
    for (double& chance : chances)
        chance /= all;
    return chances;
}

double twoSided(const std::vector<double>& chances, std::size_t sum) {
    const auto at = chances.begin() + static_cast<std::ptrdiff_t>(sum);
    const double below = std::accumulate(chances.begin(), at, 0.0);
    const double above = std::accumulate(at + 1, chances.end(), 0.0);
    return std::min(1.0, 2 * (std::min(below, above) + *at));
}

double twoSidedNormal(double distance, double variance) {
    if (variance <= 0)
        return 1;
    const double z = std::max(0.0, std::abs(distance) - 0.5) / std::sqrt(variance);
    return std::erfc(z / std::sqrt(2.0));
}

std::vector<double> withoutZeros(const std::vector<double>& values) {
    std::vector<double> result;
    std::copy_if(values.begin(), values.end(), std::back_inserter(result), [](double v) { return v != 0; });
    return result;
}

std::vector<double> magnitudes(const std::vector<double>& values) {
    std::vector<double> result;
    std::transform(values.begin(), values.end(), std::back_inserter(result), [](double v) { return std::abs(v); });
    return result;
}

std::vector<double> joined(const std::vector<double>& first, const std::vector<double>& second) {
    std::vector<double> all = first;
    all.insert(all.end(), second.begin(), second.end());
    return all;
}

/// The order statistics of `values` that leave out a tail of the statistic's distribution on both sides. `step` is what
/// one unit of the statistic is in `chances`.
std::optional<Interval> orderInterval(std::vector<double>& values, const std::vector<double>& chances,
                                      std::size_t first, std::size_t step, double confidence) {
    const double tail = (1 - confidence) / 2;
    double below = 0;
    std::size_t rank = 0;
    for (std::size_t sum = first; sum < chances.size(); sum += step) {
        below += chances[sum];
        if (below > tail)
            break;
        ++rank;
    }
    if (rank == 0 || 2 * rank > values.size())
        return std::nullopt;
    return Interval{values[rank - 1], values[values.size() - rank]};
}

std::vector<std::size_t> plainDoubledRanks(std::size_t size) {
    std::vector<std::size_t> ranks(size);
    for (std::size_t i = 0; i < size; ++i)
        ranks[i] = 2 * (i + 1);
    return ranks;
}

/// The same by the normal approximation, for more values than are counted exactly.
std::optional<Interval> normalInterval(const std::vector<double>& values, double mean, double variance,
                                       double confidence) {
    // Quantile of the normal distribution by bisection: called once a row.
    double low = 0, high = 10;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (std::erfc(middle / std::sqrt(2.0)) > 1 - confidence ? low : high) = middle;
    }
    const double rank = std::floor(mean - low * std::sqrt(variance));
    if (rank < 1)
        return std::nullopt;
    const auto index = static_cast<std::size_t>(rank);
    return Interval{values[index - 1], values[values.size() - index]};
}

} // namespace

RankTest wilcoxonSignedRank(const std::vector<double>& differences) {
    const std::vector<double> values = withoutZeros(differences);
    if (values.empty())
        return {};
    const auto ranks = doubledRanks(magnitudes(values));
    std::size_t positive = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        positive += values[i] > 0 ? ranks[i] : 0;
    RankTest test;
    test.statistic = static_cast<double>(positive) / 2;
    if (values.size() <= mostExactPairs) {
        test.pValue = twoSided(signedRankChances(ranks), positive);
        return test;
    }
    test.exact = false;
    const auto n = static_cast<double>(values.size());
    const double variance = n * (n + 1) * (2 * n + 1) / 24 - tieTerm(magnitudes(values)) / 48;
    test.pValue = twoSidedNormal(test.statistic - n * (n + 1) / 4, variance);
    return test;
}

RankTest mannWhitney(const std::vector<double>& first, const std::vector<double>& second) {
    if (first.empty() || second.empty())
        return {};
    const std::vector<double> all = joined(first, second);
    const auto ranks = doubledRanks(all);
    const std::size_t sum =
        std::accumulate(ranks.begin() + static_cast<std::ptrdiff_t>(first.size()), ranks.end(), std::size_t{0});
    const auto m = static_cast<double>(first.size()), n = static_cast<double>(second.size());
    RankTest test;
    test.statistic = static_cast<double>(sum) / 2 - n * (n + 1) / 2;
    if (all.size() <= mostExactValues) {
        test.pValue = twoSided(rankSumChances(ranks, second.size()), sum);
        return test;
    }
    test.exact = false;
    const double variance = m * n / 12 * ((m + n + 1) - tieTerm(all) / ((m + n) * (m + n - 1)));
    test.pValue = twoSidedNormal(test.statistic - m * n / 2, variance);
    return test;
}

Shift hodgesLehmann(const std::vector<double>& differences, double confidence) {
    std::vector<double> averages;
    averages.reserve(differences.size() * (differences.size() + 1) / 2);
    for (std::size_t i = 0; i < differences.size(); ++i)
        for (std::size_t j = i; j < differences.size(); ++j)
            averages.push_back((differences[i] + differences[j]) / 2);
    std::sort(averages.begin(), averages.end());
    Shift shift{median(averages), {}};
    const auto n = static_cast<double>(differences.size());
    if (differences.size() <= mostExactPairs)
        shift.interval =
            orderInterval(averages, signedRankChances(plainDoubledRanks(differences.size())), 0, 2, confidence);
    else
        shift.interval = normalInterval(averages, n * (n + 1) / 4, n * (n + 1) * (2 * n + 1) / 24, confidence);
    return shift;
}

Shift hodgesLehmann(const std::vector<double>& first, const std::vector<double>& second, double confidence) {
    std::vector<double> differences;
    differences.reserve(first.size() * second.size());
    for (const double a : first)
        for (const double b : second)
            differences.push_back(b - a);
    std::sort(differences.begin(), differences.end());
    Shift shift{median(differences), {}};
    if (differences.empty())
        return shift;
    const std::size_t all = first.size() + second.size();
    if (all <= mostExactValues) {
        const std::size_t least = second.size() * (second.size() + 1); // twice the smallest sum of ranks
        shift.interval =
            orderInterval(differences, rankSumChances(plainDoubledRanks(all), second.size()), least, 2, confidence);
    } else {
        const auto m = static_cast<double>(first.size()), n = static_cast<double>(second.size());
        shift.interval = normalInterval(differences, m * n / 2, m * n * (m + n + 1) / 12, confidence);
    }
    return shift;
}

double rankBiserial(const std::vector<double>& differences) {
    const auto n = static_cast<double>(withoutZeros(differences).size());
    return n == 0 ? 0.0 : 4 * wilcoxonSignedRank(differences).statistic / (n * (n + 1)) - 1;
}

double rankBiserial(const std::vector<double>& first, const std::vector<double>& second) {
    double balance = 0;
    for (const double a : first)
        for (const double b : second)
            balance += b > a ? 1 : b < a ? -1 : 0;
    const auto pairs = static_cast<double>(first.size() * second.size());
    return pairs == 0 ? 0.0 : balance / pairs;
}

std::vector<double> holm(const std::vector<double>& pValues) {
    std::vector<std::size_t> order(pValues.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return pValues[a] < pValues[b]; });
    std::vector<double> adjusted(pValues.size());
    double least = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        least = std::max(least, std::min(1.0, static_cast<double>(order.size() - i) * pValues[order[i]]));
        adjusted[order[i]] = least;
    }
    return adjusted;
}

} // namespace rustcask::bench

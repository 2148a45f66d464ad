// SPDX-License-Identifier: Apache-2.0
#include "generator.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <numeric>

#include "arguments.h"

namespace rustcask::cli {

namespace {

// a * b mod m without 128-bit arithmetic: by doubling, which is fast enough for a few million deletes.
std::uint64_t multiplyModulo(std::uint64_t a, std::uint64_t b, std::uint64_t m) noexcept {
    if (m <= UINT64_C(1) << 32)
        return a % m * (b % m) % m;
    std::uint64_t sum = 0;
    for (a %= m; b > 0; b >>= 1) {
        if (b & 1)
            sum = sum >= m - a ? sum - (m - a) : sum + a;
        a = a >= m - a ? a - (m - a) : a + a;
    }
    return sum;
}

} // namespace

std::uint64_t Random::next() noexcept {
    m_state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = m_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

double Random::unit() noexcept {
    return static_cast<double>(next() >> 11) * 0x1p-53;
}

std::optional<SizeDistribution> SizeDistribution::parse(std::string_view text) {
    SizeDistribution distribution;
    const std::size_t colon = text.find(':');
    const std::string_view name = colon == std::string_view::npos ? "fixed" : text.substr(0, colon);
    const std::string_view rest = colon == std::string_view::npos ? text : text.substr(colon + 1);
    if (name == "fixed") {
        const auto size = parseSize(rest);
        if (!size)
            return std::nullopt;
        distribution.low = distribution.high = *size;
        return distribution;
    }
    const bool lognormal = name == "lognormal";
    if (!lognormal && name != "uniform" && name != "zipf")
        return std::nullopt;
    const std::size_t middle = rest.find(lognormal ? ',' : '-');
    if (middle == std::string_view::npos)
        return std::nullopt;
    const auto low = parseSize(rest.substr(0, middle));
    const std::string_view second = rest.substr(middle + 1);
    if (!low)
        return std::nullopt;
    distribution.low = *low;
    if (lognormal) {
        distribution.kind = Kind::lognormal;
        const auto [end, error] = std::from_chars(second.data(), second.data() + second.size(), distribution.sigma);
        const bool sound = error == std::errc{} && end == second.data() + second.size() && distribution.sigma >= 0 &&
                           distribution.sigma <= 10;
        return sound ? std::optional(distribution) : std::nullopt;
    }
    distribution.kind = name == "zipf" ? Kind::zipf : Kind::uniform;
    const auto high = parseSize(second);
    if (!high || *high < *low || *high - *low == UINT64_MAX)
        return std::nullopt;
    distribution.high = *high;
    return distribution;
}

std::uint64_t SizeDistribution::sample(Random& random, std::uint64_t maxBytes) const {
    double size = 0;
    switch (kind) {
    case Kind::fixed:
        return std::min(low, maxBytes);
    case Kind::uniform:
        return std::min(low + random.below(high - low + 1), maxBytes);
    case Kind::zipf:
        // The integral of 1/n, inverted.
        size = static_cast<double>(low) + std::pow(static_cast<double>(high - low + 1), random.unit()) - 1;
        break;
    case Kind::lognormal: {
        const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
        const double normal = radius * std::cos(2 * std::numbers::pi * random.unit());
        size = static_cast<double>(low) * std::exp(sigma * normal);
        break;
    }
    }
    return size >= static_cast<double>(maxBytes) ? maxBytes : static_cast<std::uint64_t>(size);
}

std::string generatedKey(std::uint64_t index, std::uint64_t bytes) {
    std::string digits = std::to_string(index);
    if (digits.size() < bytes)
        digits.insert(0, static_cast<std::size_t>(bytes) - digits.size(), '0');
    return digits;
}

void fillGeneratedValue(std::string& value, std::uint64_t bytes, Random& random) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    value.resize(bytes);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (i % 10 == 0)
            bits = random.next();
        value[i] = letters[bits & 63];
        bits >>= 6;
    }
}

Permutation::Permutation(std::uint64_t count, Random& random)
    : m_count(count), m_factor(1 + random.below(count)), m_shift(random.below(count)) {
    while (std::gcd(m_factor, m_count) != 1)
        ++m_factor;
}

std::uint64_t Permutation::at(std::uint64_t index) const noexcept {
    const std::uint64_t product = multiplyModulo(index, m_factor, m_count);
    return product >= m_count - m_shift ? product - (m_count - m_shift) : product + m_shift;
}

} // namespace rustcask::cli

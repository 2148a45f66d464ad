// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Made-up records, the same for the same seed on every machine. Pure.
namespace rustcask::cli {

/// SplitMix64: small, fast and frozen, because data sets are compared by their seeds.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : m_state(seed) {}
    [[nodiscard]] std::uint64_t next() noexcept;
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; } ///< @pre bound > 0
    [[nodiscard]] double unit() noexcept;                                                      ///< 0 to below 1

private:
    std::uint64_t m_state;
};

/// How large keys or values are, in bytes. As text: `N` or `fixed:N`; `uniform:A-B`, all sizes alike;
/// `zipf:A-B`, small sizes often and large ones seldom (the n-th with weight 1/n); `lognormal:MEDIAN,SIGMA`, many near
/// the median and a long tail (SIGMA about 0.5 to 2). Sizes may bear a unit as in "4KiB".
struct SizeDistribution {
    enum class Kind : std::uint8_t { fixed, uniform, zipf, lognormal };
    Kind kind = Kind::fixed;
    std::uint64_t low = 0;  ///< smallest; with `lognormal` the median
    std::uint64_t high = 0; ///< largest; with `lognormal` unused
    double sigma = 0;

    [[nodiscard]] static std::optional<SizeDistribution> parse(std::string_view text);
    /// At most `maxBytes`.
    [[nodiscard]] std::uint64_t sample(Random& random, std::uint64_t maxBytes) const;
};

/// The key of number `index`: `index` in decimal, led by zeros up to `bytes`, or longer where it has more digits. Two
/// indexes never share a key, whatever their sizes.
[[nodiscard]] std::string generatedKey(std::uint64_t index, std::uint64_t bytes);
/// Fills `value` with `bytes` letters, digits, `-` and `_` that do not compress well.
void fillGeneratedValue(std::string& value, std::uint64_t bytes, Random& random);

/// Visits the numbers below `count` once each in a seeded order, without memory for them.
class Permutation {
public:
    Permutation(std::uint64_t count, Random& random);                   ///< @pre count > 0
    [[nodiscard]] std::uint64_t at(std::uint64_t index) const noexcept; ///< @pre index < count

private:
    std::uint64_t m_count;
    std::uint64_t m_factor;
    std::uint64_t m_shift;
};

} // namespace rustcask::cli

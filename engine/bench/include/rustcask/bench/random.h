// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Random numbers whose sequence is part of the trace format: the standard library's distributions differ between
/// implementations, these do not.
namespace rustcask::bench {

/// One step of SplitMix64 as a hash: a bijection on 64-bit numbers that leaves no visible pattern.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
    x += 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

/// xoshiro256** by Blackman and Vigna, seeded through SplitMix64.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept {
        for (auto& word : m_state) {
            word = mix64(seed);
            seed += 0x9E3779B97F4A7C15ULL;
        }
    }

    [[nodiscard]] std::uint64_t next() noexcept {
        const std::uint64_t result = rotl(m_state[1] * 5, 7) * 9;
        const std::uint64_t t = m_state[1] << 17;
        m_state[2] ^= m_state[0];
        m_state[3] ^= m_state[1];
        m_state[1] ^= m_state[2];
        m_state[0] ^= m_state[3];
        m_state[2] ^= t;
        m_state[3] = rotl(m_state[3], 45);
        return result;
    }

    /// Uniform in [0, bound), without bias (Lemire's method). @pre bound > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept;
    /// Uniform in [0, 1), 53 bits.
    [[nodiscard]] double unit() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

private:
    static constexpr std::uint64_t rotl(std::uint64_t x, int k) noexcept { return (x << k) | (x >> (64 - k)); }
    std::uint64_t m_state[4];
};

/// A seeded bijection on [0, size): a Feistel network with cycle walking. Constant memory, so it scatters the ranks of
/// ten million keys as well as it shuffles ten. Immutable and thread-safe.
class Permutation {
public:
    Permutation(std::uint64_t size, std::uint64_t seed) noexcept;
    /// @pre index < size.
    [[nodiscard]] std::uint64_t operator()(std::uint64_t index) const noexcept;

private:
    [[nodiscard]] std::uint64_t encrypt(std::uint64_t x) const noexcept;
    std::uint64_t m_size;
    unsigned m_halfBits;
    std::uint64_t m_keys[4];
};

/// Zipfian ranks: rank r in [0, size) with probability proportional to 1 / (r + 1)^exponent, exactly, over the true
/// range and without a table (rejection-inversion, Hörmann and Derflinger 1996). YCSB's exponent is 0.99.
class Zipfian {
public:
    explicit Zipfian(std::uint64_t size, double exponent = 0.99) noexcept;
    [[nodiscard]] std::uint64_t operator()(Random& random) const noexcept;

private:
    [[nodiscard]] double integral(double x) const noexcept;
    [[nodiscard]] double integralInverse(double x) const noexcept;
    [[nodiscard]] double density(double x) const noexcept;
    std::uint64_t m_size;
    double m_exponent;
    double m_integralFirst;
    double m_integralLast;
    double m_shortcut;
};

} // namespace rustcask::bench

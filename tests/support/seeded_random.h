// SPDX-License-Identifier: Apache-2.0
// How to use: random numbers that a failing run can be repeated with.
//
//     rustcask::test::SeededRandom random; // prints "random seed 20240229"
//     const std::string value = random.bytes(random.between(0, 300));
//
// RUSTCASK_TEST_SEED=n in the environment sets another seed. Every object begins the same sequence anew; give `stream`
// to get several that differ. Not thread-safe: one object a thread.
#pragma once

#include <QString>
#include <QtGlobal>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace rustcask::test {

class SeededRandom {
public:
    explicit SeededRandom(std::uint64_t stream = 0) : m_engine(seed() + stream * 0x9e3779b97f4a7c15ULL) {
        if (stream == 0)
            qInfo("random seed %llu", static_cast<unsigned long long>(seed()));
    }

    /// The seed of this run.
    [[nodiscard]] static std::uint64_t seed() {
        bool given = false;
        const auto value = qEnvironmentVariable("RUSTCASK_TEST_SEED").toULongLong(&given);
        return given ? value : 20240229U;
    }

    [[nodiscard]] std::uint64_t next() { return m_engine(); }
    /// 0 to bound - 1. @pre bound > 0
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return m_engine() % bound; }
    /// low to high, both included. @pre low <= high, and not the whole range of the type
    [[nodiscard]] std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
    /// True in `percent` of 100 calls.
    [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }
    /// `count` bytes of any value.
    [[nodiscard]] std::string bytes(std::size_t count) {
        std::string result(count, '\0');
        for (char& byte : result)
            byte = static_cast<char>(below(256));
        return result;
    }
    /// `count` lower-case letters and digits.
    [[nodiscard]] std::string word(std::size_t count) {
        constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
        std::string result(count, '\0');
        for (char& letter : result)
            letter = letters[below(letters.size())];
        return result;
    }

    // For std::shuffle and the distributions of <random>.
    using result_type = std::mt19937_64::result_type;
    static constexpr result_type min() { return std::mt19937_64::min(); }
    static constexpr result_type max() { return std::mt19937_64::max(); }
    result_type operator()() { return m_engine(); }

private:
    std::mt19937_64 m_engine;
};

} // namespace rustcask::test

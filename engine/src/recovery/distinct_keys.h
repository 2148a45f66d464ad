// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace rustcask::recovery {

/// How many different keys there are, from their hashes, in 16 KiB whatever their number, and right to within 1 %
/// (standard error): a HyperLogLog (Flajolet, Fusy, Gandouet, Meunier, 2007).
class DistinctKeys {
public:
    void add(std::uint64_t hash) noexcept {
        std::uint8_t& largest = m_registers[hash >> (64 - registerBits)];
        // Of the bits that do not choose the register; the one below them ends the count.
        const int rank = std::countl_zero(hash << registerBits | std::uint64_t{1} << (registerBits - 1)) + 1;
        largest = std::max(largest, static_cast<std::uint8_t>(rank));
    }
    /// Adds all that `other` has seen.
    void add(const DistinctKeys& other) noexcept {
        for (std::size_t i = 0; i < m_registers.size(); ++i)
            m_registers[i] = std::max(m_registers[i], other.m_registers[i]);
    }
    [[nodiscard]] std::uint64_t estimate() const noexcept {
        constexpr double registers = registerCount;
        constexpr double alpha = 0.7213 / (1 + 1.079 / registers);
        double sum = 0;
        double empty = 0;
        for (const std::uint8_t rank : m_registers) {
            sum += std::ldexp(1.0, -int{rank});
            empty += rank == 0 ? 1 : 0;
        }
        const double raw = alpha * registers * registers / sum;
        const bool few = raw <= 2.5 * registers && empty > 0; // then the empty registers tell more
        return static_cast<std::uint64_t>(few ? registers * std::log(registers / empty) : raw);
    }

private:
    static constexpr unsigned registerBits = 14;
    static constexpr std::size_t registerCount = std::size_t{1} << registerBits;

    std::array<std::uint8_t, registerCount> m_registers{};
};

} // namespace rustcask::recovery

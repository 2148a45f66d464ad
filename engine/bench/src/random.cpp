// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/random.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace rustcask::bench {

namespace {

struct Product {
    std::uint64_t high;
    std::uint64_t low;
};

// 64 x 64 -> 128 bits in portable C++.
Product multiply(std::uint64_t a, std::uint64_t b) noexcept {
    const std::uint64_t a0 = a & 0xFFFFFFFFU, a1 = a >> 32, b0 = b & 0xFFFFFFFFU, b1 = b >> 32;
    const std::uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    const std::uint64_t middle = (p00 >> 32) + (p01 & 0xFFFFFFFFU) + (p10 & 0xFFFFFFFFU);
    return {p11 + (p01 >> 32) + (p10 >> 32) + (middle >> 32), (middle << 32) | (p00 & 0xFFFFFFFFU)};
}

// (e^x - 1) / x and log(1 + x) / x without cancellation near 0.
double expm1Ratio(double x) noexcept {
    return std::abs(x) > 1e-8 ? std::expm1(x) / x : 1.0 + x / 2.0 * (1.0 + x / 3.0);
}

double log1pRatio(double x) noexcept {
    return std::abs(x) > 1e-8 ? std::log1p(x) / x : 1.0 - x * (0.5 - x / 3.0);
}

} // namespace

std::uint64_t Random::below(std::uint64_t bound) noexcept {
    Product product = multiply(next(), bound);
    if (product.low < bound) {
        const std::uint64_t threshold = (0 - bound) % bound;
        while (product.low < threshold)
            product = multiply(next(), bound);
    }
    return product.high;
}

Permutation::Permutation(std::uint64_t size, std::uint64_t seed) noexcept
    : m_size(size), m_halfBits(std::max(1U, (static_cast<unsigned>(std::bit_width(size > 0 ? size - 1 : 0)) + 1) / 2)) {
    for (auto& key : m_keys) {
        seed = mix64(seed);
        key = seed;
    }
}

std::uint64_t Permutation::encrypt(std::uint64_t x) const noexcept {
    const std::uint64_t mask = (std::uint64_t{1} << m_halfBits) - 1;
    std::uint64_t left = x >> m_halfBits, right = x & mask;
    for (const std::uint64_t key : m_keys) {
        const std::uint64_t next = left ^ (mix64(right ^ key) & mask);
        left = right;
        right = next;
    }
    return (left << m_halfBits) | right;
}

std::uint64_t Permutation::operator()(std::uint64_t index) const noexcept {
    // The network permutes a range at most four times as large; walking the cycle comes back into ours.
    do {
        index = encrypt(index);
    } while (index >= m_size);
    return index;
}

Zipfian::Zipfian(std::uint64_t size, double exponent) noexcept
    : m_size(std::max<std::uint64_t>(size, 1)),
      m_exponent(exponent),
      m_integralFirst(integral(1.5) - 1.0),
      m_integralLast(integral(static_cast<double>(m_size) + 0.5)),
      m_shortcut(2.0 - integralInverse(integral(2.5) - density(2.0))) {}

double Zipfian::integral(double x) const noexcept {
    const double logX = std::log(x);
    return expm1Ratio((1.0 - m_exponent) * logX) * logX;
}

double Zipfian::integralInverse(double x) const noexcept {
    const double t = std::max(-1.0, x * (1.0 - m_exponent));
    return std::exp(log1pRatio(t) * x);
}

double Zipfian::density(double x) const noexcept {
    return std::exp(-m_exponent * std::log(x));
}

std::uint64_t Zipfian::operator()(Random& random) const noexcept {
    for (;;) {
        const double u = m_integralLast + random.unit() * (m_integralFirst - m_integralLast);
        const double x = integralInverse(u);
        const double k = std::clamp(std::floor(x + 0.5), 1.0, static_cast<double>(m_size));
        if (k - x <= m_shortcut || u >= integral(k + 0.5) - density(k))
            return static_cast<std::uint64_t>(k) - 1;
    }
}

} // namespace rustcask::bench

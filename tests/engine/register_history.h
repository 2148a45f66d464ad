// SPDX-License-Identifier: Apache-2.0
// How to use: record what threads asked of one key, or of two and of snapshots of both, and what they were told; then
// ask whether one order explains it.
//
//     RegisterHistory history;
//     history.push_back({.kind = Operation::Kind::put, .value = 7, .begin = 10, .end = 20});
//     history.push_back({.kind = Operation::Kind::get, .value = 7, .begin = 15, .end = 30});
//     QVERIFY(isLinearizable(history));
//
// The search is that of Wing and Gong with Lowe's memory of visited states: an order is built operation by operation,
// each of which may come next if none that must still come had ended before it began.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace rustcask::test {

inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// One call on one key, or a snapshot of both. Values are numbers below 2^32, each written once; 0 is "absent".
struct Operation {
    enum class Kind : std::uint8_t { put, get, remove, putIf, removeIf, snapshot };
    Kind kind = Kind::get;
    std::uint32_t key = 0;      ///< 0 or 1; a snapshot has both
    std::uint64_t value = 0;    ///< written, or (get, snapshot: of key 0) seen
    std::uint64_t other = 0;    ///< snapshot: seen of key 1, at the same moment
    std::uint64_t expected = 0; ///< putIf, removeIf: what the key had to stand at
    bool result = false;        ///< remove: it was there; putIf: it was stored; removeIf: it was removed
    std::int64_t begin = 0;     ///< any clock that all threads share
    std::int64_t end = 0;       ///< `never`: cut by a crash. It may have taken effect at any time since, or not at all.
};

using RegisterHistory = std::vector<Operation>;

inline constexpr std::size_t maxOperations = 64;

namespace detail {

/// What a key stands at after `operation` on it at `state`; nullopt: what the caller was told does not fit.
[[nodiscard]] inline std::optional<std::uint64_t> applyToKey(const Operation& operation, std::uint64_t state) {
    const bool told = operation.end != never; // an operation that was cut told nobody anything
    switch (operation.kind) {
    case Operation::Kind::put:
        return operation.value;
    case Operation::Kind::get:
        return !told || operation.value == state ? std::optional(state) : std::nullopt;
    case Operation::Kind::remove:
        return !told || operation.result == (state != 0) ? std::optional<std::uint64_t>(0) : std::nullopt;
    case Operation::Kind::putIf: {
        const bool fits = state == operation.expected;
        if (told && fits != operation.result)
            return std::nullopt;
        return fits ? operation.value : state;
    }
    case Operation::Kind::removeIf: {
        const bool fits = state != 0 && state == operation.expected;
        if (told && fits != operation.result)
            return std::nullopt;
        return fits ? 0 : state;
    }
    case Operation::Kind::snapshot:
        break;
    }
    return std::nullopt;
}

/// The same for both keys: key 0 is the lower half of `state`, key 1 the upper.
[[nodiscard]] inline std::optional<std::uint64_t> apply(const Operation& operation, std::uint64_t state) {
    constexpr std::uint64_t half = 0xFFFFFFFF;
    if (operation.kind == Operation::Kind::snapshot) {
        const bool fits = operation.end == never || (operation.value | operation.other << 32) == state;
        return fits ? std::optional(state) : std::nullopt;
    }
    const unsigned shift = 32 * operation.key;
    const auto next = applyToKey(operation, state >> shift & half);
    return next ? std::optional((state & ~(half << shift)) | *next << shift) : std::nullopt;
}

class Search {
public:
    explicit Search(const RegisterHistory& history) : m_history(history) {
        for (std::size_t i = 0; i < history.size(); ++i)
            if (history[i].end != never)
                m_must |= std::uint64_t{1} << i;
    }

    [[nodiscard]] bool from(std::uint64_t done, std::uint64_t state) {
        if ((m_must & ~done) == 0)
            return true;
        if (!m_visited.insert({done, state}).second)
            return false;
        std::int64_t firstEnd = never;
        for (std::size_t i = 0; i < m_history.size(); ++i)
            if (!isDone(done, i))
                firstEnd = std::min(firstEnd, m_history[i].end);
        for (std::size_t i = 0; i < m_history.size(); ++i) {
            if (isDone(done, i) || m_history[i].begin > firstEnd)
                continue;
            const auto next = apply(m_history[i], state);
            if (next && from(done | std::uint64_t{1} << i, *next))
                return true;
        }
        return false;
    }

private:
    struct Visited {
        std::uint64_t done;
        std::uint64_t state;
        friend bool operator==(const Visited&, const Visited&) = default;
    };
    struct VisitedHash {
        std::size_t operator()(const Visited& v) const noexcept {
            return (v.done * 0x9E3779B97F4A7C15U) ^ (v.state * 0xC2B2AE3D27D4EB4FU);
        }
    };
    [[nodiscard]] static bool isDone(std::uint64_t done, std::size_t i) { return (done >> i & 1U) != 0; }

    const RegisterHistory& m_history;
    std::uint64_t m_must = 0;
    std::unordered_set<Visited, VisitedHash> m_visited;
};

} // namespace detail

/// Whether some order of the operations, each between its begin and its end, is one in which two registers that stand
/// at `initial` (the second in the upper half) give these answers. @pre at most `maxOperations`
[[nodiscard]] inline bool isLinearizable(const RegisterHistory& history, std::uint64_t initial = 0) {
    return detail::Search(history).from(0, initial);
}

/// For the message of a failure: one line an operation, in order of their begins.
[[nodiscard]] inline std::string textOf(RegisterHistory history) {
    static constexpr const char* names[] = {"put", "get", "remove", "putIf", "removeIf", "snapshot"};
    std::stable_sort(history.begin(), history.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    std::string text;
    for (const Operation& operation : history) {
        text += "\n  [" + std::to_string(operation.begin) + ", " +
                (operation.end == never ? "cut" : std::to_string(operation.end)) + "] " +
                names[static_cast<int>(operation.kind)] + " ";
        if (operation.kind == Operation::Kind::snapshot) {
            text += std::to_string(operation.value) + " and " + std::to_string(operation.other);
            continue;
        }
        text += (operation.key == 0 ? "first " : "second ") + std::to_string(operation.value);
        if (operation.kind == Operation::Kind::putIf || operation.kind == Operation::Kind::removeIf)
            text += " if " + std::to_string(operation.expected);
        if (operation.kind != Operation::Kind::put && operation.kind != Operation::Kind::get)
            text += operation.result ? " yes" : " no";
    }
    return text;
}

} // namespace rustcask::test

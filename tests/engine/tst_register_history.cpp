// SPDX-License-Identifier: Apache-2.0
// The checker of concurrent histories itself: what it must refuse, what it must accept, and that it agrees with trying
// every order.
#include <QTest>

#include <numeric>

#include "engine/register_history.h"
#include "support/seeded_random.h"
#include "support/test_main.h"

using namespace rustcask::test;

namespace {

using Kind = Operation::Kind;

Operation put(std::uint64_t value, std::int64_t begin, std::int64_t end) {
    return {.kind = Kind::put, .value = value, .begin = begin, .end = end};
}
Operation get(std::uint64_t value, std::int64_t begin, std::int64_t end) {
    return {.kind = Kind::get, .value = value, .begin = begin, .end = end};
}
Operation removal(bool was, std::int64_t begin, std::int64_t end) {
    return {.kind = Kind::remove, .result = was, .begin = begin, .end = end};
}
Operation putIf(std::uint64_t value, std::uint64_t expected, bool stored, std::int64_t begin, std::int64_t end) {
    return {.kind = Kind::putIf, .value = value, .expected = expected, .result = stored, .begin = begin, .end = end};
}
/// Of the second key.
Operation second(Operation operation) {
    operation.key = 1;
    return operation;
}
Operation snapshot(std::uint64_t first, std::uint64_t other, std::int64_t begin, std::int64_t end) {
    return {.kind = Kind::snapshot, .value = first, .other = other, .begin = begin, .end = end};
}

Operation removeIf(std::uint64_t expected, bool removed, std::int64_t begin, std::int64_t end) {
    return {.kind = Kind::removeIf, .expected = expected, .result = removed, .begin = begin, .end = end};
}

/// The definition, taken literally: every subset of what was cut, every order of it and the rest.
bool byTryingAll(const RegisterHistory& history) {
    std::vector<std::size_t> cut;
    for (std::size_t i = 0; i < history.size(); ++i)
        if (history[i].end == never)
            cut.push_back(i);
    for (std::size_t subset = 0; subset < std::size_t{1} << cut.size(); ++subset) {
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < history.size(); ++i) {
            const auto at = std::find(cut.begin(), cut.end(), i);
            if (at == cut.end() || (subset >> (at - cut.begin()) & 1U) != 0)
                order.push_back(i);
        }
        do {
            std::uint64_t state = 0;
            bool fits = true;
            for (std::size_t a = 0; a < order.size() && fits; ++a) {
                for (std::size_t b = a + 1; b < order.size() && fits; ++b)
                    fits = history[order[b]].end >= history[order[a]].begin;
                const auto next = detail::apply(history[order[a]], state);
                fits = fits && next;
                state = next.value_or(0);
            }
            if (fits)
                return true;
        } while (std::next_permutation(order.begin(), order.end()));
    }
    return false;
}

} // namespace

class RegisterHistoryTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refuses_data() {
        QTest::addColumn<QVector<Operation>>("history");
        const auto row = [](const char* name, const QVector<Operation>& history) { QTest::newRow(name) << history; };
        row("a value that nobody wrote", {put(1, 0, 1), get(2, 2, 3)});
        row("a stale read", {put(1, 0, 1), put(2, 2, 3), get(1, 4, 5)});
        row("a read from the future", {get(1, 0, 1), put(1, 2, 3)});
        row("a lost write", {put(1, 0, 1), get(0, 2, 3)});
        row("a key that came back", {put(1, 0, 1), removal(true, 2, 3), get(1, 4, 5)});
        row("a remove that saw nothing", {put(1, 0, 1), removal(false, 2, 3)});
        row("a remove that saw what was gone", {put(1, 0, 1), removal(true, 2, 3), removal(true, 4, 5)});
        row("two removes of one put at once", {put(1, 0, 1), removal(true, 2, 9), removal(true, 3, 8)});
        row("new, then old", {put(1, 0, 1), put(2, 2, 20), get(2, 3, 5), get(1, 6, 8)});
        row("two threads that see two orders",
            {put(1, 0, 9), put(2, 0, 9), get(1, 10, 11), get(2, 12, 13), get(1, 14, 15)});
        row("two winners of one compare-and-set", {put(1, 0, 1), putIf(2, 1, true, 2, 9), putIf(3, 1, true, 2, 9)});
        row("a compare-and-remove that took another value",
            {put(1, 0, 1), put(2, 2, 3), removeIf(1, true, 4, 5), get(0, 6, 7)});
        row("a compare-and-remove beside a compare-and-set, both winners",
            {put(1, 0, 1), putIf(2, 1, true, 2, 9), removeIf(1, true, 3, 8)});
        row("a compare-and-remove of what is absent", {put(1, 0, 1), removal(true, 2, 3), removeIf(1, true, 4, 5)});
        row("no winner", {put(1, 0, 1), putIf(2, 1, false, 2, 9), putIf(3, 1, false, 2, 9)});
        row("a winner that nobody sees", {put(1, 0, 1), putIf(2, 1, true, 2, 3), get(1, 4, 5)});
        row("a cut write that was seen and then was not", {put(1, 0, 1), put(2, 2, never), get(2, 3, 4), get(1, 5, 6)});
        row("a cut write seen before it began", {get(2, 0, 1), put(2, 2, never)});
        row("a cut remove that took effect and did not",
            {put(1, 0, 1), removal(false, 2, never), get(0, 3, 4), get(1, 5, 6)});
        row("an acknowledged write that the crash took", {put(1, 0, 1), put(2, 2, never), get(0, 3, 4)});
        row("a compare-and-set that stored over another value", {put(1, 0, 1), put(2, 2, 3), putIf(3, 1, true, 4, 5)});
        row("a compare-and-set of an absent key that is there", {put(1, 0, 1), putIf(2, 0, true, 2, 3)});
        row("a compare-and-set that lost to nobody", {put(1, 0, 1), putIf(2, 1, false, 2, 3)});
        row("a compare-and-set that lost and was seen", {put(1, 0, 1), putIf(2, 9, false, 2, 3), get(2, 4, 5)});
        // getMany answers for each key by itself, between the call's begin and its end.
        row("a batch that is stale for one key",
            {put(1, 0, 1), second(put(2, 0, 1)), second(put(3, 2, 3)), get(1, 4, 9), second(get(2, 4, 9))});
        row("a batch that mixes up its keys", {put(1, 0, 1), second(put(2, 0, 1)), get(2, 2, 3), second(get(1, 2, 3))});
        row("a batch, then one that goes back in time",
            {put(1, 0, 1), put(2, 2, 30), get(2, 3, 5), second(get(0, 3, 5)), get(1, 6, 8), second(get(0, 6, 8))});
        // A snapshot is of one moment.
        row("a stale snapshot", {put(1, 0, 1), second(put(2, 2, 3)), snapshot(1, 0, 4, 5)});
        row("a snapshot of two moments",
            {put(1, 0, 1), second(put(2, 2, 3)), put(3, 10, 11), second(put(4, 12, 13)), snapshot(1, 4, 5, 20)});
        row("two snapshots that see two orders",
            {put(1, 0, 9), second(put(2, 0, 9)), snapshot(1, 0, 1, 5), snapshot(0, 2, 1, 5)});
        row("a snapshot older than what was seen before it", {put(1, 0, 20), get(1, 1, 2), snapshot(0, 0, 3, 4)});
        row("a snapshot without a key that nobody removed",
            {put(1, 0, 1), second(put(2, 0, 1)), removal(true, 2, 3), snapshot(0, 0, 4, 5)});
    }
    void refuses() {
        QFETCH(const QVector<Operation>, history);
        QVERIFY(!isLinearizable({history.begin(), history.end()}));
        QVERIFY(!byTryingAll({history.begin(), history.end()}));
    }

    void accepts_data() {
        QTest::addColumn<QVector<Operation>>("history");
        const auto row = [](const char* name, const QVector<Operation>& history) { QTest::newRow(name) << history; };
        row("nothing", {});
        row("one after the other", {put(1, 0, 1), get(1, 2, 3), removal(true, 4, 5), get(0, 6, 7)});
        row("at once, the new value", {put(1, 0, 1), put(2, 2, 5), get(2, 3, 4)});
        row("at once, the old value", {put(1, 0, 1), put(2, 2, 5), get(1, 3, 4)});
        row("ends and begins at the same tick", {put(1, 0, 1), put(2, 1, 2), get(1, 2, 3)});
        row("two writes at once, either first", {put(1, 0, 9), put(2, 0, 9), get(1, 10, 11)});
        row("a cut write that never was", {put(1, 0, 1), put(2, 2, never), get(1, 3, 4), get(1, 100, 101)});
        row("a cut write that took effect late", {put(1, 0, 1), put(2, 2, never), get(1, 3, 4), get(2, 5, 6)});
        row("a cut remove", {put(1, 0, 1), removal(false, 2, never), get(1, 3, 4), get(0, 5, 6)});
        row("a cut compare-and-set that lost", {put(1, 0, 1), putIf(2, 9, false, 2, never), get(1, 3, 4)});
        row("one winner", {put(1, 0, 1), putIf(2, 1, true, 2, 9), putIf(3, 1, false, 2, 9), get(2, 10, 11)});
        row("one winner, who removed",
            {put(1, 0, 1), putIf(2, 1, false, 2, 9), removeIf(1, true, 3, 8), get(0, 10, 11)});
        row("one winner, who did not remove",
            {put(1, 0, 1), putIf(2, 1, true, 2, 9), removeIf(1, false, 3, 8), get(2, 10, 11)});
        row("created once", {putIf(1, 0, true, 0, 9), putIf(2, 0, false, 0, 9), get(1, 10, 11)});
        row("a batch of two moments",
            {put(1, 0, 1), second(put(2, 10, 11)), put(3, 5, 6), get(1, 2, 20), second(get(2, 2, 20))});
        row("a snapshot in between", {put(1, 0, 9), second(put(2, 0, 9)), snapshot(0, 2, 1, 5), snapshot(1, 2, 6, 8)});
        row("a snapshot cut by a crash", {put(1, 0, 1), snapshot(7, 7, 2, never), get(1, 3, 4)});
    }
    void accepts() {
        QFETCH(const QVector<Operation>, history);
        QVERIFY(isLinearizable({history.begin(), history.end()}));
        QVERIFY(byTryingAll({history.begin(), history.end()}));
    }

    // Random histories of up to six operations, most of which are just about wrong or just about right.
    void agreesWithTryingEveryOrder() {
        SeededRandom random;
        int accepted = 0;
        constexpr int rounds = 20'000;
        for (int round = 0; round < rounds; ++round) {
            RegisterHistory history;
            const std::uint64_t count = random.between(2, 6);
            std::uint64_t written = 0;
            for (std::uint64_t i = 0; i < count; ++i) {
                Operation operation;
                operation.kind = static_cast<Kind>(random.below(6));
                operation.key = static_cast<std::uint32_t>(random.below(4) / 3);
                operation.other = operation.kind == Kind::snapshot && random.chance(30) ? random.below(written + 1) : 0;
                const bool writes = operation.kind == Kind::put || operation.kind == Kind::putIf;
                operation.value = writes ? ++written : random.below(written + 1);
                operation.expected = random.below(written + 1);
                operation.result = random.chance(60);
                operation.begin = static_cast<std::int64_t>(random.below(12));
                operation.end =
                    random.chance(12) ? never : operation.begin + static_cast<std::int64_t>(random.between(1, 6));
                history.push_back(operation);
            }
            const bool expected = byTryingAll(history);
            accepted += expected;
            QVERIFY2(isLinearizable(history) == expected, textOf(history).c_str());
        }
        QVERIFY2(accepted > rounds / 20 && accepted < rounds * 19 / 20, std::to_string(accepted).c_str());
    }

    // 64 operations of eight threads, all at once: the memory of visited states keeps the search short.
    void isFastWhereMuchOverlaps() {
        RegisterHistory history;
        for (std::uint64_t i = 0; i < 16; ++i) {
            history.push_back(put(i + 1, static_cast<std::int64_t>(i) * 4, static_cast<std::int64_t>(i) * 4 + 14));
            for (std::int64_t reader = 0; reader < 3; ++reader)
                history.push_back(get(i + 1, static_cast<std::int64_t>(i) * 4 + reader,
                                      static_cast<std::int64_t>(i) * 4 + 14 + reader));
        }
        QCOMPARE(history.size(), maxOperations);
        QVERIFY(isLinearizable(history));
    }
};

RUSTCASK_TEST_MAIN(RegisterHistoryTest)
#include "tst_register_history.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <rustcask/progress.h>

#include "support/seeded_random.h"
#include "support/test_main.h"
#include "values/diff.h"
#include "values/tree_diff.h"

using namespace rustcask;
using namespace rustcask::ui;

namespace {

/// "=a" "-b" "+c" "~d|e".
QStringList script(const QByteArray& left, const QByteArray& right) {
    Progress progress;
    const Diff diff = diffText(left, right, progress);
    QStringList rows;
    for (const DiffRow& row : diff.rows) {
        const QString l = row.left < 0 ? QString() : diff.left.lines[row.left];
        const QString r = row.right < 0 ? QString() : diff.right.lines[row.right];
        switch (row.kind) {
        case DiffRow::Kind::same:
            rows << QStringLiteral("=") + l;
            break;
        case DiffRow::Kind::removed:
            rows << QStringLiteral("-") + l;
            break;
        case DiffRow::Kind::added:
            rows << QStringLiteral("+") + r;
            break;
        case DiffRow::Kind::changed:
            rows << QStringLiteral("~") + l + QLatin1Char('|') + r;
        }
    }
    return rows;
}

QStringList list(std::initializer_list<const char*> texts) {
    QStringList all;
    for (const char* text : texts) {
        all << QString::fromUtf8(text);
    }
    return all;
}

QStringList changes(const QByteArray& before, const QByteArray& after) {
    Progress progress;
    const auto left = parseTree(before, TreeFormat::json, progress);
    const auto right = parseTree(after, TreeFormat::json, progress);
    QStringList all;
    if (left && right) {
        for (const TreeChange& change : diffTrees(*left, *right).changes) {
            all << change.path + QStringLiteral(": ") + change.before + QStringLiteral(" -> ") + change.after;
        }
    }
    return all;
}

} // namespace

class TestValueDiff : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void linesAreCompared() {
        QCOMPARE(script("a\nb\nc\n", "a\nb\nc\n"), list({"=a", "=b", "=c"}));
        QCOMPARE(script("a\nb\nc\n", "a\nc\n"), list({"=a", "-b", "=c"}));
        QCOMPARE(script("a\nc\n", "a\nb\nc\n"), list({"=a", "+b", "=c"}));
        QCOMPARE(script("a\nb\nc\n", "a\nx\nc\n"), list({"=a", "~b|x", "=c"}));
        QCOMPARE(script("", "a\n"), list({"+a"}));
        QCOMPARE(script("a", ""), list({"-a"}));
        QCOMPARE(script("", ""), QStringList());
        QCOMPARE(script("x\na\nb\nc\ny\n", "a\nb\nz\nc\n"), list({"-x", "=a", "=b", "+z", "=c", "-y"}));
    }

    /// Whatever the sides: the rows hold every line once and in order, equal ones are equal, and there is no shorter
    /// script (against the classic quadratic one).
    void scriptsAreShortest() {
        rustcask::test::SeededRandom random;
        for (int round = 0; round < 2000; ++round) {
            std::vector<QByteArray> left;
            std::vector<QByteArray> right;
            for (std::uint64_t i = random.below(9); i > 0; --i) {
                left.emplace_back(1, static_cast<char>('a' + random.below(3)));
            }
            for (std::uint64_t i = random.below(9); i > 0; --i) {
                right.emplace_back(1, static_cast<char>('a' + random.below(3)));
            }
            Progress progress;
            bool approximate = true;
            const auto rows = diffLines(left, right, 100, &approximate, progress);
            QVERIFY(!approximate);
            qint32 l = 0;
            qint32 r = 0;
            std::size_t matched = 0;
            for (const DiffRow& row : rows) {
                QVERIFY(row.left < 0 || row.left == l++);
                QVERIFY(row.right < 0 || row.right == r++);
                if (row.kind == DiffRow::Kind::same) {
                    QCOMPARE(left[static_cast<std::size_t>(row.left)], right[static_cast<std::size_t>(row.right)]);
                    ++matched;
                }
            }
            QCOMPARE(static_cast<std::size_t>(l), left.size());
            QCOMPARE(static_cast<std::size_t>(r), right.size());
            std::vector<std::vector<std::size_t>> longest(left.size() + 1, std::vector<std::size_t>(right.size() + 1));
            for (std::size_t i = 0; i < left.size(); ++i) {
                for (std::size_t j = 0; j < right.size(); ++j) {
                    longest[i + 1][j + 1] =
                        left[i] == right[j] ? longest[i][j] + 1 : std::max(longest[i][j + 1], longest[i + 1][j]);
                }
            }
            QCOMPARE(matched, longest.back().back());
        }
    }

    void tooManyEditsAreApproximate() {
        std::vector<QByteArray> left;
        std::vector<QByteArray> right;
        for (int i = 0; i < 500; ++i) {
            left.push_back("l" + QByteArray::number(i));
            right.push_back("r" + QByteArray::number(i));
        }
        Progress progress;
        bool approximate = false;
        const auto rows = diffLines(left, right, 50, &approximate, progress);
        QVERIFY(approximate);
        QCOMPARE(rows.size(), std::size_t{500});
    }

    void hexRowsLineUp() {
        QByteArray left(64, '\0');
        QByteArray right = left;
        right[20] = 'x';
        Progress progress;
        const Diff diff = diffHex(left, right, progress);
        QCOMPARE(diff.rows.size(), std::size_t{4});
        QCOMPARE(diff.changes(), quint64{1});
        QCOMPARE(diff.left.labels[1], QStringLiteral("00000010"));
        const ChangedPart part = changedPart(u"abcXdef", u"abcYYdef");
        QCOMPARE(part.begin, qsizetype{3});
        QCOMPARE(part.leftEnd, qsizetype{4});
        QCOMPARE(part.rightEnd, qsizetype{5});
    }

    void structuresAreCompared() {
        QCOMPARE(changes(R"({"a": 1, "b": 2})", R"({"b": 2, "a": 1})"), QStringList());
        QCOMPARE(changes(R"({"total": 119.90})", R"({"total": 129.90})"), list({"total: 119.90 -> 129.90"}));
        QCOMPARE(changes(R"({"n": 9007199254740992})", R"({"n": 9007199254740993})"),
                 list({"n: 9007199254740992 -> 9007199254740993"}));
        QCOMPARE(changes(R"({"n": 1})", R"({"n": 1.0})"), list({"n: 1 -> 1.0"}));
        QCOMPARE(changes(R"({"a": [1, 2, 3]})", R"({"a": [1, 3]})"), list({"a[1]: 2 -> "}));
        QCOMPARE(changes(R"({"a": [{"q": 1}]})", R"({"a": [{"q": 2}], "b": []})"),
                 list({"a[0].q: 1 -> 2", "b:  -> []"}));
        QCOMPARE(changes(R"({"a": 1, "a": 2})", R"({"a": 1, "a": 3})"), list({"a: 2 -> 3"}));
        QCOMPARE(changes("[]", "{}"), list({"$: [] -> {}"}));
        TreeDiff diff;
        QCOMPARE(changeSummary(diff), QString());
        diff.changes.push_back(
            {TreeChange::Kind::changed, QStringLiteral("total"), QStringLiteral("119.90"), QStringLiteral("129.90")});
        QCOMPARE(changeSummary(diff), QString::fromUtf8("total 119.90 → 129.90"));
        diff.changes.front().kind = TreeChange::Kind::added;
        QCOMPARE(changeSummary(diff), QStringLiteral("total added"));
    }
};

RUSTCASK_TEST_MAIN(TestValueDiff)
#include "tst_value_diff.moc"

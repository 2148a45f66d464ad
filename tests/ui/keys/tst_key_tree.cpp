// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>
#include <numeric>

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "models/key_order.h"
#include "models/key_tree_model.h"
#include "pages/keys/key_tree_view.h"
#include "settings/settings.h"
#include "support/temporary_directory.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "synthetic_source.h"
#include "widgets/tall_table_view.h"

using namespace rustcask;
using namespace rustcask::ui;
using rustcask::test::makeSource;
using rustcask::test::SeededRandom;
using rustcask::test::SyntheticSource;

namespace {

std::shared_ptr<const SyntheticSource> sourceOf(const std::vector<std::string>& keys) {
    std::vector<SyntheticSource::Entry> entries;
    for (const std::string& key : keys) {
        entries.push_back({key, {1}, 0, static_cast<std::uint32_t>(key.size() * 10), {entries.size() + 1}});
    }
    return std::make_shared<const SyntheticSource>(std::move(entries));
}

KeyTable tableOf(const std::shared_ptr<const SyntheticSource>& source) {
    return {source, std::make_shared<const KeyOverlay>(source->size())};
}

std::shared_ptr<const RowIds> sorted(const KeySource& source) {
    Progress progress;
    return std::make_shared<const RowIds>(*sortByKey(source, progress));
}

/// The rows as text, a line each: "> " closed folder, "v " open folder, keys plain; indented.
QString printed(const KeyTreeModel& model) {
    QString text;
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex index = model.index(row, 0);
        text += QString(2 * index.data(KeyTreeModel::depthRole).toInt(), QLatin1Char(' '));
        text += !index.data(KeyTreeModel::folderRole).toBool() ? QString()
                : index.data(KeyTreeModel::openRole).toBool()  ? QStringLiteral("v ")
                                                               : QStringLiteral("> ");
        text += index.data().toString();
        if (model.isFolder(row)) {
            text += QStringLiteral(" (%1)").arg(index.siblingAtColumn(KeyTreeModel::keysColumn).data().toString());
        }
        text += QLatin1Char('\n');
    }
    return text;
}

/// "depth name" of every row; folders end in the separator, open ones in "+" after it.
std::vector<std::string> rowsAsWritten(const TreeRows& rows, const std::vector<std::string>& keys) {
    std::vector<std::string> lines;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const TreeRows::Place place = rows.at(row);
        const std::string& key = keys[place.what.begin + (place.what.isFolder() ? 0 : row - place.firstRow)];
        lines.push_back(std::to_string(place.depth) + " " +
                        (place.what.isFolder() ? key.substr(0, place.what.prefixBytes) : key) +
                        (place.isOpen() ? "+" : ""));
    }
    return lines;
}

/// The same by going through all keys from `begin` to `end`, which begin with the same `prefixBytes` bytes.
std::vector<std::string> expectedRows(const std::vector<std::string>& keys, const TreeRows::OpenFolders& open,
                                      std::size_t begin, std::size_t end, std::size_t prefixBytes, int depth) {
    std::vector<std::string> lines;
    for (std::size_t key = begin; key < end;) {
        const std::size_t at = keys[key].find(':', prefixBytes);
        const std::string name = keys[key].substr(0, at == std::string::npos ? at : at + 1);
        std::size_t next = key + 1;
        while (at != std::string::npos && next < end && keys[next].starts_with(name)) {
            ++next;
        }
        const bool isOpen = at != std::string::npos && open.contains(name);
        lines.push_back(std::to_string(depth) + " " + name + (isOpen ? "+" : ""));
        if (isOpen) {
            const auto below = expectedRows(keys, open, key, next, name.size(), depth + 1);
            lines.insert(lines.end(), below.begin(), below.end());
        }
        key = next;
    }
    return lines;
}

} // namespace

class TestKeyTree : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void showsFoldersByAnySeparator() {
        const auto source =
            sourceOf({"a", "a:b", "a:b:c", "a::x", "b:1", "b:2", std::string("b:\0\xff", 4), "c/d:e", "c/f", "z"});
        TaskRunner runner;
        KeyTreeModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRunner(&runner);
        model.show(tableOf(source), sorted(*source), nullptr);
        QTRY_COMPARE(model.state(), KeyTreeModel::State::ready);
        QCOMPARE(printed(model), QStringLiteral("a\n> a: (3)\n> b: (3)\n> c/d: (1)\nc/f\nz\n"));
        model.setOpen(1, true);
        QTRY_VERIFY(model.isOpen(1));
        QCOMPARE(printed(model),
                 QStringLiteral("a\nv a: (3)\n  > : (1)\n  b\n  > b: (1)\n> b: (3)\n> c/d: (1)\nc/f\nz\n"));
        model.setOpen(5, true);
        QTRY_VERIFY(model.isOpen(5));
        QVERIFY(printed(model).contains(QStringLiteral("v b: (3)\n  \\x00\\xff\n  1\n  2\n")));
        QCOMPARE(model.key(6), QByteArray("b:\0\xff", 4));
        QCOMPARE(model.parentRow(6), 5);
        QCOMPARE(model.parentRow(0), -1);
        QCOMPARE(model.index(5, KeyTreeModel::sizeColumn).data().toString(), QStringLiteral("100 B"));
        QCOMPARE(model.rowOf("b:2"), 8);
        QCOMPARE(model.rowOf("c/d:e"), 9); // in a closed folder
        QCOMPARE(model.rowOf("none"), -1);
        model.setOpen(1, false);
        QCOMPARE(model.rowCount(), 9);
        QVERIFY(!model.isOpen(1));
        model.setSeparator("/");
        QTRY_COMPARE(printed(model), QStringLiteral("a\na::x\na:b\na:b:c\nb:\\x00\\xff\nb:1\nb:2\n> c/ (2)\nz\n"));
        model.setSeparator("b:");
        QTRY_VERIFY(printed(model).contains(QStringLiteral("> a:b: (1)\n> b: (3)\n")));
    }

    /// Open folders stay open when the keys change, and what they hold is right at any moment.
    void keepsFoldersOpenThroughChanges() {
        TaskRunner runner;
        KeyTreeModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRunner(&runner);
        const auto before = sourceOf({"x:1", "x:2", "y:1"});
        model.show(tableOf(before), sorted(*before), nullptr);
        QTRY_COMPARE(model.rowCount(), 2);
        model.setOpen(0, true);
        QTRY_COMPARE(model.rowCount(), 4);
        const auto after = sourceOf({"a:1", "x:2", "x:3", "x:4"});
        model.show(tableOf(after), sorted(*after), nullptr);
        QTRY_COMPARE(printed(model), QStringLiteral("> a: (1)\nv x: (3)\n  2\n  3\n  4\n"));
        // From rows in another order, and with edits laid over.
        KeyOverlay edits(after->size());
        const RowId added = edits.add("x:25", {{9}, 1, 5, {99}, std::nullopt});
        const KeyTable edited(after, std::make_shared<const KeyOverlay>(edits));
        model.show(edited, std::make_shared<const RowIds>(RowIds{3, added, 1, 0}), sorted(*after));
        QTRY_COMPARE(printed(model), QStringLiteral("> a: (1)\nv x: (3)\n  2\n  25\n  4\n"));
        model.setRunner(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void addsUpAndSelects() {
        SeededRandom random;
        const auto source = makeSource(20'000, random);
        Progress progress;
        const auto rows = sorted(*source);
        const auto tree = KeyTree::make(tableOf(source), rows, ":", progress);
        std::vector<std::uint64_t> sums{0};
        for (const RowId id : *rows) {
            sums.push_back(sums.back() + source->entry(id).valueBytes);
        }
        for (int i = 0; i < 200; ++i) {
            const std::size_t a = random.below(rows->size() + 1);
            const std::size_t b = random.below(rows->size() + 1);
            QCOMPARE(tree->valueBytes(std::min(a, b), std::max(a, b)), sums[std::max(a, b)] - sums[std::min(a, b)]);
        }
        const auto all = tree->children(0, rows->size(), 0, progress);
        std::size_t end = 0; // they cover everything, without a gap
        for (const KeyTree::Child& child : *all) {
            QCOMPARE(std::size_t{child.begin}, end);
            end = child.end;
        }
        QCOMPARE(end, rows->size());
        Progress cancelled;
        cancelled.cancel();
        QVERIFY(KeyTree::make(tableOf(source), rows, ":", cancelled) == nullptr);

        TaskRunner runner;
        KeyTreeModel model;
        model.setRunner(&runner);
        model.show(tableOf(source), rows, nullptr);
        QTRY_COMPARE(model.state(), KeyTreeModel::State::ready);
        QCOMPARE(model.selection({{0, static_cast<std::size_t>(model.rowCount())}}).size(), rows->size());
        for (int row = 0; row < model.rowCount(); ++row) {
            if (model.isFolder(row)) {
                const auto r = static_cast<std::size_t>(row);
                const KeySelection inside = model.selection({{r, r + 1}});
                const QByteArray prefix = model.key(row);
                QVERIFY(!inside.isEmpty());
                for (std::size_t i = 0; i < inside.size(); ++i) {
                    QVERIFY(inside.entry(i).key.starts_with(prefix.toStdString()));
                }
            }
        }
    }

    /// Folders opened and closed in any order, against rows written out one by one.
    void anyOrderOfOpeningAndClosing() {
        SeededRandom random;
        std::vector<std::string> keys;
        for (int i = 0; i < 400; ++i) {
            std::string key;
            for (std::uint64_t parts = random.below(5); parts > 0; --parts) {
                key += static_cast<char>('a' + random.below(3));
                key += ':';
            }
            keys.push_back(key + std::to_string(i));
        }
        std::sort(keys.begin(), keys.end());
        const auto source = sourceOf(keys);
        Progress progress;
        const auto tree = KeyTree::make(tableOf(source), sorted(*source), ":", progress);
        TreeRows::OpenFolders open;
        auto rows = TreeRows::make(*tree, open, progress).value();
        for (int change = 0; change < 300; ++change) {
            const std::size_t row = random.below(rows.size());
            const TreeRows::Place place = rows.at(row);
            if (!place.what.isFolder()) {
                continue;
            }
            const std::string prefix = keys[place.what.begin].substr(0, place.what.prefixBytes);
            if (place.isOpen()) {
                open.erase(prefix);
                QCOMPARE(rows.close(row).size(), place.rowsBelow);
            } else {
                open.insert(prefix);
                rows.open(row, TreeRows::make(*tree, place, open, progress).value());
            }
            QCOMPARE(rowsAsWritten(rows, keys), expectedRows(keys, open, 0, keys.size(), 0, 0));
            const TreeRows again = TreeRows::make(*tree, open, progress).value(); // the same at once
            QCOMPARE(rowsAsWritten(again, keys), rowsAsWritten(rows, keys));
            const std::size_t key = random.below(keys.size());
            const TreeRows::Place shown = rows.at(rows.rowOf(key));
            QVERIFY(shown.what.begin <= key && key < shown.what.end && !shown.isOpen());
            for (std::size_t at = 0; at < rows.size(); at += 7) {
                const TreeRows::Place here = rows.at(at);
                const auto parent = rows.parentOf(at);
                QCOMPARE(parent.has_value(), here.depth > 0);
                QVERIFY(!parent || (rows.at(*parent).depth + 1 == here.depth && rows.at(*parent).isOpen() &&
                                    rows.at(*parent).what.prefixBytes == here.parentBytes));
                if (here.what.isFolder()) {
                    QCOMPARE(rows.rowOfFolder(here.what.begin, here.what.prefixBytes), std::optional(at));
                }
                const std::size_t to = at + 1 + random.below(rows.size() - at);
                std::size_t first = keys.size();
                std::size_t end = 0;
                for (std::size_t each = at; each < to; ++each) {
                    const TreeRows::Place one = rows.at(each);
                    const std::size_t begin = one.what.begin + (one.what.isFolder() ? 0 : each - one.firstRow);
                    first = std::min(first, begin);
                    end = std::max(end, one.what.isFolder() ? std::size_t{one.what.end} : begin + 1);
                }
                QCOMPARE(rows.keysOf(at, to), std::pair(first, end));
            }
        }
    }

    /// So many keys that several threads look for the folders: some begin before a thread's part and end in the next.
    void foldersOfManyKeys() {
        SeededRandom random;
        std::vector<std::string> keys;
        while (keys.size() < 300'000) {
            const std::string folder = std::to_string(random.below(1'000'000)) + (random.below(3) == 0 ? "" : ":");
            const std::uint64_t inFolder = random.below(100) == 0 ? random.below(40'000) : random.below(5);
            for (std::uint64_t i = 0; i <= inFolder; ++i) {
                keys.push_back(folder + std::to_string(i));
            }
        }
        std::sort(keys.begin(), keys.end());
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
        const auto source = sourceOf(keys);
        Progress progress;
        const auto tree = KeyTree::make(tableOf(source), sorted(*source), ":", progress);
        std::uint64_t sum = 0;
        for (const std::string& key : keys) {
            sum += key.size() * 10;
        }
        QCOMPARE(tree->valueBytes(0, keys.size()), sum);
        const TreeRows rows = TreeRows::make(*tree, {}, progress).value();
        QCOMPARE(rowsAsWritten(rows, keys), expectedRows(keys, {}, 0, keys.size(), 0, 0));
        Progress cancelled;
        cancelled.cancel();
        QVERIFY(!TreeRows::make(*tree, {}, cancelled));
    }

    void isUsedByKeyboardAndNamed() {
        const rustcask::test::TemporaryDirectory directory;
        Settings settings(directory.text() + QStringLiteral("/settings.ini"));
        TaskRunner runner;
        KeyTreeView view(settings);
        view.resize(500, 400);
        view.show();
        QCOMPARE(rustcask::test::auditWidgets(view), QStringList());
        const auto source = sourceOf({"a:1", "a:2", "b"});
        view.model().setRunner(&runner);
        view.model().show(tableOf(source), sorted(*source), nullptr);
        QTRY_COMPARE(view.model().rowCount(), 2);
        QSignalSpy chosen(&view, &KeyTreeView::keyChosen);
        view.table()->selectRow(0);
        QTest::keyClick(view.table(), Qt::Key_Right);
        QTRY_COMPARE(view.model().rowCount(), 4);
        QCOMPARE(chosen.size(), 0); // a folder is no key
        QTest::keyClick(view.table(), Qt::Key_Down);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.first().first().toByteArray(), QByteArray("a:1"));
        QTest::keyClick(view.table(), Qt::Key_Left); // to the folder, and closed
        QCOMPARE(view.table()->currentIndex().row(), 0);
        QTest::keyClick(view.table(), Qt::Key_Left);
        QCOMPARE(view.model().rowCount(), 2);
        view.setSeparatorText(QStringLiteral("\\x31"));
        QCOMPARE(view.model().separator(), QByteArray("1"));
        QTRY_COMPARE(printed(view.model()), QStringLiteral("> a:1 (1)\na:2\nb\n"));
        view.setSeparatorText(QStringLiteral("/"));
        QTRY_COMPARE(view.model().rowCount(), 3);
        KeyTreeView again(settings); // remembered
        QCOMPARE(again.model().separator(), QByteArray("/"));
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestKeyTree)
#include "tst_key_tree.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "page_fixture.h"

using namespace rustcask;
using namespace rustcask::ui;
using rustcask::test::hashOf;

class TestKeysViews : public rustcask::test::KeysPageFixture {
    Q_OBJECT

private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { tearDown(); }

    void listsAndRestoresDeletedKeys() {
        fill({{"a", "1"}, {"b", "2"}, {"c", "3"}});
        open();
        m_session->remove("a", m_page.get());
        m_session->remove("c", m_page.get());
        QTRY_COMPARE(model().rowCount(), 1);
        action("deleted")->trigger();
        QTRY_COMPARE(model().rowCount(), 2);
        QVERIFY(!action("delete")->isEnabled() && !action("new")->isEnabled());
        QVERIFY(m_page->list().selectKey("c"));
        QTRY_COMPARE(m_page->value().document().bytes, QByteArray("3"));
        QVERIFY(m_page->value().showsVersion());
        QVERIFY(!m_page->value().isDirty());
        QVERIFY(action("restore")->isEnabled());
        action("restore")->trigger();
        QTRY_COMPARE(stored("c"), std::optional<std::string>("3"));
        QTRY_COMPARE(model().rowCount(), 1); // no more deleted
        QCOMPARE(model().key(0), QByteArray("a"));
        action("now")->trigger();
        QTRY_VERIFY(isSettled() && model().rowCount() == 2);
        m_session->undoStack().undo();
        QTRY_COMPARE(stored("c"), std::optional<std::string>());
        QTRY_COMPARE(model().rowCount(), 1);
        QVERIFY(action("new")->isEnabled());
    }

    void showsTheListAsOfAMoment() {
        fill({{"a", "1"}, {"b", "2"}, {"a", "new"}, {"c", "3"}});
        const QByteArray before = hashOf(path());
        open(true);
        action("asOf")->trigger();
        auto* asked = m_page->findChild<MomentDialog*>();
        QVERIFY(asked != nullptr);
        QCOMPARE(rustcask::test::auditWidgets(*asked), QStringList());
        asked->chooseRecord(QStringLiteral("0"));
        QVERIFY(!asked->moment().has_value());
        asked->chooseRecord(QStringLiteral("2"));
        Q_EMIT asked->chosen(*asked->moment());
        QTRY_VERIFY(isSettled() && model().rowCount() == 2);
        select("a");
        QTRY_COMPARE(m_page->value().document().bytes, QByteArray("1"));
        QVERIFY(m_page->value().showsVersion());
        QVERIFY(!action("restore")->isEnabled()); // read-only
        m_page->list().setFilterText(QStringLiteral("b"));
        QTRY_VERIFY(isSettled());
        QCOMPARE(model().rowCount(), 1);
        m_page->list().clearFilter();
        action("now")->trigger();
        QTRY_VERIFY(isSettled() && model().rowCount() == 3);
        select("a");
        QTRY_COMPARE(m_page->value().document().bytes, QByteArray("new"));
        closeSession();
        QCOMPARE(hashOf(path()), before);
    }

    void worksInFolders() {
        fill({{"order:1", "a"}, {"order:2", "b"}, {"user:1", "c"}, {"z", "d"}});
        open();
        action("tree")->trigger();
        QVERIFY(m_page->list().isTreeShown());
        KeyTreeView& tree = m_page->list().tree();
        QTRY_COMPARE(tree.model().rowCount(), 3);
        tree.table()->selectRow(0);
        QCOMPARE(m_page->list().selectedCount(), quint64{2}); // a folder is all its keys
        QTRY_VERIFY(action("delete")->isEnabled());
        action("delete")->trigger();
        auto* box = m_page->findChild<QMessageBox*>();
        QVERIFY(box != nullptr && box->text().contains(QStringLiteral("2 keys")));
        for (QAbstractButton* button : box->buttons()) {
            if (box->buttonRole(button) == QMessageBox::AcceptRole) {
                button->click();
                break;
            }
        }
        QTRY_COMPARE(m_session->database()->stats().liveKeys, std::uint64_t{2});
        QTRY_COMPARE(tree.model().rowCount(), 2); // the tree follows
        m_session->undoStack().undo();
        QTRY_COMPARE(tree.model().rowCount(), 3);
        m_page->list().setFilterText(QStringLiteral("user"));
        QTRY_COMPARE(tree.model().rowCount(), 1);
        m_page->list().clearFilter();
        action("tree")->trigger();
        QVERIFY(!m_page->list().isTreeShown());
        QTRY_COMPARE(model().rowCount(), 4);
    }

    void remembersSearches() {
        fill({{"Apple", "1"}, {"banana", "apple"}});
        open();
        KeyFindBar& find = m_page->list().findBar();
        find.setFilter({MatchMode::contains, QStringLiteral("apple"), true, false});
        QTRY_VERIFY(isSettled());
        QCOMPARE(model().rowCount(), 0);
        find.setFilter({MatchMode::contains, QStringLiteral("apple"), true, true});
        QTRY_VERIFY(isSettled());
        QCOMPARE(model().rowCount(), 1);
        QCOMPARE(model().key(0), QByteArray("banana"));
        // An edited value belongs to the rows as soon as it holds the text.
        m_session->put("Apple", "an apple", m_page.get());
        QTRY_COMPARE(model().rowCount(), 2);
        m_session->put("banana", "a pear", m_page.get());
        QTRY_COMPARE(model().rowCount(), 1);
        find.clear();
        QCOMPARE(find.searches().size(), 1);
        QCOMPARE(find.searches().first(), (KeyFilter{MatchMode::contains, QStringLiteral("apple"), true, true}));
        QVERIFY(!filterFromText(QStringLiteral("9x")).has_value());
        const KeyFilter odd{MatchMode::regex, QStringLiteral(" 1|2\t "), false, true};
        QCOMPARE(filterFromText(filterToText(odd)), std::optional(odd));
    }

    void copiesAndExportsWhatIsSelected() {
        fill({{"a", "1"}, {"b", "2"}, {"c", "3"}});
        open();
        QSignalSpy exported(m_page.get(), &Page::exportRequested);
        action("selectAll")->trigger();
        QCOMPARE(m_page->list().selectedCount(), quint64{3});
        action("exportSelected")->trigger();
        QCOMPARE(exported.size(), 1);
        const auto request = exported.first().first().value<ExportRequest>();
        QCOMPARE(request.count, std::size_t{3});
        QVERIFY(request.keyAt(2) == "c");
        action("copyKey")->trigger();
        QTRY_COMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("a\nb\nc"));
        m_page->list().setFilterText(QStringLiteral("b"));
        QTRY_VERIFY(isSettled() && action("exportMatching")->isEnabled());
        action("exportMatching")->trigger();
        QCOMPARE(exported.last().first().value<ExportRequest>().count, std::size_t{1});
        // Columns are chosen from actions, and the choice is kept.
        action("columnWritten")->trigger();
        QVERIFY(m_page->list().table()->isColumnHidden(KeyListModel::writtenColumn));
    }

    /// What is exported from a list of the past are the values of then, wherever the keys are now.
    void exportsThePast() {
        fill({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"a", "new"}});
        open();
        m_session->remove("b", m_page.get());
        QTRY_COMPARE(model().rowCount(), 2);
        QSignalSpy exported(m_page.get(), &Page::exportRequested);
        const auto contents = [&] {
            const auto request = exported.last().first().value<ExportRequest>();
            std::map<std::string, std::string> records;
            for (std::size_t i = 0; i < request.count; ++i) {
                std::string value;
                if (const auto found = request.valueAt(i, value); found && *found) {
                    records.emplace(request.keyAt(i), value);
                }
            }
            return records;
        };
        action("deleted")->trigger();
        QTRY_VERIFY(isSettled() && model().rowCount() == 1);
        QTRY_VERIFY(action("exportMatching")->isEnabled());
        action("exportMatching")->trigger();
        QCOMPARE(exported.size(), 1);
        QCOMPARE(contents(), (std::map<std::string, std::string>{{"b", "2"}}));
        QVERIFY(exported.last().first().value<ExportRequest>().what.contains(QStringLiteral("deleted")));
        action("asOf")->trigger();
        auto* asked = m_page->findChild<MomentDialog*>();
        asked->chooseRecord(QStringLiteral("3"));
        Q_EMIT asked->chosen(*asked->moment());
        QTRY_VERIFY(isSettled() && model().rowCount() == 3);
        action("selectAll")->trigger();
        QTRY_VERIFY(action("exportSelected")->isEnabled());
        action("exportSelected")->trigger();
        const std::map<std::string, std::string> then{{"a", "1"}, {"b", "2"}, {"c", "3"}};
        QCOMPARE(contents(), then);
    }

    void keepsALargeSelectionWhileOthersWrite() {
        std::vector<std::pair<std::string, std::string>> records;
        for (int i = 0; i < 5000; ++i) {
            records.emplace_back("key " + std::to_string(10'000 + i), "v");
        }
        fill(records);
        open();
        QTableView* table = m_page->list().table();
        const auto range = [&](int first, int last) {
            return QItemSelection(model().index(first, 0), model().index(last, KeyListModel::columns - 1));
        };
        table->selectionModel()->select(range(100, 3099), QItemSelectionModel::ClearAndSelect);
        QCOMPARE(m_page->list().selectedCount(), quint64{3000});
        // Not by way of the session: as another process would.
        RUSTCASK_OK(m_session->database()->put("key 11000 and more", "v"));
        RUSTCASK_OK(m_session->database()->remove("key 10200"));
        action("refresh")->trigger();
        QTRY_COMPARE(m_page->list().selectedCount(), quint64{2999});
        const KeySelection chosen = m_page->list().selection();
        QVERIFY(chosen.entry(0).key == "key 10100");
        QVERIFY(chosen.entry(chosen.size() - 1).key == "key 13099");
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            QVERIFY(chosen.entry(i).key.size() == 9); // what was put between them is not selected
        }
        // The other way round, then within a filter.
        action("sortKey")->trigger();
        QTRY_VERIFY(isSettled() && model().key(0) == "key 14999");
        QTRY_COMPARE(m_page->list().selectedCount(), quint64{2999});
        m_page->list().setFilterText(QStringLiteral("key 12"), MatchMode::prefix);
        QTRY_VERIFY(isSettled() && model().rowCount() == 1000);
        QTRY_COMPARE(m_page->list().selectedCount(), quint64{1000});
        // A choice made meanwhile counts, not the one that is still being looked for.
        m_page->list().clearFilter();
        QTRY_VERIFY(isSettled() && model().rowCount() == 5000);
        table->selectionModel()->select(range(0, 2999), QItemSelectionModel::ClearAndSelect);
        action("refresh")->trigger();
        QSignalSpy reset(&model(), &QAbstractItemModel::modelReset);
        QTRY_VERIFY(!reset.isEmpty());
        table->selectionModel()->select(range(7, 7), QItemSelectionModel::ClearAndSelect);
        QTRY_VERIFY(isSettled() && m_session->tasks().tasks().isEmpty());
        QCOMPARE(m_page->list().selectedCount(), quint64{1});
    }

    /// With Ctrl down, as while a shortcut is pressed, a view's own `selectRow` would take the row out again.
    void selectsARowWhateverIsHeldDown() {
        fill({{"a", "1"}, {"b", "2"}});
        open();
        select("b");
        QTest::keyPress(m_page->windowHandle(), Qt::Key_Control, Qt::ControlModifier);
        QVERIFY(m_page->list().selectKey("b"));
        QCOMPARE(m_page->list().selectedCount(), quint64{1});
        QVERIFY(m_page->list().selectKey("a"));
        QCOMPARE(m_page->list().selectedCount(), quint64{1});
        QTest::keyRelease(m_page->windowHandle(), Qt::Key_Control);
    }

    void everyActionHasAShortcut() {
        for (const ActionRegistry::Entry& entry : m_actions->entries()) {
            QVERIFY2(!entry.action->shortcuts().isEmpty(), qPrintable(entry.id));
            const QString shortcut = entry.action->shortcut().toString(QKeySequence::NativeText);
            QVERIFY2(entry.action->toolTip().contains(shortcut), qPrintable(entry.action->toolTip()));
        }
        QCOMPARE(m_actions->conflicts(), QStringList());
    }

    void savesAndDiscardsAllEdits() {
        fill({{"a", "1"}, {"b", "2"}, {"c", "3"}});
        open();
        for (const char* key : {"a", "b", "c"}) {
            select(key);
            type(QStringLiteral("typed into ") + QString::fromLatin1(key));
        }
        QVERIFY(action("saveAll")->isEnabled());
        RUSTCASK_OK(m_session->database()->put("b", "theirs"));
        action("saveAll")->trigger();
        QTRY_COMPARE(stored("a"), std::optional<std::string>("typed into a"));
        QTRY_COMPARE(stored("c"), std::optional<std::string>("typed into c"));
        QTRY_VERIFY(m_page->list().banner().isVisible()); // what somebody else changed is not overwritten
        QCOMPARE(stored("b"), std::optional<std::string>("theirs"));
        QVERIFY(m_page->hasUnsavedEdits());
        QVERIFY(model().index(model().rowOf("b"), 0).data(KeyListModel::draftRole).toBool());
        action("discardAll")->trigger();
        auto* box = m_page->findChild<QMessageBox*>();
        QVERIFY(box != nullptr);
        for (QAbstractButton* button : box->buttons()) {
            if (box->buttonRole(button) == QMessageBox::DestructiveRole) {
                button->click();
                break;
            }
        }
        QTRY_VERIFY(!m_page->hasUnsavedEdits());
        select("b");
        QTRY_COMPARE(textEditor()->toPlainText(), QStringLiteral("theirs"));
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestKeysViews)
#include "tst_keys_views.moc"

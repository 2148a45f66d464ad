// SPDX-License-Identifier: GPL-3.0-or-later
// What must never happen in the Keys page, where no other test has it: engine/doc/testing.md lists all of it.
#include "page_fixture.h"

#include <QLabel>

using namespace rustcask;
using namespace rustcask::ui;
using rustcask::test::hashOf;

class TestKeysPromises : public rustcask::test::KeysPageFixture {
    Q_OBJECT
private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { tearDown(); }

    void lookingChangesNoByteOfAReadOnlyDirectory() {
        std::vector<std::pair<std::string, std::string>> records;
        for (int i = 0; i < 3000; ++i) {
            records.emplace_back("user:" + std::to_string(i % 2000), "{\"n\": " + std::to_string(i) + "}");
        }
        fill(records);
        const QByteArray before = hashOf(path());
        open(true);
        QCOMPARE(model().rowCount(), 2000);
        // Searches that are superseded, one after the other, in keys and in values.
        for (int i = 0; i < 20; ++i) {
            m_page->list().setFilterText(QStringLiteral("(%1|x)+").arg(i), MatchMode::regex);
            QCoreApplication::processEvents();
        }
        KeyFilter inValues;
        inValues.text = QStringLiteral("\"n\": 29");
        inValues.inValues = true;
        m_page->list().loader().setFilter(inValues);
        QTRY_VERIFY(isSettled());
        QVERIFY(model().rowCount() > 0);
        m_page->list().clearFilter();
        m_page->list().loader().setFilter({});
        QTRY_VERIFY(isSettled());
        for (const int column : {KeyListModel::sizeColumn, KeyListModel::writtenColumn, KeyListModel::keyColumn}) {
            m_page->list().sortBy(column);
            QTRY_VERIFY(isSettled());
        }
        select("user:7");
        for (const ValuePanel::Tab tab :
             {ValuePanel::textTab, ValuePanel::jsonTab, ValuePanel::treeTab, ValuePanel::hexTab}) {
            m_page->value().setTab(tab);
            QCoreApplication::processEvents();
        }
        action("tree")->trigger();
        QTRY_VERIFY(m_page->list().tree().model().state() == KeyTreeModel::State::ready);
        m_page->list().openFirstFolder();
        action("tree")->trigger();
        action("deleted")->trigger();
        QTRY_VERIFY(isSettled());
        action("now")->trigger();
        action("refresh")->trigger();
        QTRY_VERIFY(isSettled());
        closeSession();
        QCOMPARE(hashOf(path()), before);
    }

    void deletesTheRightOneOfKeysThatLookAlike() {
        const std::vector<std::string> alike = {std::string("a\0b", 3),
                                                "a\\x00b",
                                                "a\\0b",
                                                "ab",
                                                "\xff",
                                                "\xc3\xbf",
                                                "\\xff",
                                                "e\xcc\x81",
                                                "\xc3\xa9",
                                                "x ",
                                                "x",
                                                "X"};
        std::vector<std::pair<std::string, std::string>> records;
        for (const std::string& key : alike) {
            records.emplace_back(key, "value of " + key);
        }
        fill(records);
        open();
        QCOMPARE(model().rowCount(), static_cast<int>(alike.size()));
        QSet<QString> shown;
        for (int row = 0; row < model().rowCount(); ++row) {
            shown << model().index(row, 0).data().toString();
        }
        QCOMPARE(shown.size(), static_cast<qsizetype>(alike.size())); // no two as one
        for (const std::string& key : alike) {
            select(QByteArray::fromStdString(key));
            QCOMPARE(m_page->value().document().bytes, QByteArray::fromStdString("value of " + key));
            QTRY_VERIFY(action("delete")->isEnabled());
            action("delete")->trigger();
            QTRY_COMPARE(stored(key), std::optional<std::string>());
            for (const std::string& other : alike) {
                QVERIFY2(other == key || stored(other).has_value(), other.c_str());
            }
            QTRY_COMPARE(m_session->undoStack().index(), 1);
            m_session->undoStack().undo();
            QTRY_COMPARE(stored(key), std::optional<std::string>("value of " + key));
            QTRY_VERIFY(model().rowOf(QByteArray::fromStdString(key)) >= 0);
        }
    }

    void namesAreTextEverywhere() {
        const QByteArray name("<img src=x onerror=y><b>bold</b>&amp;%1&f");
        fill({{name.toStdString(), "<i>value</i>"}, {"b", "2"}});
        open();
        select(name);
        QCOMPARE(model().index(model().rowOf(name), 0).data().toString(), QString::fromUtf8(name));
        const QString tip = model().index(model().rowOf(name), 0).data(Qt::ToolTipRole).toString();
        QVERIFY2(tip.contains(QStringLiteral("&lt;img src=x")) && !tip.contains(QStringLiteral("<img")),
                 qPrintable(tip));
        type(QStringLiteral("changed")); // the name comes up in the menu of unsaved edits, too
        action("rename")->trigger();
        QVERIFY(dialog() != nullptr);
        const auto labels = m_page->findChildren<QLabel*>();
        for (const QLabel* label : labels) {
            QVERIFY2(label->text().isEmpty() || label->textFormat() == Qt::PlainText, qPrintable(label->text()));
            QVERIFY2(!label->toolTip().contains(QStringLiteral("<img")), qPrintable(label->toolTip()));
        }
        QVERIFY(!labels.isEmpty());
        dialog()->close();
        action("discard")->trigger();
        QTRY_VERIFY(!m_page->hasUnsavedEdits());
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestKeysPromises)
#include "tst_keys_promises.moc"

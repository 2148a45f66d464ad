// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QWidget>

#include "actions/action_registry.h"
#include "support/widget_test_main.h"
#include "window/command_palette.h"

using namespace rustcask::ui;

class TestActions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void actionsAreFoundByName() {
        QWidget window;
        ActionRegistry registry(&window);
        QAction* action = registry.add(QStringLiteral("keys.new"), QStringLiteral("&New key…"),
                                       QKeySequence(Qt::CTRL | Qt::Key_N), QStringLiteral("Keys"), nullptr);
        QCOMPARE(registry.action(QStringLiteral("keys.new")), action);
        QCOMPARE(registry.action(QStringLiteral("keys.old")), nullptr);
        QVERIFY(window.actions().contains(action));
        QVERIFY(action->toolTip().startsWith(QStringLiteral("New key (")));
        QCOMPARE(registry.entries().size(), 1);
    }

    void actionsGoWithTheirOwner() {
        QWidget window;
        ActionRegistry registry(&window);
        auto page = std::make_unique<QWidget>();
        registry.add(QStringLiteral("a"), QStringLiteral("A"), QKeySequence(), QStringLiteral("X"), page.get());
        page.reset();
        QVERIFY(registry.entries().isEmpty());
    }

    void shortcutConflictsAreFound() {
        QWidget window;
        QWidget keys(&window);
        QWidget storage(&window);
        ActionRegistry registry(&window);
        const QKeySequence f2(Qt::Key_F2);
        const auto add = [&](const char* id, QObject* owner) {
            return registry.add(QString::fromLatin1(id), QString::fromLatin1(id), f2, QStringLiteral("X"), owner);
        };
        add("keys.rename", &keys);
        add("storage.rename", &storage); // never visible at once
        QVERIFY(registry.conflicts().isEmpty());
        QAction* refused = nullptr;
        const auto expectConflict = [] {
            // The registry reports through qCritical; here it is what is wanted.
            return qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
        };
        const QtMessageHandler before = expectConflict();
        refused = add("keys.other", &keys);
        add("window.rename", nullptr);
        qInstallMessageHandler(before);
        QCOMPARE(registry.conflicts().size(), 2);
        QVERIFY(registry.conflicts().first().contains(QStringLiteral("keys.rename")));
        QVERIFY(refused->shortcut().isEmpty());
    }

    void plainTexts() {
        QCOMPARE(plainActionText(QStringLiteral("&Open…")), QStringLiteral("Open"));
        QCOMPARE(plainActionText(QStringLiteral("Save && close...")), QStringLiteral("Save & close"));
    }

    void fuzzySearchRanks() {
        QVERIFY(fuzzyScore(u"mrg", u"Merge…") > 0);
        QCOMPARE(fuzzyScore(u"xyz", u"Merge…"), 0);
        QVERIFY(fuzzyScore(u"ok", u"Open key") > fuzzyScore(u"ok", u"Look at recent"));
        QVERIFY(fuzzyScore(u"del", u"Delete key") > fuzzyScore(u"del", u"Undo a deletion"));
        QVERIFY(fuzzyScore(u"MERGE", u"merge") == fuzzyScore(u"merge", u"merge"));
    }

    void paletteListsWhatCanBeDone() {
        QWidget window;
        window.resize(900, 600);
        ActionRegistry registry(&window);
        QAction* merge = registry.add(QStringLiteral("storage.merge"), QStringLiteral("&Merge…"), QKeySequence(),
                                      QStringLiteral("Storage"), nullptr);
        registry.add(QStringLiteral("keys.new"), QStringLiteral("New key"), QKeySequence(), QStringLiteral("Keys"),
                     nullptr);
        registry
            .add(QStringLiteral("keys.off"), QStringLiteral("Merge of the past"), QKeySequence(),
                 QStringLiteral("Keys"), nullptr)
            ->setEnabled(false);
        CommandModel model(registry);
        model.setQuery(QString());
        QCOMPARE(model.rowCount(), 2);
        model.setQuery(QStringLiteral("mer"));
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.actionAt(0), merge);
        model.setQuery(QStringLiteral("storage"));
        QCOMPARE(model.actionAt(0), merge);
        model.setQuery(QStringLiteral("qqq"));
        QCOMPARE(model.rowCount(), 0);

        CommandPalette palette(registry, &window);
        QSignalSpy chosen(&palette, &CommandPalette::chosen);
        window.show();
        palette.openUnder(&window);
        auto* query = palette.findChild<QLineEdit*>();
        QVERIFY(query != nullptr);
        QTest::keyClicks(query, QStringLiteral("merge"));
        QTest::keyClick(query, Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().value<QAction*>(), merge);
        QVERIFY(!palette.isVisible());
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestActions)
#include "tst_ui_actions.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDialog>
#include <QFile>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSet>
#include <QTest>
#include <QTextDocument>

#include "actions/action_registry.h"
#include "pages/page.h"
#include "settings/settings.h"
#include "support/temporary_directory.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "theme/theme.h"
#include "window/main_window.h"
#include "window/shortcut_sheet.h"
#include "window/studio.h"

using namespace rustcask::ui;

namespace {

/// The page that an action works on; null: it works anywhere in the window.
const Page* pageOf(const QAction* action) {
    for (const QObject* owner = action->parent(); owner != nullptr; owner = owner->parent()) {
        if (const auto* page = qobject_cast<const Page*>(owner)) {
            return page;
        }
    }
    return nullptr;
}

} // namespace

class TestShortcuts : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<rustcask::test::TemporaryDirectory> m_directory;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<Studio> m_studio;
    MainWindow* m_window = nullptr;

private Q_SLOTS:
    void initTestCase() {
        m_theme = std::make_unique<Theme>(*qApp);
        m_directory = std::make_unique<rustcask::test::TemporaryDirectory>();
        m_settings = std::make_unique<Settings>(m_directory->text() + QStringLiteral("/settings.ini"));
        m_studio = std::make_unique<Studio>(*m_settings, *m_theme);
        m_window = m_studio->addWindow();
        m_window->show();
    }
    void cleanupTestCase() {
        m_studio.reset();
        m_theme.reset();
    }

    // Also of those that were set after the action was made, which the registry does not see.
    void noTwoActionsShareAShortcutInOnePlace() {
        QCOMPARE(m_window->actionRegistry().conflicts(), QStringList());
        const auto entries = m_window->actionRegistry().entries();
        QVERIFY(entries.size() > 30);
        for (qsizetype i = 0; i < entries.size(); ++i) {
            for (qsizetype j = 0; j < i; ++j) {
                const Page* one = pageOf(entries[i].action);
                const Page* other = pageOf(entries[j].action);
                if (one != nullptr && other != nullptr && one != other) {
                    continue; // never visible together
                }
                const auto shortcuts = entries[i].action->shortcuts();
                for (const QKeySequence& shortcut : shortcuts) {
                    QVERIFY2(!entries[j].action->shortcuts().contains(shortcut),
                             qPrintable(entries[i].id + QStringLiteral(" and ") + entries[j].id));
                }
            }
        }
    }

    void everyActionHasAShortcut() {
        const auto entries = m_window->actionRegistry().entries();
        for (const auto& entry : entries) {
            QVERIFY2(!entry.action->shortcut().isEmpty(), qPrintable(entry.id));
        }
    }

    void menusHaveDistinctMnemonics() {
        QSet<QString> letters;
        const auto menus = m_window->findChild<QMenuBar*>()->actions();
        for (const QAction* menu : menus) {
            const qsizetype at = menu->text().indexOf(QLatin1Char('&'));
            QVERIFY(at >= 0);
            const QString letter = menu->text().mid(at + 1, 1).toLower();
            QVERIFY2(!letters.contains(letter), qPrintable(menu->text()));
            letters << letter;
        }
    }

    void theSheetListsEveryActionOnce() {
        const auto groups = shortcutGroups(m_window->actionRegistry());
        const auto entries = m_window->actionRegistry().entries();
        qsizetype lines = 0;
        for (qsizetype i = 0; i + 1 < groups.size(); ++i) { // the last are the widgets' own
            lines += groups[i].lines.size();
            for (const auto& line : groups[i].lines) {
                QVERIFY(!line.name.isEmpty());
                QVERIFY2(!line.keys.isEmpty(), qPrintable(line.name));
            }
        }
        QCOMPARE(lines, entries.size());
        const auto document = shortcutDocument(groups);
        const QString text = document->toPlainText();
        for (const auto& entry : entries) {
            QVERIFY2(text.contains(plainActionText(entry.action->text())), qPrintable(entry.id));
        }
    }

    void hostileNamesStayText() {
        const QList<ShortcutGroup> groups{{QStringLiteral("<b>x</b>"), {{QStringLiteral("<img src=y>"), {}}}}};
        QVERIFY(shortcutDocument(groups)->toPlainText().contains(QStringLiteral("<img src=y>")));
    }

    void makesAPdf() {
        const QByteArray pdf = shortcutsAsPdf(shortcutGroups(m_window->actionRegistry()));
        QVERIFY(pdf.startsWith("%PDF-") && pdf.trimmed().endsWith("%%EOF"));
        QVERIFY(pdf.contains("/Type /Page"));
    }

    void theDialogIsAccessible() {
        QDialog* dialog = makeShortcutSheet(m_window->actionRegistry(), m_window);
        dialog->open();
        QCOMPARE(rustcask::test::auditWidgets(dialog), QStringList());
        dialog->close();
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestShortcuts)
#include "tst_ui_shortcuts.moc"

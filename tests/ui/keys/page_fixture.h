// SPDX-License-Identifier: GPL-3.0-or-later
// The Keys page on a database of its own: what the tests of the page share.
#pragma once

#include <map>

#include <QAbstractItemModelTester>
#include <QAction>
#include <QClipboard>
#include <QCryptographicHash>
#include <QDirIterator>
#include <QHeaderView>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include <rustcask/database.h>

#include "actions/action_registry.h"
#include "pages/keys/key_dialog.h"
#include "pages/keys/key_find_bar.h"
#include "pages/keys/key_list_panel.h"
#include "pages/keys/key_tree_view.h"
#include "pages/keys/keys_page.h"
#include "pages/keys/moment_dialog.h"
#include "pages/keys/value_panel.h"
#include "pages/keys/versions_panel.h"
#include "session/session.h"
#include "session/session_opener.h"
#include "settings/settings.h"
#include "support/check.h"
#include "support/stall_watchdog.h"
#include "support/temporary_directory.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "widgets/states.h"
#include "widgets/tall_table_view.h"

namespace rustcask::test {

using namespace rustcask::ui;

inline QByteArray hashOf(const QString& directory) {
    QMap<QString, QByteArray> files;
    QDirIterator it(directory, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        QFile file(it.next());
        if (file.open(QIODevice::ReadOnly)) {
            files[file.fileName()] = QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256);
        }
    }
    QByteArray all;
    for (auto file = files.cbegin(); file != files.cend(); ++file) {
        all += file.key().toUtf8() + file.value();
    }
    return all;
}

class KeysPageFixture : public QObject {
protected:
    std::unique_ptr<TemporaryDirectory> m_directory;
    std::unique_ptr<QWidget> m_window;
    std::unique_ptr<ActionRegistry> m_actions;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<KeysPage> m_page;
    std::unique_ptr<Session> m_session;

    [[nodiscard]] QString path() const { return m_directory->text() + QStringLiteral("/database"); }
    void fill(const std::vector<std::pair<std::string, std::string>>& records) {
        RUSTCASK_VALUE(auto database, Database::open(path().toStdString()));
        for (const auto& [key, value] : records) {
            RUSTCASK_OK(database->put(key, value));
        }
        RUSTCASK_OK(database->close());
    }
    void open(bool readOnly = false) {
        SessionOpener opener;
        QSignalSpy failed(&opener, &SessionOpener::failed);
        connect(&opener, &SessionOpener::opened, this, [this](Session* session) { m_session.reset(session); });
        Options options;
        options.readOnly = readOnly;
        opener.open(path(), options);
        QTRY_VERIFY(m_session != nullptr || failed.size() > 0);
        QCOMPARE(failed.size(), 0);
        m_page->setSession(m_session.get());
        QTRY_VERIFY(isSettled());
    }
    [[nodiscard]] bool isSettled() const {
        KeyListLoader& loader = m_page->list().loader();
        return loader.state() == KeyListLoader::State::complete && !loader.isSorting() && !loader.isReloading();
    }
    void closeSession() {
        if (m_session) {
            m_page->setSession(nullptr);
            QSignalSpy closed(m_session.get(), &Session::closed);
            m_session->close();
            QTRY_COMPARE(closed.size(), 1);
            m_session.reset();
        }
    }
    [[nodiscard]] KeyListModel& model() { return m_page->list().model(); }
    [[nodiscard]] QAction* action(const char* name) {
        return m_actions->action(QStringLiteral("keys.") + QString::fromLatin1(name));
    }
    void select(const QByteArray& key) {
        QVERIFY(m_page->list().selectKey(key));
        QTRY_COMPARE(m_page->value().key(), key);
        QTRY_VERIFY(m_page->value().hasValue());
    }
    [[nodiscard]] QPlainTextEdit* textEditor() {
        for (auto* editor : m_page->findChildren<QPlainTextEdit*>()) {
            if (editor->accessibleName() == QStringLiteral("Value as text")) {
                return editor;
            }
        }
        return nullptr;
    }
    void type(const QString& text) {
        m_page->value().setTab(ValuePanel::textTab);
        textEditor()->setPlainText(text);
    }
    std::optional<std::string> stored(const std::string& key) {
        const auto value = m_session->database()->get(key);
        return value ? *value : std::nullopt;
    }
    [[nodiscard]] std::uint64_t lastSequence() { return m_session->database()->stats().lastSequence.value; }
    KeyDialog* dialog() { return m_page->findChild<KeyDialog*>(); }

    void setUp() {
        m_directory = std::make_unique<TemporaryDirectory>();
        m_window = std::make_unique<QWidget>();
        m_actions = std::make_unique<ActionRegistry>(m_window.get());
        m_settings = std::make_unique<Settings>(m_directory->text() + QStringLiteral("/settings.ini"));
        m_page = std::make_unique<KeysPage>(PageContext{*m_actions, *m_settings});
        m_page->resize(1200, 760);
        m_page->show();
    }

    void tearDown() {
        closeSession();
        m_page.reset();
        m_settings.reset();
        m_actions.reset();
        m_window.reset();
        m_directory.reset();
    }
};

} // namespace rustcask::test

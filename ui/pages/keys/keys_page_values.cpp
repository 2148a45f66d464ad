// SPDX-License-Identifier: GPL-3.0-or-later
// What the Keys page does with the value that is shown: files, looks, versions.
#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QTimer>

#include "actions/action_registry.h"
#include "pages/keys/external_decoder.h"
#include "pages/keys/key_list_panel.h"
#include "pages/keys/keys_page.h"
#include "pages/keys/value_json_view.h"
#include "pages/keys/value_panel.h"
#include "pages/keys/version_diff_dialog.h"
#include "pages/keys/versions_panel.h"
#include "session/session.h"
#include "theme/format.h"

namespace rustcask::ui {

void KeysPage::makeValueActions() {
    const auto add = [&](const char* name, const QString& text, const QKeySequence& shortcut,
                         std::function<void()> run) {
        QAction* action =
            actions().add(QStringLiteral("keys.") + QString::fromLatin1(name), text, shortcut, tr("Keys"), this);
        connect(action, &QAction::triggered, this, std::move(run));
    };
    add("findInValue", tr("Find in the value"), QKeySequence(Qt::CTRL | Qt::Key_G), [this] { m_value->find(); });
    add("compareVersions", tr("Compare versions…"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_V),
        [this] { static_cast<void>(m_versions->compare()); });
    add("goVersions", tr("Go to the versions"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_H),
        [this] { m_versions->focusVersions(); });
    add("viewVersion", tr("View the version"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_B),
        [this] { m_versions->viewCurrent(); });
    add("restoreVersion", tr("Restore the version"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_R),
        [this] { m_versions->restoreCurrent(); });
    add("decoders", tr("External decoders…"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_X),
        [this] { (new ExternalDecodersDialog(settings(), this))->open(); });
    const std::pair<const char*, std::pair<QString, ValuePanel::Tab>> tabs[] = {
        {"showText", {tr("Show the value as text"), ValuePanel::textTab}},
        {"showJson", {tr("Show the value as JSON"), ValuePanel::jsonTab}},
        {"showTree", {tr("Show the value as a tree"), ValuePanel::treeTab}},
        {"showHex", {tr("Show the value as bytes"), ValuePanel::hexTab}}};
    int digit = Qt::Key_1;
    for (const auto& [name, what] : tabs) {
        add(name, what.first, QKeySequence(Qt::CTRL | static_cast<Qt::Key>(digit++)), [this, tab = what.second] {
            if (m_value->hasValue()) {
                m_value->setTab(tab);
            }
        });
    }
}

void KeysPage::saveFile() {
    if (!m_value->hasValue()) {
        return;
    }
    auto* dialog = new QFileDialog(this, tr("Value to a file"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    connect(dialog, &QFileDialog::fileSelected, this, [this, document = m_value->document()](const QString& path) {
        if (!m_session) {
            return;
        }
        m_session->tasks().start<quint64>(
            tr("Write %1").arg(QFileInfo(path).fileName()),
            [path, document](rustcask::Progress& progress) { return writeDocument(document, path, progress); }, this,
            [this, path](rustcask::Result<quint64> written) {
                if (written) {
                    Q_EMIT statusMessage(tr("%1 are in %2.").arg(formatBytesExactly(*written), path));
                } else {
                    showError(written.error());
                }
            });
    });
    dialog->open();
}

QStringList KeysPage::valueScenes() {
    return {QStringLiteral("text"), QStringLiteral("json-edit"), QStringLiteral("tree"),    QStringLiteral("hex"),
            QStringLiteral("find"), QStringLiteral("versions"),  QStringLiteral("compare"), QStringLiteral("decoders")};
}

bool KeysPage::enterValueScene(const QString& scene) {
    if (scene == QStringLiteral("text")) {
        m_value->setTab(ValuePanel::textTab);
    } else if (scene == QStringLiteral("json-edit")) {
        m_value->setTab(ValuePanel::jsonTab);
        m_value->jsonView().beginEdit();
    } else if (scene == QStringLiteral("tree")) {
        m_value->setTab(ValuePanel::treeTab);
    } else if (scene == QStringLiteral("hex")) {
        m_value->setTab(ValuePanel::hexTab);
    } else if (scene == QStringLiteral("find")) {
        m_value->find();
    } else if (scene == QStringLiteral("versions") || scene == QStringLiteral("compare")) {
        // An order of the sample that was deleted and brought back.
        m_list->selectWhenThere(QByteArrayLiteral("order:2026-11-01:000049"));
        if (scene == QStringLiteral("compare")) {
            QTimer::singleShot(400, this, [this] { static_cast<void>(m_versions->compare()); });
        }
    } else if (scene == QStringLiteral("decoders")) {
        (new ExternalDecodersDialog(settings(), this))->open();
    } else {
        return false;
    }
    return true;
}

} // namespace rustcask::ui

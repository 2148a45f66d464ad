// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QPointer>
#include <QTimer>

#include <rustcask/past_keys.h>

#include "models/key_selection.h"
#include "pages/keys/key_dialog.h"
#include "pages/keys/key_list_panel.h"
#include "pages/keys/unsaved_edits.h"
#include "pages/keys/value_document.h"
#include "pages/page.h"
#include "tasks/task_runner.h"

QT_BEGIN_NAMESPACE
class QAction;
class QSplitter;
QT_END_NAMESPACE

namespace rustcask::ui {

class ChangesDialog;
class ProgressStrip;
class ValuePanel;
class VersionsPanel;
enum class CopyFormat;
struct EditTally;

/// The key list, the value of the selected key and its versions.
class KeysPage : public Page {
    Q_OBJECT
public:
    explicit KeysPage(PageContext context, QWidget* parent = nullptr);
    ~KeysPage() override;

    [[nodiscard]] QString id() const override { return QStringLiteral("keys"); }
    [[nodiscard]] QString title() const override { return tr("Keys"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("keys"); }
    void setSession(Session* session) override;
    [[nodiscard]] bool hasUnsavedEdits() const override;
    void showTarget(const QByteArray& target) override;
    void showPrefix(const QByteArray& prefix) override;
    void activated() override;
    [[nodiscard]] QStringList scenes() const override;
    void enterScene(const QString& scene) override;

    [[nodiscard]] KeyListPanel& list() { return *m_list; }
    [[nodiscard]] ValuePanel& value() { return *m_value; }
    [[nodiscard]] VersionsPanel& versions() { return *m_versions; }

private:
    struct Actions {
        QAction *find, *create, *duplicate, *rename, *remove, *removeMatching, *edit, *save, *discard, *loadFile,
            *saveFile, *refresh, *copyKey, *copyValue, *showRecord, *changes, *searches, *exportSelected,
            *exportMatching, *selectAll, *showTree, *showNow, *showDeleted, *asOf, *restore, *saveAll, *discardAll;
        QList<QAction*> columns;
        QList<QAction*> orders;
    };
    void makeActions();
    void connectSession();
    void updateActions();
    void showMenu(const QPoint& at);

    // The list follows the database.
    void noteEdited(const QVector<QByteArray>& keys, quint64 count);
    void noteReplayed(const QString& text, bool forward, const EditTally& tally);
    void noteContent();
    void noteRows();
    void reloadSoon();

    // The past (keys_page_past.cpp).
    using View = KeyListPanel::View;
    using PastFinder = std::function<rustcask::Result<std::shared_ptr<const rustcask::PastKeys>>(
        const std::filesystem::path& directory, rustcask::Progress& progress)>;
    void askForMoment();
    void showMoment(const rustcask::Moment& moment);
    void showDeleted();
    void showPast(View view, const PastFinder& find);
    void showNow();
    void beginView(View view);
    void startList();
    void notePast();
    void readPast();
    void restoreSelected();
    void tellRestored(const EditTally& tally);
    [[nodiscard]] static QByteArray changesKey(const KeySelection& keys);

    // The selected key.
    void selectKey(const QByteArray& key);
    void readValue();
    void showRead(const QByteArray& key, rustcask::Result<std::optional<ValueDocument>> read);
    void keepDraft();
    void forgetDraft(const QByteArray& key);
    void saveDraft(const QByteArray& key);
    void saveAll();
    void discardAll();
    void openDraft(const QByteArray& key);

    // Edits.
    void save(bool overwrite);
    void createKey();
    void duplicateKey();
    void renameKey();
    void removeSelected();
    void removeAllMatching();
    void copyOrRename(bool rename);
    /// Stores a value under a new key; with `removedRecord` it is a rename, and `from` goes if that is still its
    /// record.
    void store(KeyDialog* asked, const QByteArray& from, const QByteArray& to, const QByteArray& value, bool overwrite,
               std::optional<rustcask::Sequence> removedRecord);
    void tellExisting(const QPointer<KeyDialog>& dialog, const QByteArray& key);
    void confirmRemoval(const QString& which, const KeySelection& keys);
    void removeKeys(const KeySelection& keys, const QString& text);
    void tellRemoved(const EditTally& tally);
    void showChanges();
    void restoreVersion(const QByteArray& key, const QByteArray& value);
    void loadFile(std::function<void(const QByteArray&, const QString&)> done);
    void saveFile();
    // keys_page_values.cpp
    void makeValueActions();
    [[nodiscard]] static QStringList valueScenes();
    bool enterValueScene(const QString& scene); ///< false: it is none of them

    // Bulk (keys_page_bulk.cpp).
    void exportKeys(const QString& what, const KeySelection& keys);
    void copyValue(CopyFormat format);
    void copyKeys(CopyFormat format);
    void showError(const rustcask::Error& error);

    Actions m_actions{};
    KeyListPanel* m_list = nullptr;
    ValuePanel* m_value = nullptr;
    VersionsPanel* m_versions = nullptr;
    ProgressStrip* m_progress = nullptr;
    QPointer<ChangesDialog> m_changes;
    QPointer<Session> m_session;
    View m_view = View::now;
    QByteArray m_key;      // selected; empty: none
    UnsavedEdits m_drafts; // of keys that are not shown, and of the one that is
    QByteArray m_savedKey; // the edit saved last
    QByteArray m_savedBytes;
    QPointer<Task> m_readTask;
    quint64 m_readSerial = 0;
    quint64 m_knownAppends = 0; // records appended since the list's source was taken, as far as this page knows them
    quint64 m_knownMerges = 0;
    QTimer m_reload;
    QTimer m_recheck;
};

} // namespace rustcask::ui

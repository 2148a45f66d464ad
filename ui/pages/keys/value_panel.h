// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include <QPointer>
#include <QWidget>

#include "pages/keys/value_document.h"
#include "pages/keys/view_memory.h"
#include "tasks/task_runner.h"

QT_BEGIN_NAMESPACE
class QAction;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTabBar;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class Card;
class ElidedLabel;
class EmptyState;
class ExternalRun;
class Pill;
class Settings;
class ValueHexView;
class ValueImageView;
class ValueJsonView;
class ValueTextView;
class ValueTreeView;

/// The value of one key: unpacked where it is packed, as text, JSON, tree, bytes or image, and the editors of text,
/// JSON and bytes. Shows bytes faithfully and hands out exactly those that were typed; reads nothing but pages of a
/// large value, and writes nothing.
class ValuePanel : public QWidget {
    Q_OBJECT
public:
    enum Tab { textTab, jsonTab, treeTab, hexTab, imageTab };

    struct Actions {
        QAction* save = nullptr;
        QAction* discard = nullptr;
        QAction* loadFile = nullptr;
        QAction* saveFile = nullptr;
    };
    ValuePanel(const Actions& actions, Settings& settings, QWidget* parent = nullptr);
    ~ValuePanel() override;

    /// Whose workers read pages, unpack and parse; nullptr: no database is open.
    void setTasks(TaskRunner* tasks);
    void showNothing(const QString& sentence, const QString& advice);
    void showLoading(const QByteArray& key);
    void showError(const QByteArray& key, const rustcask::Error& error);
    /// Shows a value as it is stored.
    void showDocument(const ValueDocument& document);
    /// Lays a draft over what is shown.
    void showDraft(const Draft& draft);
    /// Shows a former version, which is never edited; `note` says which one.
    void showVersion(const ValueDocument& document, const QString& note);
    void setReadOnly(bool readOnly);
    /// How the value of a key is to be prepared, for `openDocument`.
    [[nodiscard]] PrepareRequest requestFor(const QByteArray& key) const;

    [[nodiscard]] const QByteArray& key() const { return m_document.key; }
    [[nodiscard]] const ValueDocument& document() const { return m_document; }
    [[nodiscard]] bool showsVersion() const { return m_isVersion; }
    [[nodiscard]] bool hasValue() const { return m_hasValue; }
    /// Whether the editor holds other bytes than are stored, or text that stands for none.
    [[nodiscard]] bool isDirty() const;
    [[nodiscard]] Draft draft() const;
    /// What is to be stored; the problem's text when the editor holds nothing that can be.
    [[nodiscard]] tl::expected<QByteArray, QString> editedBytes() const;
    /// As if typed: from a file.
    void setEditedBytes(const QByteArray& bytes);
    void discard();
    void edit(); ///< puts the cursor into the editor that fits
    void find(); ///< in the bytes
    void setTab(Tab tab);
    [[nodiscard]] Tab tab() const;
    [[nodiscard]] Banner& banner() { return *m_banner; }
    /// What is shown, once it is prepared; nullptr before.
    [[nodiscard]] const PreparedValue* shown() const { return m_shown.get(); }
    [[nodiscard]] bool isPreparing() const { return m_preparing; }
    [[nodiscard]] ValueHexView& hexView() { return *m_hex; }
    [[nodiscard]] ValueTreeView& treeView() { return *m_tree; }
    [[nodiscard]] ValueJsonView& jsonView() { return *m_json; }
    void choosePacking(std::optional<Packing> packing);
    /// Runs an external decoder of that name; `always`: and from now on for all keys that begin alike.
    void chooseCommand(const QString& name, bool always);

Q_SIGNALS:
    void edited();          ///< something was typed, or taken back
    void liveValueWanted(); ///< the user has seen enough of a former version

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    // value_panel_build.cpp
    void build();
    void buildViews();
    void showUnpackMenu();

    void prepare(const PrepareRequest& request, bool keepTab, bool asked = false);
    void stopPreparing();
    void showPrepared(std::shared_ptr<const PreparedValue> prepared, bool keepTab);
    void showBusy(const QString& sentence);
    void chooseTab(bool keepTab);
    void switchTab(int tab);
    void fillTab(int tab);
    void fillText();
    void fillHex();
    void fillImage();
    void takeBytes(const QByteArray& bytes, int from);
    void takeProblem(const QString& problem);
    void remember(const ViewChoice& choice);
    void updateState();
    void updateHeader();
    [[nodiscard]] QString noteFor(int tab) const;
    [[nodiscard]] bool mayEdit() const { return m_hasValue && !m_readOnly && !m_isVersion; }
    /// Whether what is shown is what is stored, so that editing it makes sense.
    [[nodiscard]] bool showsStored() const;
    /// The document with what has been typed instead of what is stored.
    [[nodiscard]] ValueDocument current() const;

    Actions m_actions;
    Settings& m_settings;
    ViewMemory m_memory;
    QPointer<TaskRunner> m_tasks;
    ValueDocument m_document;
    bool m_hasValue = false;
    bool m_isVersion = false;
    bool m_readOnly = false;
    bool m_filling = false;
    bool m_replaced = false; // m_bytes are all there is to be stored; else of a paged value the beginning
    QByteArray m_bytes;      // as edited
    QString m_noBytes;       // what is typed stands for no bytes, and why
    int m_editedIn = -1;     // the tab whose editor holds what was typed; the others are behind
    bool m_preparing = false;
    quint64 m_serial = 0;
    QPointer<Task> m_task;
    QPointer<ExternalRun> m_external;
    QString m_command; // whose output is shown; empty: the value itself
    ViewChoice m_choice;
    PrepareRequest m_request;
    std::shared_ptr<const PreparedValue> m_shown;
    std::array<bool, 5> m_filled{};
    std::array<int, 6> m_lastTab{textTab, textTab, jsonTab, treeTab, imageTab, hexTab}; ///< by ContentKind

    Card* m_card = nullptr;
    ElidedLabel* m_key = nullptr;
    Pill* m_size = nullptr;
    Pill* m_kind = nullptr;
    Pill* m_where = nullptr;
    Pill* m_state = nullptr;
    Banner* m_banner = nullptr;
    QWidget* m_tabRow = nullptr;
    QTabBar* m_tabs = nullptr;
    QToolButton* m_unpack = nullptr;
    QStackedWidget* m_stack = nullptr; // empty, or pages
    EmptyState* m_empty = nullptr;
    QPushButton* m_stop = nullptr;
    QStackedWidget* m_pages = nullptr;
    ValueTextView* m_text = nullptr;
    ValueJsonView* m_json = nullptr;
    ValueTreeView* m_tree = nullptr;
    ValueHexView* m_hex = nullptr;
    ValueImageView* m_image = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_more = nullptr; // unpack more
    QPushButton* m_back = nullptr;
    QList<QWidget*> m_editButtons;
};

} // namespace rustcask::ui

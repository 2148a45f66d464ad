// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QDialog>
#include <QPointer>

#include <rustcask/history.h>

#include "pages/keys/value_document.h"
#include "tasks/task_runner.h"
#include "values/diff.h"
#include "values/tree_diff.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTabBar;
class QTableView;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class DiffView;
class EmptyState;
class TreeDiffModel;

/// Two versions of a key compared: line by line, byte by byte, and by their structure where both are JSON, MessagePack
/// or CBOR.
class VersionDiffDialog : public QDialog {
    Q_OBJECT
public:
    /// `versions` newest first; `older` and `newer` are rows of it. `tasks` outlives the dialog's use of it.
    VersionDiffDialog(TaskRunner* tasks, const QString& directory, const QByteArray& key,
                      std::vector<rustcask::Version> versions, int older, int newer, QWidget* parent);
    ~VersionDiffDialog() override;

    enum Tab { textTab, hexTab, structureTab };
    void setTab(Tab tab);
    [[nodiscard]] Tab tab() const;
    [[nodiscard]] bool isReady() const { return m_ready; }
    [[nodiscard]] DiffView* textView() const { return m_text; }
    [[nodiscard]] const TreeDiff& structure() const { return m_structure; }
    void setRestoreEnabled(bool enabled);

Q_SIGNALS:
    void restoreRequested(const QByteArray& key, const QByteArray& value);
    void failed(const rustcask::Error& error);

private:
    struct Comparison {
        QByteArray older{};
        Diff text{};
        Diff hex{};
        std::optional<TreeDiff> structure{};
        bool bothText = false;
        bool equal = false;
        bool whole = true;
    };
    void build(const QByteArray& key);
    void compare();
    void showComparison(Comparison comparison);
    void showTab(int tab);
    void moveToChange(bool backward);
    [[nodiscard]] QString versionText(const rustcask::Version& version) const;
    static rustcask::Result<Comparison> run(const QString& directory, const QByteArray& key,
                                            const rustcask::Version& older, const rustcask::Version& newer,
                                            rustcask::Progress& progress);

    QPointer<TaskRunner> m_tasks;
    QPointer<Task> m_task;
    quint64 m_serial = 0;
    QString m_directory;
    QByteArray m_keyBytes;
    std::vector<rustcask::Version> m_versions;
    QByteArray m_older; // value of the older side
    bool m_olderWhole = false;
    bool m_ready = false;
    bool m_restoreEnabled = false;
    TreeDiff m_structure;
    bool m_hasStructure = false;
    bool m_tabChosen = false; // by the user: kept when other versions are compared

    QComboBox* m_left = nullptr;
    QComboBox* m_right = nullptr;
    QTabBar* m_tabs = nullptr;
    QLabel* m_summary = nullptr;
    QToolButton* m_previous = nullptr;
    QToolButton* m_next = nullptr;
    QStackedWidget* m_stack = nullptr;
    DiffView* m_text = nullptr;
    DiffView* m_hex = nullptr;
    QTableView* m_table = nullptr;
    TreeDiffModel* m_model = nullptr;
    EmptyState* m_state = nullptr;
    QPushButton* m_restore = nullptr;
};

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "models/key_list_loader.h"
#include "models/key_selection.h"

QT_BEGIN_NAMESPACE
class QAction;
class QLabel;
class QPushButton;
class QStackedWidget;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class Card;
class EmptyState;
class KeyFindBar;
class KeyTreeView;
class Settings;
class TallTableView;

/// Filter field, key table and the line that says what the table shows. Keeps selection and place, by key, whenever the
/// rows are replaced.
class KeyListPanel : public QWidget {
    Q_OBJECT
public:
    /// What the list lists: the keys there are, those that have been deleted, or those of an earlier moment.
    enum class View { now, deleted, past };

    struct Actions {
        QAction* create = nullptr;
        QAction* duplicate = nullptr;
        QAction* rename = nullptr;
        QAction* remove = nullptr;
        QAction* removeMatching = nullptr;
        QAction* restore = nullptr;
        QAction* saveAll = nullptr;
        QAction* discardAll = nullptr;
        QAction* showTree = nullptr; ///< checkable
        QList<QAction*> views{};     ///< in the order of `View`
        /// Checkable: whether the columns after the key are shown, in their order.
        QList<QAction*> columns{};
        QList<QAction*> orders{}; ///< sort by a column
    };
    KeyListPanel(Settings& settings, const Actions& actions, QWidget* parent = nullptr);

    [[nodiscard]] KeyListModel& model() { return m_model; }
    [[nodiscard]] KeyListLoader& loader() { return m_loader; }
    [[nodiscard]] Banner& banner() { return *m_banner; }
    [[nodiscard]] TallTableView* table() { return m_table; }
    [[nodiscard]] QByteArray currentKey() const; ///< empty: none
    [[nodiscard]] quint64 selectedCount() const;
    /// What is selected, for a worker: there may be millions.
    [[nodiscard]] KeySelection selection() const;
    /// Everything that the filter lets through, on all pages.
    [[nodiscard]] KeySelection everything() const;
    [[nodiscard]] KeyFindBar& findBar() { return *m_find; }
    /// Selects `key` and scrolls to it, on whatever page it is; false: it is not among the rows.
    bool selectKey(const QByteArray& key);
    /// Another database: what was current is nothing any more.
    void forgetCurrent();
    /// Selects it as soon as it appears.
    void selectWhenThere(const QByteArray& key);
    /// Sorts by the column; when it is sorted by that already, the other way round.
    void sortBy(int column);
    void focusFilter();
    void clearFilter();
    void setFilterText(const QString& text, MatchMode mode = MatchMode::contains);
    /// Where to work out sums in the background; nullptr: nothing is open.
    void setRunner(TaskRunner* runner);
    /// Folders by a separator, or a plain list.
    void setTreeShown(bool shown);
    [[nodiscard]] bool isTreeShown() const;
    [[nodiscard]] KeyTreeView& tree() { return *m_tree; }
    void openFirstFolder();
    void setView(View view);
    /// A line above the list that stays, for lists of the past; `warning`: they may lack something.
    void setNotice(const QString& text, bool warning);
    void focusList();
    void enterList(); ///< the same, with a row selected when none is
    void selectAll();
    /// Keys with unsaved changes: marked in the list, listed in a menu beside the count.
    void setDrafts(const QList<QByteArray>& keys);
    void setWritable(bool writable) { m_writable = writable; }

Q_SIGNALS:
    void currentKeyChanged(const QByteArray& key);
    void selectionChanged();
    void activated();
    void menuRequested(const QPoint& globalPosition);
    void draftChosen(const QByteArray& key);
    void nowRequested(); ///< enough of the past

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    using Ranges = std::vector<KeySelection::Range>;
    struct Place {
        QByteArray current{};
        QVector<QByteArray> selected{};
        KeySelection many{}; ///< in place of `selected`: too many to be looked up at once
        bool everything = false;
        int offset = 0; ///< rows from the top of the view to the current one
        bool inView = false;
        QByteArray top{};
        int topRow = 0;
    };
    QWidget* buildCountLine();
    void buildTable(Settings& settings, const Actions& actions);
    QWidget* buildPageBar();
    void buildViews(const Actions& actions);
    void buildTree(Settings& settings);
    void refreshTree();
    void choose(const QByteArray& key);
    void sumSelection();
    void findSelectionAgain(const KeySelection& chosen);
    void selectRanges(const Ranges& ranges, quint64 wanted);
    void dropAwaitedSelection();
    void showSelection(std::optional<quint64> bytes);
    void updatePageBar();
    void applySort(int column, Qt::SortOrder order);
    void savePlace();
    void restorePlace();
    void updateCounts();
    void fetchTimes();
    void noteCurrent();
    [[nodiscard]] Ranges selectedRanges() const;
    [[nodiscard]] int visibleRows() const;

    KeyListModel m_model;
    KeyListLoader m_loader;
    QTimer m_timesDelay;
    QTimer m_treeDelay;
    View m_view = View::now;
    QPointer<TaskRunner> m_runner;
    QPointer<Task> m_sumTask;
    quint64 m_sumSerial = 0;
    QPointer<Task> m_againTask;
    quint64 m_againSerial = 0;
    KeySelection m_awaitedSelection; // on its way to the new rows
    Place m_place;
    bool m_restoring = false;
    bool m_treeShown = false;
    QList<QAction*> m_draftActions;
    bool m_writable = true;
    QByteArray m_current;
    QByteArray m_awaited;
    KeyFilter m_placeFilter; // what the rows showed when the place was kept
    KeySort m_placeSort;
    int m_placePage = 0;

    Card* m_card = nullptr;
    KeyFindBar* m_find = nullptr;
    QLabel* m_count = nullptr;
    QLabel* m_detail = nullptr;
    QLabel* m_selection = nullptr;
    QPushButton* m_drafts = nullptr;
    Banner* m_banner = nullptr;
    Banner* m_notice = nullptr;
    KeyTreeView* m_tree = nullptr;
    QPushButton* m_viewButton = nullptr;
    QStackedWidget* m_stack = nullptr;
    TallTableView* m_table = nullptr;
    EmptyState* m_empty = nullptr;
    QPushButton* m_emptyButton = nullptr;
    QWidget* m_pageBar = nullptr;
    QLabel* m_pageText = nullptr;
    QPushButton* m_previousPage = nullptr;
    QPushButton* m_nextPage = nullptr;
};

} // namespace rustcask::ui

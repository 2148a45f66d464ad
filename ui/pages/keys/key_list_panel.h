// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "models/key_list_loader.h"

QT_BEGIN_NAMESPACE
class QAction;
class QButtonGroup;
class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class Card;
class EmptyState;
class Settings;

/// Filter field, key table and the line that says what the table shows. Keeps selection and place, by key, whenever the
/// rows are replaced.
class KeyListPanel : public QWidget {
    Q_OBJECT
public:
    struct Actions {
        QAction* create = nullptr;
        QAction* duplicate = nullptr;
        QAction* rename = nullptr;
        QAction* remove = nullptr;
        QAction* removeMatching = nullptr;
    };
    KeyListPanel(Settings& settings, const Actions& actions, QWidget* parent = nullptr);

    [[nodiscard]] KeyListModel& model() { return m_model; }
    [[nodiscard]] KeyListLoader& loader() { return m_loader; }
    [[nodiscard]] Banner& banner() { return *m_banner; }
    [[nodiscard]] QTableView* table() { return m_table; }
    [[nodiscard]] QByteArray currentKey() const; ///< empty: none
    [[nodiscard]] int selectedCount() const;
    /// The selected rows, to be looked up in `KeyListModel::table` on a worker: there may be millions.
    [[nodiscard]] RowIds selectedIds() const;
    /// Selects `key` and scrolls to it; false: it is not among the rows.
    bool selectKey(const QByteArray& key);
    /// Another database: what was current is nothing any more.
    void forgetCurrent();
    /// Selects it as soon as it appears.
    void selectWhenThere(const QByteArray& key);
    void focusFilter();
    void clearFilter();
    void setFilterText(const QString& text, MatchMode mode = MatchMode::contains);
    /// Keys with unsaved changes: marked in the list, listed in a menu beside the count.
    void setDrafts(const QList<QByteArray>& keys);
    void setWritable(bool writable) { m_writable = writable; }

Q_SIGNALS:
    void currentKeyChanged(const QByteArray& key);
    void selectionChanged();
    void activated();
    void menuRequested(const QPoint& globalPosition);
    void draftChosen(const QByteArray& key);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Place {
        QByteArray current{};
        QVector<QByteArray> selected{};
        bool everything = false;
        int offset = 0; ///< rows from the top of the view to the current one
        bool inView = false;
        QByteArray top{};
        int topRow = 0;
    };
    QWidget* buildFilter(Settings& settings);
    QWidget* buildCountLine();
    void buildTable(Settings& settings);
    void applyFilter();
    void applySort(int column, Qt::SortOrder order);
    void savePlace();
    void restorePlace();
    void updateCounts();
    void fetchTimes();
    void noteCurrent();
    [[nodiscard]] int visibleRows() const;

    KeyListModel m_model;
    KeyListLoader m_loader;
    QTimer m_filterDelay;
    QTimer m_timesDelay;
    Place m_place;
    bool m_restoring = false;
    bool m_writable = true;
    QByteArray m_current;
    QByteArray m_awaited;
    KeyFilter m_placeFilter; // what the rows showed when the place was kept
    KeySort m_placeSort;

    Card* m_card = nullptr;
    QLineEdit* m_filter = nullptr;
    QButtonGroup* m_modes = nullptr;
    QLabel* m_count = nullptr;
    QLabel* m_detail = nullptr;
    QPushButton* m_drafts = nullptr;
    Banner* m_banner = nullptr;
    QStackedWidget* m_stack = nullptr;
    QTableView* m_table = nullptr;
    EmptyState* m_empty = nullptr;
    QPushButton* m_emptyButton = nullptr;
};

} // namespace rustcask::ui

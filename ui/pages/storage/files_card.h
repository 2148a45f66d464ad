// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <rustcask/stats.h>

#include "widgets/card.h"

QT_BEGIN_NAMESPACE
class QBoxLayout;
class QComboBox;
class QSortFilterProxyModel;
class QStackedWidget;
class QTableView;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class ByteMapStore;
class ByteMapView;
class ElidedLabel;
class FileTableModel;
class Session;
class Settings;

/// The files of the database: as a byte map in strips or in one block, or as a table.
class FilesCard : public Card {
    Q_OBJECT
public:
    enum View { strips, block, table };

    explicit FilesCard(Settings& settings, QWidget* parent = nullptr);

    void setSession(Session* session);
    void showStats(const rustcask::Stats& stats);
    void showView(View view);
    [[nodiscard]] QTableView* fileTable() const { return m_files; }
    [[nodiscard]] ByteMapView* map() const { return m_map; }
    [[nodiscard]] ByteMapStore* store() const { return m_store; }
    /// Generations of the rows selected, ascending.
    [[nodiscard]] std::vector<rustcask::Generation> selectedFiles() const;
    /// Name of the current file's data file; empty: there is none.
    [[nodiscard]] QString currentFile() const;
    void selectFile(const QString& name, bool toggle);

Q_SIGNALS:
    void currentFileChanged(const QString& name);
    void selectionChanged();
    void fileActivated();
    /// A record of the map was clicked, by one of its bytes.
    void recordChosen(const QString& name, quint64 byte);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildTable(Settings& settings);
    void showPlace();
    void showReadout();

    Settings& m_settings;
    Session* m_session = nullptr;
    ByteMapStore* m_store;
    ByteMapView* m_map;
    QTableView* m_files;
    FileTableModel* m_fileModel;
    QSortFilterProxyModel* m_sorted;
    QStackedWidget* m_stack;
    QComboBox* m_view;
    QToolButton* m_back;
    QToolButton* m_zoomOut;
    QToolButton* m_zoomIn;
    ElidedLabel* m_readout;
    QBoxLayout* m_foot = nullptr;
    QString m_summary{};
};

} // namespace rustcask::ui

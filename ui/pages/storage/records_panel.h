// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <QStringList>
#include <QTimer>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QLineEdit;
class QTableView;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class RecordIndex;
class RecordTableModel;
class Session;
class TallTableView;
struct RecordRow;

/// The records of one data or hint file as a list. Reads a file only while it is shown.
class RecordsPanel : public QWidget {
    Q_OBJECT
public:
    explicit RecordsPanel(QWidget* parent = nullptr);

    void setSession(Session* session);
    /// The files to choose from; keeps the choice.
    void setFiles(const QStringList& names);
    /// Who may know the index of a file's records already.
    void setIndexSource(std::function<std::shared_ptr<RecordIndex>(const QString& fileName)> source) {
        m_indexSource = std::move(source);
    }
    /// Chooses a file by name; with `offset`, selects the record that holds that byte. False: no such file.
    bool showFile(const QString& fileName, std::optional<quint64> offset = {});
    [[nodiscard]] QString fileName() const;
    [[nodiscard]] RecordTableModel* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const;
    [[nodiscard]] QLineEdit* keyFilter() const { return m_key; }
    [[nodiscard]] QComboBox* kindFilter() const { return m_kind; }
    [[nodiscard]] QLineEdit* jumpEdit() const { return m_jump; }
    [[nodiscard]] QString countText() const;

Q_SIGNALS:
    /// The current record; an empty name: none.
    void recordSelected(const QString& fileName, quint64 offset);

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void list();
    void filter();
    void jump();
    void showCount(quint64 records, bool complete);
    void selectRow(int row);
    void emitCurrent();

    Session* m_session = nullptr;
    std::function<std::shared_ptr<RecordIndex>(const QString&)> m_indexSource{};
    QComboBox* m_files;
    QLabel* m_count;
    QLineEdit* m_key;
    QComboBox* m_kind;
    QLineEdit* m_jump;
    QTimer m_filterDelay{};
    std::unique_ptr<QObject> m_jumpContext{};
    QToolButton* m_reload;
    Banner* m_banner;
    RecordTableModel* m_model;
    TallTableView* m_table;
    std::optional<quint64> m_wanted{};
    std::optional<quint64> m_emitted{};
    QStringList m_names{}; // of m_files
    bool m_skipHeader = false;
    bool m_named = false; // the list names next versions
    bool m_stale = true;  // the list does not show the chosen file yet
};

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "models/key_tree_model.h"

QT_BEGIN_NAMESPACE
class QButtonGroup;
class QLabel;
class QLineEdit;
QT_END_NAMESPACE

namespace rustcask::ui {

class Settings;
class TallTableView;

/// The keys as folders: a choice of separator above the table of a KeyTreeModel. Right and Left open and close, Return
/// does either.
class KeyTreeView : public QWidget {
    Q_OBJECT
public:
    explicit KeyTreeView(Settings& settings, QWidget* parent = nullptr);
    [[nodiscard]] KeyTreeModel& model() { return m_model; }
    [[nodiscard]] TallTableView* table() { return m_table; }
    /// The bytes between folders, as typed: text, or \xNN.
    void setSeparatorText(const QString& text);
    [[nodiscard]] KeySelection selection() const;
    [[nodiscard]] bool selectKey(const QByteArray& key);

Q_SIGNALS:
    void keyChosen(const QByteArray& key); ///< a key, not a folder, has become the current one
    void selectionChanged();
    void activated(); ///< of a key
    void menuRequested(const QPoint& globalPosition);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildSeparators();
    void buildTable();
    void applySeparator(const QString& text);
    void updateState();
    void toggle(int row);
    void savePlace();
    void restorePlace();

    Settings& m_settings;
    KeyTreeModel m_model;
    QByteArray m_placeKey;
    QButtonGroup* m_separators = nullptr;
    QLineEdit* m_other = nullptr;
    QLabel* m_state = nullptr;
    TallTableView* m_table = nullptr;
};

} // namespace rustcask::ui

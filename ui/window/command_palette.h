// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QFrame>
#include <QList>
#include <QPointer>

QT_BEGIN_NAMESPACE
class QLabel;
class QLineEdit;
class QListView;
QT_END_NAMESPACE

namespace rustcask::ui {

class ActionRegistry;

/// The enabled actions that fit a query, the best first; all of them, by category, for an empty one.
class CommandModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { categoryRole = Qt::UserRole, shortcutRole };

    explicit CommandModel(const ActionRegistry& registry, QObject* parent = nullptr);
    void setQuery(const QString& query);
    [[nodiscard]] QAction* actionAt(int row) const;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Row {
        QString category;
        QPointer<QAction> action;
        int score = 0;
    };
    const ActionRegistry& m_registry;
    QList<Row> m_rows;
};

/// A field and a list of everything that can be done now. Type to narrow it, Enter does it, Escape leaves.
class CommandPalette : public QFrame {
    Q_OBJECT
public:
    CommandPalette(const ActionRegistry& registry, QWidget* window);
    /// Opens under `anchor`, empty.
    void openUnder(const QWidget* anchor);

Q_SIGNALS:
    void chosen(QAction* action); ///< after it closed

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void choose(const QModelIndex& index);
    void filter(const QString& query);
    CommandModel* m_model;
    QLineEdit* m_query;
    QListView* m_list;
    QLabel* m_nothing;
};

} // namespace rustcask::ui

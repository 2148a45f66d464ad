// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "pages/keys/value_document.h"
#include "pages/keys/value_tree_model.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTreeView;
QT_END_NAMESPACE

namespace rustcask::ui {

class EmptyState;

/// JSON, MessagePack or CBOR as a tree.
class ValueTreeView : public QWidget {
    Q_OBJECT
public:
    explicit ValueTreeView(QWidget* parent = nullptr);

    void showValue(const PreparedValue& value, std::optional<TreeFormat> chosen);
    [[nodiscard]] ValueTreeModel& model() { return m_model; }
    [[nodiscard]] QTreeView* view() const { return m_tree; }

Q_SIGNALS:
    /// nullopt: to be found by looking at the value.
    void formatChosen(std::optional<rustcask::ui::TreeFormat> format);
    void parseWanted();
    void bytesWanted(quint64 offset, quint64 bytes); ///< to be shown in the hex view

private:
    void updatePath();
    void showMenu(const QPoint& at);
    void expandSome();

    ValueTreeModel m_model;
    QComboBox* m_format;
    QLabel* m_path;
    QLabel* m_notes;
    QStackedWidget* m_stack;
    QTreeView* m_tree;
    EmptyState* m_none;
    QPushButton* m_parse;
};

} // namespace rustcask::ui

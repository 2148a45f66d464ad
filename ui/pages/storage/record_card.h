// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <rustcask/result.h>

#include "pages/storage/record_source.h"
#include "widgets/card.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QStackedWidget;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class EmptyState;
class FieldTableModel;
class HexView;
class Pill;
class Session;

/// One record: its fields and its bytes, each pointing at the other.
class RecordCard : public Card {
    Q_OBJECT
public:
    explicit RecordCard(QWidget* parent = nullptr);

    void setSession(Session* session);
    /// Reads the record on a worker and shows it.
    void showRecord(const QString& fileName, quint64 offset);
    void clear();
    [[nodiscard]] FieldTableModel* fields() const { return m_model; }
    [[nodiscard]] QTableView* fieldTable() const { return m_table; }
    [[nodiscard]] HexView* hex() const { return m_hex; }

Q_SIGNALS:
    void shown();

protected:
    void changeEvent(QEvent* event) override;

private:
    void show(const QString& fileName, const RecordDetail& detail);

    Session* m_session = nullptr;
    std::unique_ptr<QObject> m_context{}; // of the reading under way
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QTableView* m_table;
    FieldTableModel* m_model;
    HexView* m_hex;
    Pill* m_pill;
    QLabel* m_note;
    bool m_linking = false; // one selection sets the other, once
};

} // namespace rustcask::ui

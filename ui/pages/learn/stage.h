// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <memory>

#include "pages/learn/sandbox_state.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QStackedWidget;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Card;
class HexView;
class RowModel;
class Settings;
class TapeView;

/// The right side of the page: keydir, files, the bytes of the selected record, and what the last step did. Selecting
/// in one of them selects in the others.
class Stage : public QWidget {
    Q_OBJECT
public:
    explicit Stage(Settings& settings, QWidget* parent = nullptr);

    /// What of a state is shown, and how.
    struct View {
        std::shared_ptr<const SandboxState> state{};
        RecordRef focus{};  ///< the record to select: what the last step wrote or read; invalid: keep the selection
        bool lands = false; ///< it has just been written, and may be seen arriving
        bool hideKeydir = false; ///< and with it what is live and dead
        QString operation{};     ///< that led here; empty at the start
        QString durability{};    ///< what survives, in a sentence
    };
    void show(const View& view);
    void setDirectory(const QString& directory);
    void select(const RecordRef& ref);
    [[nodiscard]] RecordRef selected() const;
    [[nodiscard]] TapeView* tapes() const { return m_tapes; }
    [[nodiscard]] QTableView* keydirTable() const { return m_keydirTable; }
    [[nodiscard]] QTableView* fieldTable() const { return m_fieldTable; }
    [[nodiscard]] HexView* hexView() const { return m_hex; }
    [[nodiscard]] bool hidesKeydir() const { return m_view.hideKeydir; }

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeKeydirCard();
    QWidget* makeFilesCard();
    QWidget* makeBytesCard(Settings& settings);
    QWidget* makeCallsCard();
    void showKeydir();
    void showRecord();
    void showTrace();
    void followKeydirRow(int row);
    void followField(int row);

    View m_view;
    RecordRef m_selected;
    Card* m_filesCard = nullptr;
    Card* m_bytesCard = nullptr;
    Card* m_callsCard = nullptr;
    QStackedWidget* m_keydirStack = nullptr;
    QStackedWidget* m_bytesStack = nullptr;
    RowModel* m_keydir = nullptr;
    RowModel* m_fields = nullptr;
    RowModel* m_calls = nullptr;
    QTableView* m_keydirTable = nullptr;
    QTableView* m_fieldTable = nullptr;
    QTableView* m_callTable = nullptr;
    HexView* m_hex = nullptr;
    TapeView* m_tapes = nullptr;
    QLabel* m_durability = nullptr;
    bool m_following = false; // a selection is being carried from one view to the others
};

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/changes_dialog.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "session/session.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

ChangesDialog::ChangesDialog(Session* session, QWidget* parent) : QDialog(parent), m_session(session) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Changes of this session"));
    setModal(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Card::gutter, Card::gutter, Card::gutter, Card::gutter);
    layout->setSpacing(Card::gutter);
    auto* card = new Card;
    layout->addWidget(card, 1);
    m_stack = new QStackedWidget;
    card->addBody(m_stack);
    m_table = new QTableView;
    m_table->setModel(&m_model);
    styleTable(m_table, tr("Changes of this session, the newest first"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    QHeaderView* header = m_table->horizontalHeader();
    m_table->setColumnWidth(ChangeListModel::timeColumn, 84);
    m_table->setColumnWidth(ChangeListModel::keysColumn, 84);
    header->setSectionResizeMode(ChangeListModel::textColumn, QHeaderView::Stretch);
    header->setSectionResizeMode(ChangeListModel::stateColumn, QHeaderView::Stretch);
    m_stack->addWidget(m_table);
    m_stack->addWidget(new EmptyState(QStringLiteral("undo"), tr("Nothing has been changed yet."),
                                      tr("Every edit, bulk ones included, will be listed here and can be undone.")));
    auto* note =
        makeMuted(tr("Undo appends the former values as new records; the log keeps both. After a merge, values "
                     "that only the old files held are gone: the state says so."));
    note->setWordWrap(true);
    layout->addWidget(note);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    m_replay = makePrimaryButton(tr("Undo to here"));
    m_replay->setAutoDefault(false);
    QPushButton* close = makeButton(tr("Close"));
    close->setAutoDefault(false);
    buttons->addWidget(m_replay);
    buttons->addWidget(close);
    layout->addLayout(buttons);
    connect(m_replay, &QPushButton::clicked, this, &ChangesDialog::replaySelected);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ChangesDialog::updateState);
    connect(m_table, &QTableView::activated, this, &ChangesDialog::replaySelected);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &ChangesDialog::updateState);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &ChangesDialog::updateState);
    if (session != nullptr) {
        connect(session, &QObject::destroyed, this, &QDialog::close);
    }
    m_model.setSession(session);
    updateState();
    resize(760, 420);
}

void ChangesDialog::updateState() {
    const int row = m_table->selectionModel()->hasSelection() ? m_table->currentIndex().row() : -1;
    const bool possible = row >= 0 && m_session && !m_session->isReadOnly() && !m_session->isClosing();
    m_replay->setEnabled(possible);
    m_replay->setText(possible && m_model.isUndone(row) ? tr("Redo to here") : tr("Undo to here"));
    m_replay->setToolTip(possible && m_model.isUndone(row)
                             ? tr("Makes this change and all undone ones before it again")
                             : tr("Takes back this change and all later ones, one after another"));
    m_stack->setCurrentIndex(m_model.rowCount() > 0 ? 0 : 1);
}

void ChangesDialog::replaySelected() {
    const int row = m_table->currentIndex().row();
    if (row < 0 || !m_replay->isEnabled() || !m_session) {
        return;
    }
    const int here = m_model.stackIndex(row);
    m_session->undoStack().setIndex(m_model.isUndone(row) ? here : here - 1);
}

} // namespace rustcask::ui

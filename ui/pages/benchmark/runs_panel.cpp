// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/benchmark/runs_panel.h"

#include <algorithm>

#include <QAction>
#include <QHeaderView>
#include <QStackedWidget>
#include <QTableView>

#include "actions/action_registry.h"
#include "pages/benchmark/run_list_model.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

QToolButton* buttonFor(QAction* action, const QString& icon) {
    QToolButton* button = makeIconButton(icon, plainActionText(action->text()));
    const auto follow = [button, action] { button->setEnabled(action->isEnabled()); };
    QObject::connect(action, &QAction::changed, button, follow);
    QObject::connect(button, &QToolButton::clicked, action, &QAction::trigger);
    follow();
    return button;
}

} // namespace

RunsPanel::RunsPanel(const Actions& actions, QWidget* parent)
    : Card(tr("Saved runs"), parent),
      m_actions(actions),
      m_model(new RunListModel(this)),
      m_table(new QTableView),
      m_stack(new QStackedWidget),
      m_banner(new Banner) {
    addHeaderWidget(buttonFor(actions.open, QStringLiteral("import")));
    addHeaderWidget(buttonFor(actions.reveal, QStringLiteral("folder")));
    addHeaderWidget(buttonFor(actions.rename, QStringLiteral("rename")));
    addHeaderWidget(buttonFor(actions.remove, QStringLiteral("delete")));

    styleTable(m_table, tr("Saved runs"));
    m_table->setModel(m_model);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_table->addActions({actions.rename, actions.remove, actions.reveal});
    QHeaderView* header = m_table->horizontalHeader();
    header->setMinimumSectionSize(40);
    header->setSectionResizeMode(RunListModel::NameColumn, QHeaderView::Stretch);
    header->resizeSection(RunListModel::DateColumn, 102);
    header->resizeSection(RunListModel::ConfigurationsColumn, 80);
    header->resizeSection(RunListModel::RoundsColumn, 76);
    m_table->setTextElideMode(Qt::ElideRight);

    auto* empty =
        new EmptyState(QStringLiteral("benchmark"), tr("No saved runs yet."),
                       tr("A run is kept here when it ends. Result files of the command line can be opened too."));
    m_stack->addWidget(empty);
    m_stack->addWidget(m_table);
    addBody(m_banner, 0);
    addBody(m_stack);

    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        updateActions();
        if (!m_resetting)
            Q_EMIT selectionChanged();
    });
    updateActions();
}

void RunsPanel::setRuns(std::vector<bench::RunSummary> runs, int unreadable) {
    const std::vector<QString> selected = selectedFiles();
    m_resetting = true;
    m_model->setRuns(std::move(runs));
    for (const QString& file : selected)
        if (const int row = m_model->rowOf(file); row >= 0)
            m_table->selectionModel()->select(m_model->index(row, 0),
                                              QItemSelectionModel::Select | QItemSelectionModel::Rows);
    m_resetting = false;
    setSubtitle(unreadable == 0 ? QString() : tr("%n file(s) could not be read", nullptr, unreadable));
    m_stack->setCurrentIndex(m_model->rowCount() == 0 ? 0 : 1);
    updateActions();
    if (selectedFiles() != selected)
        Q_EMIT selectionChanged();
}

std::vector<QString> RunsPanel::selectedFiles() const {
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    std::vector<QString> files;
    for (const QModelIndex& row : rows)
        files.push_back(m_model->file(row.row()));
    return files;
}

void RunsPanel::select(const QString& file) {
    if (const int row = m_model->rowOf(file); row >= 0) {
        m_table->selectRow(row);
        m_table->scrollTo(m_model->index(row, 0));
    }
}

void RunsPanel::renameCurrent() {
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    if (!rows.isEmpty())
        m_table->edit(rows.front());
}

void RunsPanel::updateActions() {
    const auto count = m_table->selectionModel()->selectedRows().size();
    m_actions.rename->setEnabled(count == 1);
    m_actions.remove->setEnabled(count > 0);
}

} // namespace rustcask::ui

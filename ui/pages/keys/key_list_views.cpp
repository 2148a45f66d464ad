// SPDX-License-Identifier: GPL-3.0-or-later
// How the key list can be looked at: as folders, in pages, at another moment; and what of it is selected.
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>

#include "actions/action_registry.h"
#include "pages/keys/key_find_bar.h"
#include "pages/keys/key_list_panel.h"
#include "pages/keys/key_tree_view.h"
#include "theme/format.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"
#include "widgets/tall_table_view.h"

namespace rustcask::ui {

namespace {

constexpr int pageRowHeight = 28;
constexpr std::size_t maxSummedAtOnce = 20'000; // some milliseconds
constexpr std::size_t maxSelectedRanges = 2000; // the view looks through all of them for each cell it paints
constexpr int treeDelayMs = 150; // a tree of many keys takes a second: not for every row of a burst of edits

} // namespace

void KeyListPanel::buildViews(const Actions& actions) {
    QPushButton* tree = makeChip(tr("folders"));
    tree->setToolTip(actionToolTip(*actions.showTree));
    tree->setAccessibleName(tr("Show the keys as folders"));
    connect(tree, &QPushButton::clicked, actions.showTree, &QAction::trigger);
    connect(actions.showTree, &QAction::toggled, tree, &QPushButton::setChecked);
    m_find->fieldRow()->addWidget(tree);
    m_viewButton = makeChip(tr("now"));
    m_viewButton->setCheckable(false);
    m_viewButton->setToolTip(tr("The keys as they are now, deleted ones, or those of an earlier moment"));
    m_viewButton->setAccessibleName(tr("Which keys are listed"));
    auto* menu = new QMenu(m_viewButton);
    menu->addActions(actions.views);
    m_viewButton->setMenu(menu);
    m_find->fieldRow()->addWidget(m_viewButton);
}

void KeyListPanel::buildTree(Settings& settings) {
    m_tree = new KeyTreeView(settings);
    m_stack->addWidget(m_tree);
    m_treeDelay.setSingleShot(true);
    m_treeDelay.setInterval(treeDelayMs);
    connect(&m_treeDelay, &QTimer::timeout, this, &KeyListPanel::refreshTree);
    const auto soon = [this] {
        if (isTreeShown()) {
            m_treeDelay.start();
        }
    };
    connect(&m_model, &QAbstractItemModel::modelReset, this, soon);
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, soon);
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this, soon);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, soon);
    connect(m_tree, &KeyTreeView::keyChosen, this, &KeyListPanel::choose);
    connect(m_tree, &KeyTreeView::activated, this, &KeyListPanel::activated);
    connect(m_tree, &KeyTreeView::menuRequested, this, &KeyListPanel::menuRequested);
    connect(m_tree, &KeyTreeView::selectionChanged, this, [this] {
        if (isTreeShown()) {
            sumSelection();
            Q_EMIT selectionChanged();
        }
    });
}

void KeyListPanel::refreshTree() {
    if (!isTreeShown() || m_loader.state() != KeyListLoader::State::complete || m_loader.isSorting() ||
        m_loader.isReloading() || !m_loader.keyOrder()) {
        return; // the rows that come will ask again
    }
    const bool inOrder = m_model.isSorted() && m_model.sort() == KeySort();
    m_tree->model().show(m_model.table(), m_model.rows(), inOrder ? nullptr : m_loader.keyOrder());
}

void KeyListPanel::setTreeShown(bool shown) {
    m_treeShown = shown;
    updateCounts();
    if (shown) {
        refreshTree();
        m_tree->table()->setFocus();
    } else if (!m_current.isEmpty()) {
        static_cast<void>(selectKey(m_current));
    }
    sumSelection();
    Q_EMIT selectionChanged();
}

bool KeyListPanel::isTreeShown() const {
    return m_treeShown;
}

void KeyListPanel::openFirstFolder() {
    for (int row = 0; row < std::min(m_tree->model().rowCount(), 100); ++row) {
        if (m_tree->model().isFolder(row)) {
            m_tree->model().setOpen(row, true);
            return;
        }
    }
}

void KeyListPanel::setView(View view) {
    m_view = view;
    m_viewButton->setText(view == View::now ? tr("now") : view == View::deleted ? tr("deleted") : tr("earlier"));
    m_model.setDeletedKeys(view == View::deleted);
    m_banner->clear();
    m_notice->clear();
    updateCounts();
}

void KeyListPanel::setNotice(const QString& text, bool warning) {
    if (m_notice->text() != text) {
        m_notice->show(warning ? Banner::Kind::warning : Banner::Kind::info, text);
        connect(m_notice->addButton(tr("Back to now")), &QPushButton::clicked, this, &KeyListPanel::nowRequested);
    }
}

void KeyListPanel::focusList() {
    (isTreeShown() ? m_tree->table() : m_table)->setFocus();
}

void KeyListPanel::selectAll() {
    (isTreeShown() ? m_tree->table() : m_table)->selectAll();
}

QWidget* KeyListPanel::buildPageBar() {
    m_pageBar = new QWidget;
    auto* layout = new QHBoxLayout(m_pageBar);
    layout->setContentsMargins(Card::gutter, 4, Card::gutter, 4);
    layout->setSpacing(6);
    m_pageBar->setMinimumHeight(pageRowHeight);
    m_pageText = makeMuted(QString());
    m_pageText->setWordWrap(true);
    m_pageText->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_previousPage = makeButton(tr("Previous page"));
    m_nextPage = makeButton(tr("Next page"));
    layout->addWidget(m_pageText, 1);
    layout->addWidget(m_previousPage);
    layout->addWidget(m_nextPage);
    connect(m_previousPage, &QPushButton::clicked, this, [this] { m_model.setPage(m_model.page() - 1); });
    connect(m_nextPage, &QPushButton::clicked, this, [this] { m_model.setPage(m_model.page() + 1); });
    return m_pageBar;
}

void KeyListPanel::updatePageBar() {
    const int pages = m_model.pageCount();
    m_pageBar->setVisible(pages > 1);
    if (pages > 1) {
        const quint64 first = m_model.firstOfPage() + 1;
        m_pageText->setText(
            tr("Page %1 of %2: rows %3 to %4. A table cannot show more rows at once.")
                .arg(m_model.page() + 1)
                .arg(pages)
                .arg(formatCount(first), formatCount(first + static_cast<quint64>(m_model.rowCount()) - 1)));
        m_previousPage->setEnabled(m_model.page() > 0);
        m_nextPage->setEnabled(m_model.page() + 1 < pages);
    }
}

KeyListPanel::Ranges KeyListPanel::selectedRanges() const {
    Ranges ranges;
    const std::size_t first = m_model.firstOfPage();
    for (const QItemSelectionRange& range : m_table->selectionModel()->selection()) {
        ranges.emplace_back(first + static_cast<std::size_t>(range.top()),
                            first + static_cast<std::size_t>(range.bottom()) + 1);
    }
    return ranges;
}

quint64 KeyListPanel::selectedCount() const {
    if (isTreeShown()) {
        return m_tree->selection().size();
    }
    quint64 count = 0;
    for (const auto& [begin, end] : selectedRanges()) {
        count += end - begin;
    }
    return count;
}

KeySelection KeyListPanel::selection() const {
    if (isTreeShown()) {
        return m_tree->selection();
    }
    return {m_model.table(), m_model.rows(), selectedRanges()};
}

KeySelection KeyListPanel::everything() const {
    return {m_model.table(), m_model.rows(), {{0, m_model.matchingKeys()}}};
}

/// Thousands of keys were selected before the rows changed: a worker looks where they stand now.
void KeyListPanel::findSelectionAgain(const KeySelection& chosen) {
    dropAwaitedSelection();
    if (chosen.isEmpty() || !m_runner) {
        return;
    }
    m_awaitedSelection = chosen;
    m_againTask = m_runner->start<Ranges>(
        tr("Find the selected keys again"),
        [chosen, table = m_model.table(),
         rows = m_model.rows()](rustcask::Progress& progress) -> rustcask::Result<Ranges> {
            auto ranges = findAgain(chosen, table, *rows, progress);
            if (!ranges) {
                rustcask::Error error;
                error.code = rustcask::ErrorCode::cancelled;
                return rustcask::failure(std::move(error));
            }
            return std::move(*ranges);
        },
        this,
        [this, serial = m_againSerial, rows = m_model.rows()](const rustcask::Result<Ranges>& ranges) {
            if (!ranges || serial != m_againSerial) {
                return;
            }
            if (rows != m_model.rows()) { // edited meanwhile
                findSelectionAgain(KeySelection(m_awaitedSelection));
                return;
            }
            const auto wanted = static_cast<quint64>(m_awaitedSelection.size());
            dropAwaitedSelection();
            selectRanges(*ranges, wanted);
        },
        {.visible = false});
}

void KeyListPanel::selectRanges(const Ranges& ranges, quint64 wanted) {
    if (ranges.size() > maxSelectedRanges) {
        m_banner->show(Banner::Kind::info,
                       tr("The list has changed, and the %1 selected keys stand in too many places now: nothing is "
                          "selected any more.")
                           .arg(formatCount(wanted)));
        return;
    }
    QItemSelection selection;
    const std::size_t first = m_model.firstOfPage();
    const std::size_t end = first + static_cast<std::size_t>(m_model.rowCount());
    for (const auto& [begin, behind] : ranges) {
        const std::size_t from = std::max(begin, first);
        const std::size_t to = std::min(behind, end);
        if (from < to) {
            selection.append(
                QItemSelectionRange(m_model.index(static_cast<int>(from - first), 0),
                                    m_model.index(static_cast<int>(to - first) - 1, KeyListModel::columns - 1)));
        }
    }
    m_table->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
}

void KeyListPanel::dropAwaitedSelection() {
    ++m_againSerial;
    m_awaitedSelection = {};
    if (m_againTask) {
        m_againTask->cancel();
        m_againTask.clear();
    }
}

void KeyListPanel::sumSelection() {
    ++m_sumSerial;
    if (m_sumTask) {
        m_sumTask->cancel();
        m_sumTask.clear();
    }
    const quint64 count = selectedCount();
    if (count < 2) {
        m_selection->clear();
        return;
    }
    const auto sum = [](const KeySelection& chosen, rustcask::Progress* progress) -> std::optional<quint64> {
        quint64 bytes = 0;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            if (progress != nullptr && i % 4096 == 0 && progress->isCancelled()) {
                return std::nullopt;
            }
            bytes += chosen.entry(i).valueBytes;
        }
        return bytes;
    };
    if (count <= maxSummedAtOnce || !m_runner) {
        showSelection(sum(selection(), nullptr));
        return;
    }
    showSelection(std::nullopt);
    m_sumTask = m_runner->start<quint64>(
        tr("Add up the selection"),
        [chosen = selection(), sum](rustcask::Progress& progress) -> rustcask::Result<quint64> {
            const auto bytes = sum(chosen, &progress);
            if (!bytes) {
                rustcask::Error error;
                error.code = rustcask::ErrorCode::cancelled;
                return rustcask::failure(std::move(error));
            }
            return *bytes;
        },
        this,
        [this, serial = m_sumSerial](rustcask::Result<quint64> bytes) {
            if (bytes && serial == m_sumSerial) {
                showSelection(*bytes);
            }
        },
        {.visible = false});
}

void KeyListPanel::showSelection(std::optional<quint64> bytes) {
    const QString count = formatCount(selectedCount());
    m_selection->setText(bytes ? tr("%1 selected · %2 of values").arg(count, formatBytes(*bytes))
                               : tr("%1 selected · adding up…").arg(count));
}

} // namespace rustcask::ui

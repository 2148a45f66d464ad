// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/key_list_panel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "actions/action_registry.h"
#include "pages/keys/key_find_bar.h"
#include "pages/keys/key_tree_view.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/choose_row.h"
#include "widgets/labels.h"
#include "widgets/progress_strip.h"
#include "widgets/row_delegate.h"
#include "widgets/states.h"
#include "widgets/tall_table_view.h"

namespace rustcask::ui {

namespace {

constexpr int timesDelayMs = 30;
constexpr int maxKeptSelection = 2000;

/// Marks keys with unsaved changes by a dot before the key and a heavier type.
class KeyDelegate : public RowDelegate {
public:
    using RowDelegate::RowDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        if (!index.data(KeyListModel::draftRole).toBool()) {
            RowDelegate::paint(painter, option, index);
            return;
        }
        QStyleOptionViewItem shifted = option;
        paintBackground(painter, option);
        shifted.rect.adjust(14, 0, 0, 0);
        RowDelegate::paint(painter, shifted, index);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(tokensFor(option.palette).warning);
        painter->drawEllipse(QPointF(option.rect.left() + sidePadding + 6, option.rect.center().y()), 3.5, 3.5);
        painter->restore();
    }
};

KeyOrder orderOf(int column) {
    switch (column) {
    case KeyListModel::sizeColumn:
        return KeyOrder::valueSize;
    case KeyListModel::writtenColumn:
        return KeyOrder::written;
    case KeyListModel::generationColumn:
        return KeyOrder::generation;
    default:
        return KeyOrder::key;
    }
}

} // namespace

KeyListPanel::KeyListPanel(Settings& settings, const Actions& actions, QWidget* parent)
    : QWidget(parent), m_loader(&m_model) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    m_card = new Card;
    layout->addWidget(m_card);
    m_find = new KeyFindBar(settings);
    m_card->addToolRow(m_find);
    buildViews(actions);
    m_draftActions = {actions.saveAll, actions.discardAll};
    m_notice = new Banner;
    m_card->addBody(m_notice, 0);
    connect(m_notice, &Banner::dismissed, this, &KeyListPanel::nowRequested);
    m_banner = new Banner;
    m_card->addBody(m_banner, 0);
    m_card->addBody(buildCountLine(), 0);
    m_stack = new QStackedWidget;
    m_card->addBody(m_stack);
    buildTable(settings, actions);
    buildTree(settings);
    m_card->addBody(buildPageBar(), 0);
    m_empty = new EmptyState(QStringLiteral("keys"), QString());
    m_emptyButton = m_empty->addButton(tr("Clear the filter"), false);
    m_stack->addWidget(m_empty);

    QHBoxLayout* footer = m_card->footer();
    footer->addWidget(makePrimaryButton(actions.create));
    footer->addWidget(makeButton(actions.duplicate));
    footer->addWidget(makeButton(actions.rename));
    footer->addStretch(1);
    QPushButton* removeMatching = makeButton(actions.removeMatching);
    connect(actions.removeMatching, &QAction::changed, removeMatching,
            [removeMatching, action = actions.removeMatching] { removeMatching->setVisible(action->isVisible()); });
    footer->addWidget(removeMatching);
    QPushButton* restore = makeButton(actions.restore);
    restore->hide();
    connect(actions.restore, &QAction::changed, restore,
            [restore, action = actions.restore] { restore->setVisible(action->isVisible()); });
    footer->addWidget(restore);
    footer->addWidget(makeButton(actions.remove));

    m_timesDelay.setSingleShot(true);
    m_timesDelay.setInterval(timesDelayMs);
    m_loader.setFilter(m_find->filter());
    connect(m_find, &KeyFindBar::filterChanged, &m_loader, &KeyListLoader::setFilter);
    connect(m_find, &KeyFindBar::leaving, this, &KeyListPanel::enterList);
    connect(&m_timesDelay, &QTimer::timeout, this, &KeyListPanel::fetchTimes);
    connect(m_emptyButton, &QPushButton::clicked, this, &KeyListPanel::clearFilter);
    connect(&m_loader, &KeyListLoader::changed, this, &KeyListPanel::updateCounts);
    connect(&m_model, &QAbstractItemModel::modelAboutToBeReset, this, &KeyListPanel::savePlace);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &KeyListPanel::restorePlace);
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, [this] {
        if (!m_awaited.isEmpty() && selectKey(m_awaited)) {
            m_awaited.clear();
        }
        m_timesDelay.start();
    });
    updateCounts();
}

QWidget* KeyListPanel::buildCountLine() {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(Card::gutter, 6, Card::gutter, 6);
    layout->setSpacing(6);
    m_count = makeTitle(QString());
    m_detail = makeMuted(QString());
    m_detail->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_selection = makeMuted(QString());
    m_selection->setAccessibleName(tr("Selected"));
    m_drafts = makeChip(QString());
    m_drafts->setCheckable(false);
    m_drafts->setToolTip(tr("Keys with changes that are not saved yet"));
    m_drafts->setAccessibleName(tr("Unsaved changes"));
    m_drafts->setMenu(new QMenu(m_drafts));
    m_drafts->hide();
    layout->addWidget(m_count);
    layout->addWidget(m_detail, 1);
    layout->addWidget(m_selection);
    layout->addWidget(m_drafts);
    return row;
}

void KeyListPanel::buildTable(Settings& settings, const Actions& actions) {
    m_table = new TallTableView;
    m_table->setModel(&m_model);
    styleTable(m_table, tr("Keys"));
    m_table->setItemDelegateForColumn(KeyListModel::keyColumn, new KeyDelegate(m_table));
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    QHeaderView* header = m_table->horizontalHeader();
    header->setSectionsClickable(true);
    header->setSortIndicatorShown(true);
    header->setSortIndicator(KeyListModel::keyColumn, Qt::AscendingOrder);
    header->setStretchLastSection(false);
    header->setMinimumSectionSize(56);
    header->setSectionResizeMode(KeyListModel::keyColumn, QHeaderView::Stretch);
    m_table->setColumnWidth(KeyListModel::sizeColumn, 88);
    m_table->setColumnWidth(KeyListModel::writtenColumn, 150);
    m_table->setColumnWidth(KeyListModel::generationColumn, 88);
    settings.keep(header, QStringLiteral("keys/columns"));
    header->setSortIndicator(KeyListModel::keyColumn, Qt::AscendingOrder);
    header->setContextMenuPolicy(Qt::ActionsContextMenu);
    for (int i = 0; i < actions.columns.size(); ++i) {
        QAction* column = actions.columns[i];
        column->setChecked(!m_table->isColumnHidden(i + 1));
        header->addAction(column);
        connect(column, &QAction::toggled, m_table, [this, i](bool shown) { m_table->setColumnHidden(i + 1, !shown); });
    }
    header->addActions(actions.orders);
    m_stack->addWidget(m_table);

    connect(header, &QHeaderView::sortIndicatorChanged, this, &KeyListPanel::applySort);
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, this, [this] { m_timesDelay.start(); });
    m_table->viewport()->installEventFilter(this);
    connect(m_table, &TallTableView::activated, this, &KeyListPanel::activated);
    connect(m_table, &TallTableView::typed, this, [this](const QString& text) {
        if (const int row = m_model.rowStartingWith(text.toUtf8()); row >= 0) {
            chooseRow(m_table, row);
        }
    });
    connect(m_table, &TallTableView::customContextMenuRequested, this,
            [this](const QPoint& at) { Q_EMIT menuRequested(m_table->viewport()->mapToGlobal(at)); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &KeyListPanel::noteCurrent);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (!m_restoring) {
            dropAwaitedSelection(); // somebody has chosen something else
            // The row that the focus made current has been chosen now; that does not make it current once more.
            if (m_table->selectionModel()->isRowSelected(m_table->currentIndex().row())) {
                noteCurrent();
            }
            sumSelection();
            Q_EMIT selectionChanged();
        }
    });
}

bool KeyListPanel::eventFilter(QObject* watched, QEvent* event) {
    if (m_table != nullptr && watched == m_table->viewport() && event->type() == QEvent::Resize) {
        m_timesDelay.start();
    }
    return QWidget::eventFilter(watched, event);
}

void KeyListPanel::enterList() {
    focusList();
    if (isTreeShown()) {
        return;
    }
    // The view makes a row current when it gets the focus, but selects none.
    if (!m_table->selectionModel()->hasSelection() && m_model.rowCount() > 0) {
        chooseRow(m_table, std::max(0, m_table->currentIndex().row()));
    }
}

void KeyListPanel::setFilterText(const QString& text, MatchMode mode) {
    KeyFilter filter = m_find->filter();
    filter.mode = mode;
    filter.text = text;
    m_find->setFilter(filter);
}

void KeyListPanel::clearFilter() {
    m_find->clear();
}

void KeyListPanel::focusFilter() {
    m_find->focus();
}

void KeyListPanel::setRunner(TaskRunner* runner) {
    m_runner = runner;
    ++m_sumSerial;
    m_sumTask.clear();
    dropAwaitedSelection();
    m_selection->clear();
    m_tree->model().setRunner(runner);
}

void KeyListPanel::applySort(int column, Qt::SortOrder order) {
    m_loader.setSort({orderOf(column), order == Qt::DescendingOrder});
}

void KeyListPanel::sortBy(int column) {
    QHeaderView* header = m_table->horizontalHeader();
    const bool same = header->sortIndicatorSection() == column;
    header->setSortIndicator(column, same && header->sortIndicatorOrder() == Qt::AscendingOrder ? Qt::DescendingOrder
                                                                                                : Qt::AscendingOrder);
}

int KeyListPanel::visibleRows() const {
    return m_table->viewport()->height() / tableRowHeight + 1;
}

void KeyListPanel::savePlace() {
    m_place = {};
    m_restoring = true;
    const QModelIndex current = m_table->currentIndex();
    const int top = m_table->rowAt(0);
    if (top >= 0) {
        m_place.top = m_model.key(top);
        m_place.topRow = top;
    }
    m_place.current = m_current;
    // A view that gets the focus makes a row current that nobody chose, and selects none.
    if (current.isValid() && (m_table->selectionModel()->hasSelection() || !m_current.isEmpty())) {
        m_place.current = m_model.key(current.row());
        m_place.offset = current.row() - std::max(0, top);
        m_place.inView = m_place.offset >= 0 && m_place.offset < visibleRows();
    }
    const QItemSelection selection = m_table->selectionModel()->selection();
    int count = 0;
    for (const QItemSelectionRange& range : selection) {
        count += range.height();
    }
    m_place.everything = count > 0 && count == m_model.rowCount();
    if (!m_awaitedSelection.isEmpty()) {
        m_place.many = m_awaitedSelection; // the rows change once more before it has been found
    } else if (count > maxKeptSelection && !m_place.everything) {
        m_place.many = {m_model.table(), m_model.rows(), selectedRanges()};
    } else if (count <= maxKeptSelection) {
        for (const QItemSelectionRange& range : selection) {
            for (int row = range.top(); row <= range.bottom(); ++row) {
                m_place.selected.append(m_model.key(row));
            }
        }
    }
}

void KeyListPanel::restorePlace() {
    const bool sameView =
        m_placeFilter == m_loader.filter() && m_placeSort == m_loader.sort() && m_placePage == m_model.page();
    m_placePage = m_model.page();
    m_placeFilter = m_loader.filter();
    m_placeSort = m_loader.sort();
    QItemSelection selection;
    if (m_place.everything && sameView) {
        if (m_model.rowCount() > 0) {
            selection.select(m_model.index(0, 0), m_model.index(m_model.rowCount() - 1, KeyListModel::columns - 1));
        }
    } else {
        for (const QByteArray& key : std::as_const(m_place.selected)) {
            if (const int row = m_model.rowOf(key); row >= 0) {
                selection.select(m_model.index(row, 0), m_model.index(row, KeyListModel::columns - 1));
            }
        }
    }
    const int row = m_place.current.isEmpty() ? -1 : m_model.rowOf(m_place.current);
    if (row >= 0) {
        m_table->selectionModel()->setCurrentIndex(m_model.index(row, 0), QItemSelectionModel::NoUpdate);
    }
    if (row >= 0 && selection.isEmpty() && m_place.many.isEmpty()) { // a filter had hidden it
        selection.select(m_model.index(row, 0), m_model.index(row, KeyListModel::columns - 1));
    }
    m_table->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    m_table->doItemsLayout(); // so that the scroll bar knows the new number of rows
    if (row >= 0 && (m_place.inView || !sameView)) {
        const int offset = m_place.inView ? m_place.offset : visibleRows() / 2;
        m_table->verticalScrollBar()->setValue(std::max(0, row - offset));
    } else if (sameView && m_place.topRow > 0) {
        const int top = m_model.rowOf(m_place.top);
        m_table->verticalScrollBar()->setValue(top >= 0 ? top : m_place.topRow);
    } else if (!sameView) {
        m_table->scrollToTop();
    }
    m_restoring = false;
    if (!m_awaited.isEmpty() && selectKey(m_awaited)) {
        m_awaited.clear();
    }
    m_timesDelay.start();
    noteCurrent();
    findSelectionAgain(std::exchange(m_place.many, {}));
    sumSelection();
    Q_EMIT selectionChanged();
    updateCounts();
}

void KeyListPanel::noteCurrent() {
    if (m_restoring || !m_table->selectionModel()->hasSelection()) {
        return;
    }
    const QByteArray key = m_model.key(m_table->currentIndex().row());
    // A key that a filter hides stays the current one: what is shown or typed for it must not go away.
    choose(key);
}

void KeyListPanel::choose(const QByteArray& key) {
    if (!key.isEmpty() && key != m_current) {
        m_current = key;
        Q_EMIT currentKeyChanged(m_current);
    }
}

QByteArray KeyListPanel::currentKey() const {
    return m_current;
}

bool KeyListPanel::selectKey(const QByteArray& key) {
    if (isTreeShown() && m_tree->selectKey(key)) {
        choose(key);
        return true;
    }
    int row = m_model.rowOf(key);
    if (row < 0 && m_model.pageCount() > 1) {
        if (const int page = m_model.pageOf(key); page >= 0) {
            m_model.setPage(page);
            row = m_model.rowOf(key);
        }
    }
    if (row < 0) {
        return false;
    }
    chooseRow(m_table, row);
    return true;
}

void KeyListPanel::forgetCurrent() {
    dropAwaitedSelection();
    m_current.clear();
    m_awaited.clear();
    m_place = {};
}

void KeyListPanel::selectWhenThere(const QByteArray& key) {
    m_awaited = selectKey(key) ? QByteArray() : key;
}

void KeyListPanel::setDrafts(const QList<QByteArray>& keys) {
    m_model.setDrafts(QSet<QByteArray>(keys.begin(), keys.end()));
    m_drafts->setVisible(!keys.isEmpty());
    m_drafts->setText(tr("%1 not saved").arg(formatCount(static_cast<quint64>(keys.size()))));
    QMenu* menu = m_drafts->menu();
    menu->clear();
    for (const QByteArray& key : keys) {
        QString text = displayKey(key, 80);
        text.replace(QLatin1Char('&'), QStringLiteral("&&")); // no mnemonics in data
        connect(menu->addAction(text), &QAction::triggered, this, [this, key] { Q_EMIT draftChosen(key); });
    }
    menu->addSeparator();
    menu->addActions(m_draftActions);
}

void KeyListPanel::fetchTimes() {
    const int first = m_table->rowAt(0);
    if (first >= 0) {
        m_loader.wantTimes(first, first + visibleRows());
    }
}

void KeyListPanel::updateCounts() {
    const bool filtered = !m_loader.filter().isEmpty();
    const quint64 live = m_model.liveKeys();
    QString count;
    QString detail;
    QString sentence;
    QString advice;
    bool offersClearing = false;
    switch (m_loader.state()) {
    case KeyListLoader::State::empty:
        sentence = tr("No database is open.");
        advice = tr("Open one to see its keys.");
        break;
    case KeyListLoader::State::loading:
        detail = tr("Reading the keys…");
        sentence = tr("Reading the keys…");
        if (m_view != View::now) {
            sentence = tr("Reading the log…");
            advice = progressText(m_loader.counts(), m_loader.loadingMs());
        }
        break;
    case KeyListLoader::State::failed:
        sentence = errorTitle(m_loader.error());
        advice = errorText(m_loader.error());
        break;
    case KeyListLoader::State::partial:
        count = formatCount(m_loader.hitsSoFar());
        detail = tr("match so far · partial, %1 of %2 keys searched")
                     .arg(formatCount(m_loader.searchedSoFar()), formatCount(live));
        break;
    case KeyListLoader::State::complete:
        count = formatCount(m_model.matchingKeys());
        detail = filtered
                     ? (m_model.undecidedKeys() + m_model.unsearchedValues() > 0 ? tr("of %1 keys match")
                                                                                 : tr("of %1 keys match · complete"))
                           .arg(formatCount(live))
                     : (live == 1 ? tr("key") : tr("keys"));
        if (m_loader.isSorting()) {
            detail += tr(" · sorting…");
        }
        if (m_model.undecidedKeys() > 0) {
            detail += tr(" · not decided on %1: the expression is too costly for them")
                          .arg(formatCount(m_model.undecidedKeys()));
        }
        if (m_model.unsearchedValues() > 0) {
            detail += tr(" · %1 values not searched: above %2, or unreadable")
                          .arg(formatCount(m_model.unsearchedValues()), formatBytes(maxSearchedValueBytes));
        }
        if (m_model.matchingKeys() == 0) {
            offersClearing = filtered && live > 0;
            sentence = offersClearing ? tr("No key matches.") : tr("This database has no keys.");
            if (!offersClearing && m_view != View::now) {
                sentence = m_view == View::deleted ? tr("No key has been deleted.") : tr("There were no keys then.");
            }
            advice = offersClearing ? tr("Another text or another way of matching may find some.")
                                    : (m_writable ? tr("“New key…” makes the first one.")
                                                  : tr("It is open read-only; another process may add some."));
        }
        break;
    }
    if (!m_loader.patternProblem().isEmpty()) {
        detail = m_loader.patternProblem();
        count.clear();
    }
    m_count->setText(count);
    m_count->setVisible(!count.isEmpty());
    m_detail->setText(detail);
    m_detail->setToolTip(plainToolTip(detail));
    const bool showEmpty = !sentence.isEmpty() && m_model.rowCount() == 0;
    if (showEmpty) {
        m_empty->setIcon(m_loader.state() == KeyListLoader::State::failed ? QStringLiteral("warning")
                                                                          : QStringLiteral("keys"));
        m_empty->setTexts(sentence, advice);
        m_emptyButton->setVisible(offersClearing);
    }
    m_stack->setCurrentWidget(showEmpty       ? static_cast<QWidget*>(m_empty)
                              : isTreeShown() ? static_cast<QWidget*>(m_tree)
                                              : m_table);
    updatePageBar();
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/stage.h"

#include <QHeaderView>
#include <QLabel>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

#include "pages/learn/field_text.h"
#include "pages/learn/row_model.h"
#include "pages/learn/tape_view.h"
#include "pages/learn/text.h"
#include "settings/settings.h"
#include "widgets/card.h"
#include "widgets/color_swatch.h"
#include "widgets/hex_view.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

QTableView* makeTable(RowModel* model, const QString& name, QWidget* parent) {
    auto* table = new QTableView(parent);
    styleTable(table, name);
    table->setModel(model);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setMinimumSize(120, 72);
    table->horizontalHeader()->setMinimumSectionSize(66); // the header's own words need it
    return table;
}

QSplitter* makeSplitter(Qt::Orientation orientation, QWidget* parent) {
    auto* splitter = new QSplitter(orientation, parent);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(Card::gutter);
    return splitter;
}

} // namespace

Stage::Stage(Settings& settings, QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);

    auto* upper = makeSplitter(Qt::Horizontal, this);
    upper->addWidget(makeKeydirCard());
    upper->addWidget(makeFilesCard());
    upper->setStretchFactor(0, 0);
    upper->setStretchFactor(1, 1);
    upper->setSizes({280, 640});
    auto* lower = makeSplitter(Qt::Horizontal, this);
    lower->addWidget(makeBytesCard(settings));
    lower->addWidget(makeCallsCard());
    lower->setStretchFactor(0, 1);
    lower->setStretchFactor(1, 0);
    lower->setSizes({620, 310});
    auto* rows = makeSplitter(Qt::Vertical, this);
    rows->addWidget(upper);
    rows->addWidget(lower);
    rows->setStretchFactor(0, 1);
    rows->setStretchFactor(1, 1);
    rows->setSizes({300, 380});
    layout->addWidget(rows);
    settings.keep(upper, QStringLiteral("learn/upper"));
    settings.keep(lower, QStringLiteral("learn/lower"));
    settings.keep(rows, QStringLiteral("learn/rows"));
}

QWidget* Stage::makeKeydirCard() {
    auto* card = new Card(tr("Keydir"), this);
    card->setSubtitle(tr("in memory"));
    m_keydir = new RowModel({{tr("key")}, {tr("file"), true}, {tr("offset"), true}, {tr("size"), true}}, this);
    m_keydirTable = makeTable(m_keydir, tr("Keydir"), card);
    m_keydirTable->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_keydirTable->horizontalHeader()->setMinimumSectionSize(44);
    for (const auto& [column, width] : {std::pair(1, 50), std::pair(2, 70), std::pair(3, 54)}) {
        m_keydirTable->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Interactive);
        m_keydirTable->setColumnWidth(column, width);
    }
    m_keydirTable->setMinimumWidth(200);
    connect(m_keydirTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { followKeydirRow(current.row()); });
    m_keydirStack = new QStackedWidget(card);
    m_keydirStack->addWidget(m_keydirTable);
    auto* hidden = makeMuted(tr("Hidden for this step: you draw the arrows."), card);
    hidden->setWordWrap(true);
    hidden->setAlignment(Qt::AlignCenter);
    hidden->setMargin(Card::gutter);
    m_keydirStack->addWidget(hidden);
    auto* empty = makeMuted(tr("No key yet."), card);
    empty->setAlignment(Qt::AlignCenter);
    m_keydirStack->addWidget(empty);
    card->addBody(m_keydirStack);
    return card;
}

QWidget* Stage::makeFilesCard() {
    m_filesCard = new Card(tr("Files"), this);
    m_filesCard->setSubtitle(tr("on disk"));
    auto* scroll = new QScrollArea(m_filesCard);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setMinimumSize(220, 120);
    scroll->viewport()->setAutoFillBackground(false);
    m_tapes = new TapeView(scroll);
    scroll->setWidget(m_tapes);
    m_tapes->setAutoFillBackground(false);
    m_filesCard->addBody(scroll);
    auto* legend = m_filesCard->footer();
    const QList<std::pair<Meaning, QString>> meanings{{Meaning::live, blockStateTitle(BlockState::live)},
                                                      {Meaning::dead, blockStateTitle(BlockState::dead)},
                                                      {Meaning::tombstone, blockStateTitle(BlockState::tombstone)},
                                                      {Meaning::hint, blockStateTitle(BlockState::hint)}};
    for (const auto& [meaning, text] : meanings) {
        legend->addWidget(new ColorSwatch(meaning, m_filesCard));
        legend->addWidget(makeMuted(text, m_filesCard));
        legend->addSpacing(8);
    }
    legend->addStretch(1);
    connect(m_tapes, &TapeView::recordSelected, this, [this, scroll](const RecordRef& ref) {
        select(ref);
        const QPoint centre = m_tapes->tapeLayout().rect(ref).center().toPoint();
        scroll->ensureVisible(centre.x(), centre.y(), 40, 40);
    });
    return m_filesCard;
}

QWidget* Stage::makeBytesCard(Settings& settings) {
    m_bytesCard = new Card(tr("Bytes"), this);
    auto* split = makeSplitter(Qt::Vertical, m_bytesCard);
    split->setHandleWidth(5);
    m_hex = new HexView(split);
    m_hex->setAccessibleName(tr("Bytes of the selected record"));
    m_hex->setMinimumHeight(64);
    m_fields = new RowModel({{tr("field"), false, false}, {tr("bytes")}, {tr("meaning"), false, false}}, this);
    m_fieldTable = makeTable(m_fields, tr("Fields of the selected record"), split);
    m_fieldTable->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_fieldTable->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Interactive);
    m_fieldTable->horizontalHeader()->setStretchLastSection(true);
    m_fieldTable->setColumnWidth(1, 210);
    split->addWidget(m_hex);
    split->addWidget(m_fieldTable);
    split->setStretchFactor(0, 0);
    split->setStretchFactor(1, 1);
    split->setSizes({92, 260});
    settings.keep(split, QStringLiteral("learn/bytes"));
    m_bytesStack = new QStackedWidget(m_bytesCard);
    m_bytesStack->addWidget(split);
    m_bytesStack->addWidget(
        new EmptyState(QStringLiteral("record"), tr("No record is selected."),
                       tr("Select a block of a file above to see its bytes and what each of them says."), m_bytesCard));
    m_bytesStack->setCurrentIndex(1);
    m_bytesCard->addBody(m_bytesStack);
    connect(m_hex, &HexView::currentSpanChanged, this, [this](int span) {
        if (!m_following && span >= 0) {
            const QScopedValueRollback guard(m_following, true);
            m_fieldTable->selectRow(span);
        }
    });
    connect(m_fieldTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { followField(current.row()); });
    return m_bytesCard;
}

QWidget* Stage::makeCallsCard() {
    m_callsCard = new Card(tr("Calls and events"), this);
    m_calls = new RowModel({{tr("what")}, {tr("where")}, {tr("bytes"), true}}, this);
    m_callTable = makeTable(m_calls, tr("Calls and events of the last step"), m_callsCard);
    m_callTable->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_callTable->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_callTable->horizontalHeader()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    m_callsCard->addBody(m_callTable);
    m_durability = makeMuted(QString(), m_callsCard);
    m_durability->setWordWrap(true);
    m_durability->setContentsMargins(Card::gutter, 6, Card::gutter, 10);
    m_callsCard->addBody(m_durability, 0);
    return m_callsCard;
}

void Stage::setDirectory(const QString& directory) {
    m_filesCard->setSubtitle(tr("on disk, in %1").arg(directory));
}

void Stage::show(const View& view) {
    m_view = view;
    m_tapes->setHideStates(view.hideKeydir);
    m_tapes->setState(view.state, view.lands ? view.focus : RecordRef());
    if (view.focus.isValid()) {
        m_selected = view.focus;
    } else if (view.state == nullptr || view.state->record(m_selected) == nullptr) {
        m_selected = {};
    }
    m_tapes->setSelected(m_selected);
    showKeydir();
    showRecord();
    showTrace();
}

void Stage::select(const RecordRef& ref) {
    m_selected = ref;
    m_tapes->setSelected(ref);
    showKeydir();
    showRecord();
}

RecordRef Stage::selected() const {
    return m_selected;
}

void Stage::showKeydir() {
    const QScopedValueRollback guard(m_following, true);
    std::vector<RowModel::Row> rows;
    int current = -1;
    if (m_view.state != nullptr && !m_view.hideKeydir) {
        for (const KeydirRow& entry : m_view.state->keydir) {
            if (m_selected.isValid() &&
                m_view.state->find(entry.location.generation, entry.location.offset) == m_selected) {
                current = static_cast<int>(rows.size());
            }
            rows.push_back({.cells = {bytesText(entry.key), QString::number(entry.location.generation.value),
                                      countText(entry.location.offset), countText(entry.location.recordBytes)}});
        }
    }
    const bool any = !rows.empty();
    m_keydirStack->setCurrentIndex(m_view.hideKeydir ? 1 : any ? 0 : 2);
    // The same rows stay as they are: focus and scrolling survive a selection elsewhere.
    const auto same = [](const RowModel::Row& a, const RowModel::Row& b) { return a.cells == b.cells; };
    if (!std::equal(rows.begin(), rows.end(), m_keydir->rows().begin(), m_keydir->rows().end(), same)) {
        m_keydir->setRows(std::move(rows));
    }
    if (current >= 0) {
        m_keydirTable->selectRow(current);
    } else {
        m_keydirTable->clearSelection();
        m_keydirTable->setCurrentIndex({});
    }
}

void Stage::showRecord() {
    const QScopedValueRollback guard(m_following, true);
    const SandboxRecord* record = m_view.state != nullptr ? m_view.state->record(m_selected) : nullptr;
    m_bytesStack->setCurrentIndex(record != nullptr ? 0 : 1);
    if (record == nullptr) {
        m_bytesCard->setTitle(tr("Bytes"));
        m_bytesCard->setSubtitle({});
        m_fields->setRows({});
        m_hex->clear();
        return;
    }
    const SandboxFile& file = m_view.state->files[static_cast<std::size_t>(m_selected.file)];
    const bool isNew = m_view.state->appended() == m_selected;
    m_bytesCard->setTitle(isNew ? tr("Bytes of the new record") : tr("Bytes of %1").arg(recordLabel(file, *record)));
    m_bytesCard->setSubtitle(QStringLiteral("%1 @ %2").arg(file.name, countText(record->info.offset)));
    std::vector<RowModel::Row> rows;
    for (const FieldSpan& span : record->fields) {
        rows.push_back({.cells = {fieldText(span.field), hexText(fieldBytes(file, span)), fieldMeaning(span)},
                        .field = span.field});
    }
    m_fields->setPalette(palette());
    m_fields->setRows(std::move(rows));
    QByteArray bytes = QByteArray::fromStdString(file.bytes.substr(record->info.offset, record->info.bytes));
    m_hex->setData(bytes, record->info.offset);
    m_hex->setSpans(hexSpans(record->fields, record->info.offset));
}

void Stage::showTrace() {
    std::vector<RowModel::Row> rows;
    if (m_view.state != nullptr) {
        for (const TraceEvent& event : m_view.state->trace) {
            const TraceLine line = traceLine(event);
            rows.push_back({.cells = {line.what, line.where, line.detail}, .bold = event.kind == EventKind::call});
        }
    }
    m_callsCard->setSubtitle(m_view.operation.isEmpty() ? tr("of opening") : m_view.operation);
    m_calls->setRows(std::move(rows));
    m_durability->setText(m_view.durability);
    m_durability->setVisible(!m_view.durability.isEmpty());
}

void Stage::followKeydirRow(int row) {
    if (m_following || m_view.state == nullptr || row < 0 || row >= static_cast<int>(m_view.state->keydir.size())) {
        return;
    }
    const KeydirRow& entry = m_view.state->keydir[static_cast<std::size_t>(row)];
    m_selected = m_view.state->find(entry.location.generation, entry.location.offset);
    m_tapes->setSelected(m_selected);
    showRecord();
}

void Stage::followField(int row) {
    if (!m_following && row >= 0) {
        const QScopedValueRollback guard(m_following, true);
        m_hex->setCurrentSpan(row);
    }
}

void Stage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_fields != nullptr) {
        m_fields->setPalette(palette());
    }
}

} // namespace rustcask::ui

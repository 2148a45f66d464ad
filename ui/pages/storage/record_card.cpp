// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/record_card.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <rustcask/database.h>

#include "pages/storage/field_table_model.h"
#include "pages/storage/record_table_model.h"
#include "session/session.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/hex_view.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

RecordCard::RecordCard(QWidget* parent)
    : Card(tr("Record"), parent),
      m_stack(new QStackedWidget),
      m_empty(new EmptyState(QStringLiteral("record"), {}, {})),
      m_table(new QTableView),
      m_model(new FieldTableModel(this)),
      m_hex(new HexView),
      m_pill(new Pill({})),
      m_note(makeMuted({})) {
    addHeaderWidget(m_pill);
    m_pill->hide();
    m_hex->setAccessibleName(tr("Bytes of the record"));
    m_model->setPalette(palette());
    styleTable(m_table, tr("Fields of the record"));
    m_table->setModel(m_model);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    auto* header = m_table->horizontalHeader();
    header->setSectionResizeMode(FieldTableModel::field, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(FieldTableModel::value, QHeaderView::Stretch);
    header->setSectionResizeMode(FieldTableModel::bytes, QHeaderView::ResizeToContents);
    header->hide();

    auto* lower = new QWidget;
    auto* lowerLayout = new QVBoxLayout(lower);
    lowerLayout->setContentsMargins({});
    lowerLayout->setSpacing(0);
    lowerLayout->addWidget(m_hex, 1);
    m_note->setContentsMargins(14, 4, 14, 6);
    m_note->hide();
    lowerLayout->addWidget(m_note);

    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_table);
    splitter->addWidget(lower);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(splitter);
    addBody(m_stack);

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) {
        if (!m_linking && index.isValid()) {
            m_linking = true;
            m_hex->setCurrentSpan(index.row());
            m_linking = false;
        }
    });
    connect(m_hex, &HexView::currentSpanChanged, this, [this](int span) {
        if (!m_linking && span >= 0 && span < m_model->rowCount()) {
            m_linking = true;
            m_table->setCurrentIndex(m_model->index(span, 0));
            m_linking = false;
        }
    });
    clear();
}

void RecordCard::setSession(Session* session) {
    m_session = session;
    clear();
}

void RecordCard::clear() {
    m_context.reset();
    setSubtitle({});
    m_pill->hide();
    m_note->hide();
    m_model->setFields({}, 0);
    m_hex->clear();
    m_empty->setTexts(m_session == nullptr ? tr("No database is open.") : tr("No record is selected."),
                      m_session == nullptr ? QString() : tr("Choose a record in the tab “Records”."));
    m_stack->setCurrentIndex(0);
}

void RecordCard::showRecord(const QString& fileName, quint64 offset) {
    if (m_session == nullptr || !m_session->database()) {
        return;
    }
    m_context = std::make_unique<QObject>(); // an earlier reading finds nobody
    TaskOptions quiet;
    quiet.visible = false;
    m_session->tasks().start<RecordDetail>(
        tr("Reading the record"),
        [database = m_session->database(), offset,
         file = std::filesystem::path(m_session->directory().toStdString()) /
                fileName.toStdString()](rustcask::Progress&) { return readRecord(file, offset, database.get()); },
        m_context.get(),
        [this, fileName](Result<RecordDetail> detail) {
            if (!detail) {
                clear();
                m_empty->setTexts(tr("The record could not be read."), errorText(detail.error()));
                return;
            }
            show(fileName, *detail);
        },
        quiet);
}

void RecordCard::show(const QString& fileName, const RecordDetail& detail) {
    const auto& info = detail.row.info;
    setSubtitle(detail.fileKind == rustcask::FileKind::data
                    ? formatLocation({detail.generation, info.offset, info.bytes})
                    : QStringLiteral("%1 @ %2").arg(fileName, formatOffset(info.offset)));
    m_pill->setText(recordStateText(detail.row.state));
    m_pill->setTone(detail.row.state == RecordState::damaged ? Tone::danger
                    : detail.row.state == RecordState::live  ? Tone::accent
                                                             : Tone::neutral);
    m_pill->show();
    m_hex->setData(QByteArray::fromStdString(detail.bytes), info.offset);
    m_hex->setSpans(hexSpans(detail.fields, info.offset));
    m_model->setFields(detail.fields, info.offset);
    QStringList notes;
    if (!info.verdict.empty()) {
        notes.append(displayKey(info.verdict));
    }
    if (detail.bytes.size() < info.bytes) {
        notes.append(
            tr("The first %1 of %2 are shown.").arg(formatBytes(detail.bytes.size()), formatBytes(info.bytes)));
    }
    m_note->setText(notes.join(QLatin1Char(' ')));
    m_note->setVisible(!notes.isEmpty());
    m_stack->setCurrentIndex(1);
    Q_EMIT shown();
}

void RecordCard::changeEvent(QEvent* event) {
    Card::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        m_model->setPalette(palette());
    }
}

} // namespace rustcask::ui

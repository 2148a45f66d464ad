// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/events_panel.h"

#include <algorithm>
#include <vector>

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "pages/storage/event_log_model.h"
#include "session/session.h"
#include "theme/format.h"
#include "widgets/labels.h"

namespace rustcask::ui {
namespace {

constexpr int fetchIntervalMs = 100;
constexpr std::size_t mostAFetch = 1000; // appends; nobody reads ten thousand a second

} // namespace

EventsPanel::EventsPanel(QWidget* parent)
    : QWidget(parent),
      m_model(new EventLogModel(this)),
      m_filter(new EventFilter(this)),
      m_kind(new QComboBox),
      m_part(new QLineEdit),
      m_pause(makeIconButton(QStringLiteral("pause"), tr("Hold the log still; the engine goes on"))),
      m_clear(makeIconButton(QStringLiteral("delete"), tr("Empty the log"))),
      m_note(makeMuted({})),
      m_table(new QTableView) {
    m_kind->setAccessibleName(tr("Kind of events to list"));
    m_kind->setToolTip(tr("Kind of events to list"));
    m_kind->addItem(tr("all events"));
    for (const auto kind : {rustcask::EventKind::append, rustcask::EventKind::rotate, rustcask::EventKind::hint,
                            rustcask::EventKind::sync, rustcask::EventKind::merge, rustcask::EventKind::recovery}) {
        m_kind->addItem(eventKindText(kind), static_cast<int>(kind));
    }
    m_part->setPlaceholderText(tr("Key or file contains…"));
    m_part->setAccessibleName(tr("Part of the key or file of the events to list"));
    m_part->setClearButtonEnabled(true);
    m_pause->setCheckable(true);

    m_filter->setSourceModel(m_model);
    styleTable(m_table, tr("Log of events"));
    m_table->setModel(m_filter);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    const int widths[]{100, 80, 130, 90, 200, 84};
    for (int column = 0; column < EventLogModel::what; ++column) {
        m_table->setColumnWidth(column, widths[column]);
    }
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setToolTip(tr("Enter or a double click shows the bytes"));

    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(14, 8, 14, 8);
    row->setSpacing(8);
    row->addWidget(m_part, 1);
    row->addWidget(m_kind);
    row->addWidget(m_pause);
    row->addWidget(m_clear);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(head);
    layout->addWidget(m_table, 1);
    m_note->setContentsMargins(14, 4, 14, 6);
    m_note->setWordWrap(true);
    layout->addWidget(m_note);

    m_fetch.setInterval(fetchIntervalMs);
    connect(&m_fetch, &QTimer::timeout, this, [this] { take({}); });
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] {
        const QVariant kind = m_kind->currentData();
        m_filter->setKind(kind.isValid() ? std::optional(static_cast<rustcask::EventKind>(kind.toInt()))
                                         : std::nullopt);
    });
    connect(m_part, &QLineEdit::textChanged, m_filter, &EventFilter::setPart);
    connect(m_pause, &QToolButton::toggled, this, [this] {
        listen();
        showNote();
    });
    connect(m_clear, &QToolButton::clicked, this, [this] {
        m_model->clear();
        m_dropped = 0;
        showNote();
    });
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        const LogRow& event = m_model->rowAt(m_filter->mapToSource(index).row());
        if (event.hasPlace()) {
            Q_EMIT bytesRequested(QStringLiteral("%1.rustcask.data").arg(event.location.generation.value),
                                  event.location.offset);
        }
    });
}

EventsPanel::~EventsPanel() = default;

QString EventsPanel::note() const {
    return m_note->text();
}

void EventsPanel::setSession(Session* session) {
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
        m_session->keepAppends(false);
    }
    m_session = session;
    m_model->clear();
    m_dropped = 0;
    m_knowsBefore = false;
    m_pause->setChecked(false);
    if (session != nullptr) {
        connect(session, &Session::eventsArrived, this, &EventsPanel::take);
        if (session->isReadOnly()) {
            connect(session, &Session::statsSampled, this, &EventsPanel::takeStats);
        }
    }
    listen();
    showNote();
}

void EventsPanel::listen() {
    const bool listening = m_session != nullptr && isVisible() && !m_pause->isChecked();
    if (m_session != nullptr) {
        m_session->keepAppends(listening);
        if (listening) {
            quint64 ignored = 0;
            static_cast<void>(m_session->fetchAppends(ignored)); // left over from before the pause
        }
    }
    if (listening) {
        m_fetch.start();
    } else {
        m_fetch.stop();
    }
}

void EventsPanel::take(const QVector<EngineEvent>& events) {
    if (m_session == nullptr || m_pause->isChecked()) {
        return;
    }
    QVector<LogRow> rows;
    for (const EngineEvent& event : events) {
        rows.append(logRowOf(event));
    }
    quint64 dropped = 0;
    const std::vector<LoggedAppend> appends = m_session->fetchAppends(dropped);
    const std::size_t left = appends.size() - std::min(appends.size(), mostAFetch); // the newest are kept
    dropped += left;
    for (std::size_t i = left; i < appends.size(); ++i) {
        rows.append(logRowOf(appends[i]));
    }
    m_dropped += dropped;
    if (rows.isEmpty() && dropped == 0) {
        return;
    }
    const QScrollBar* bar = m_table->verticalScrollBar();
    const bool atEnd = bar->value() >= bar->maximum() - 1;
    m_model->append(std::move(rows));
    if (atEnd) {
        m_table->scrollToBottom();
    }
    showNote();
}

void EventsPanel::takeStats(const rustcask::Stats& stats, qint64 monotonicMs) {
    if (m_knowsBefore && !m_pause->isChecked()) {
        const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        auto rows = logRowsBetween(m_before, stats, now, monotonicMs);
        if (!rows.isEmpty()) {
            m_model->append(std::move(rows));
            m_table->scrollToBottom();
            showNote();
        }
    }
    m_before = stats;
    m_knowsBefore = true;
}

void EventsPanel::showNote() {
    QStringList sentences;
    if (m_session == nullptr) {
        sentences.append(tr("No database is open."));
    } else if (m_session->isReadOnly()) {
        sentences.append(tr("The database is open read-only: the log tells what its files show of the process that "
                            "writes it."));
    } else if (m_pause->isChecked()) {
        sentences.append(tr("Held: what happens meanwhile is not logged."));
    } else if (m_model->rowCount() == 0) {
        sentences.append(tr("Nothing has happened yet. Appends are told one by one while this log is looked at."));
    }
    if (m_dropped > 0) {
        sentences.append(tr("%1 appends came too fast for the log and were left out; the engine never waits for it.")
                             .arg(formatCount(m_dropped)));
    }
    if (m_model->forgotten() > 0) {
        sentences.append(
            tr("The newest %1 events are kept; %2 older ones are forgotten.")
                .arg(formatCount(static_cast<quint64>(m_model->rowCount())), formatCount(m_model->forgotten())));
    }
    m_note->setText(sentences.join(QLatin1Char(' ')));
    m_note->setVisible(!sentences.isEmpty());
}

void EventsPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    listen();
}

void EventsPanel::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    listen();
}

} // namespace rustcask::ui

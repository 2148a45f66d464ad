// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/merges_panel.h"

#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QTextDocument>
#include <QVBoxLayout>

#include "pages/storage/file_table_model.h"
#include "session/session.h"
#include "theme/format.h"
#include "widgets/labels.h"

namespace rustcask::ui {

void MergeLogModel::take(const QVector<EngineEvent>& events) {
    for (const EngineEvent& event : events) {
        if (event.kind != rustcask::EventKind::merge) {
            continue;
        }
        if (event.text == QLatin1String("begin")) {
            if (m_merges.size() == mostMerges) {
                const int last = static_cast<int>(m_merges.size()) - 1;
                beginRemoveRows({}, last, last);
                m_merges.removeLast();
                endRemoveRows();
            }
            LoggedMerge merge;
            merge.begun = event.time;
            merge.begunMs = event.monotonicMs;
            merge.byHand = std::exchange(m_byHand, false);
            merge.bytesRead = event.bytes;
            beginInsertRows({}, 0, 0);
            m_merges.prepend(merge);
            endInsertRows();
            continue;
        }
        if (m_merges.isEmpty() || m_merges.front().outcome != LoggedMerge::Outcome::running) {
            continue; // it began before the log did
        }
        LoggedMerge& merge = m_merges.front();
        if (event.text == QLatin1String("copied")) {
            merge.inputs.append(event.location.generation.value);
        } else if (event.text == QLatin1String("end")) {
            merge.outcome = LoggedMerge::Outcome::done;
            merge.bytesFreed = event.bytes;
        } else if (event.text == QLatin1String("cancelled")) {
            merge.outcome = LoggedMerge::Outcome::cancelled;
        } else if (event.text == QLatin1String("failed")) {
            merge.outcome = LoggedMerge::Outcome::failed;
        }
        merge.tookMs = event.monotonicMs - merge.begunMs;
        change();
    }
}

void MergeLogModel::change() {
    Q_EMIT dataChanged(index(0, 0), index(0, columnCountValue - 1));
}

void MergeLogModel::clear() {
    beginResetModel();
    m_merges.clear();
    m_byHand = false;
    endResetModel();
}

int MergeLogModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_merges.size());
}

int MergeLogModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountValue;
}

QVariant MergeLogModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const LoggedMerge& merge = m_merges[index.row()];
    const bool isNumber = index.column() == read || index.column() == freed || index.column() == took;
    if (role == Qt::TextAlignmentRole) {
        return isNumber ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole && !(role == Qt::ToolTipRole && index.column() == files)) {
        return {};
    }
    const bool done = merge.outcome == LoggedMerge::Outcome::done;
    switch (index.column()) {
    case begun:
        return formatTime(merge.begun);
    case starter:
        return merge.byHand ? tr("by hand") : tr("policy");
    case files: {
        QStringList numbers;
        for (const quint64 generation : merge.inputs) {
            numbers.append(QString::number(generation));
        }
        const QString text = numbers.join(QStringLiteral(", "));
        return role == Qt::ToolTipRole ? Qt::convertFromPlainText(text) : text;
    }
    case read:
        return formatBytes(merge.bytesRead);
    case freed:
        return done ? formatBytes(merge.bytesFreed) : QString();
    case took:
        return merge.outcome == LoggedMerge::Outcome::running ? QString() : formatDuration(merge.tookMs * 1'000'000);
    case outcome:
        switch (merge.outcome) {
        case LoggedMerge::Outcome::running:
            return tr("running");
        case LoggedMerge::Outcome::done:
            return tr("done");
        case LoggedMerge::Outcome::cancelled:
            return tr("cancelled");
        case LoggedMerge::Outcome::failed:
            return tr("failed");
        }
        return {};
    default:
        return {};
    }
}

QVariant MergeLogModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == read || section == freed || section == took ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                                      : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case begun:
        return tr("Begun");
    case starter:
        return tr("Started");
    case files:
        return tr("Files read");
    case read:
        return tr("To read");
    case freed:
        return tr("Freed");
    case took:
        return tr("Took");
    case outcome:
        return tr("Outcome");
    default:
        return {};
    }
}

MergesPanel::MergesPanel(QWidget* parent)
    : QWidget(parent), m_model(new MergeLogModel(this)), m_note(makeMuted({})), m_table(new QTableView) {
    styleTable(m_table, tr("Merges since the database was opened"));
    m_table->setModel(m_model);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    const int widths[]{140, 80, 180, 90, 90, 90};
    for (int column = 0; column < MergeLogModel::outcome; ++column) {
        m_table->setColumnWidth(column, widths[column]);
    }
    m_table->horizontalHeader()->setStretchLastSection(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    m_note->setContentsMargins(14, 10, 14, 8);
    m_note->setWordWrap(true);
    layout->addWidget(m_note);
    layout->addWidget(m_table, 1);
    connect(m_model, &QAbstractItemModel::rowsInserted, this, &MergesPanel::showNote);
}

void MergesPanel::setSession(Session* session) {
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
    }
    m_session = session;
    m_model->clear();
    if (session != nullptr) {
        connect(session, &Session::eventsArrived, m_model, &MergeLogModel::take);
    }
    showNote();
}

void MergesPanel::showNote() {
    if (m_session == nullptr) {
        m_note->setText(tr("No database is open."));
    } else if (m_session->isReadOnly()) {
        m_note->setText(tr("The database is open read-only: merges of another process are told in the tab “Events”."));
    } else if (m_model->rowCount() == 0) {
        m_note->setText(tr("No merge has run since the database was opened. “Merge…” starts one; “Policy…” says when "
                           "they start by themselves."));
    } else {
        m_note->setText(tr("Merges since the database was opened, by hand and by the policy."));
    }
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/record_table_model.h"

#include <algorithm>
#include <iterator>

#include <QPainter>
#include <QPixmap>
#include <QTextDocument>
#include <QTimer>

#include <rustcask/database.h>
#include <rustcask/version_index.h>

#include "pages/storage/record_text.h"
#include "tasks/task_runner.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/color_swatch.h"

namespace rustcask::ui {

QString recordStateText(RecordState state) {
    switch (state) {
    case RecordState::header:
        return RecordTableModel::tr("header");
    case RecordState::live:
        return RecordTableModel::tr("live");
    case RecordState::superseded:
        return RecordTableModel::tr("superseded");
    case RecordState::tombstone:
        return RecordTableModel::tr("tombstone");
    case RecordState::damaged:
        return RecordTableModel::tr("damaged");
    case RecordState::unused:
        return RecordTableModel::tr("unused");
    case RecordState::hintEntry:
        return RecordTableModel::tr("hint entry");
    }
    return {};
}

QIcon recordStateIcon(RecordState state, const QPalette& palette) {
    const Tokens& tokens = tokensFor(palette);
    QIcon icon;
    for (const int scale : {1, 2}) {
        QPixmap pixmap(14 * scale, 14 * scale);
        pixmap.setDevicePixelRatio(scale);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        const QRectF rect(2, 2, 10, 10);
        switch (state) {
        case RecordState::live:
            paintSwatch(&painter, rect, Meaning::live, tokens);
            break;
        case RecordState::superseded:
            paintSwatch(&painter, rect, Meaning::dead, tokens);
            break;
        case RecordState::tombstone:
            paintSwatch(&painter, rect, Meaning::tombstone, tokens);
            break;
        case RecordState::damaged:
            paintSwatch(&painter, rect, Meaning::damaged, tokens);
            break;
        case RecordState::hintEntry:
            paintSwatch(&painter, rect, Meaning::hint, tokens);
            break;
        case RecordState::header:
        case RecordState::unused:
            painter.setPen(QPen(tokens.muted, 1));
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
            break;
        }
        icon.addPixmap(pixmap);
    }
    return icon;
}

RecordTableModel::RecordTableModel(QObject* parent) : QAbstractTableModel(parent) {}

RecordTableModel::~RecordTableModel() = default;

void RecordTableModel::setPalette(const QPalette& palette) {
    for (int i = 0; i < 7; ++i) {
        m_icons[i] = recordStateIcon(static_cast<RecordState>(i), palette);
    }
    if (m_rows > 0) {
        Q_EMIT dataChanged(index(0, kind), index(m_rows - 1, kind), {Qt::DecorationRole});
    }
}

void RecordTableModel::open(TaskRunner& runner, std::shared_ptr<const rustcask::Database> database,
                            const std::filesystem::path& file, std::shared_ptr<RecordIndex> whole, bool mayGrow) {
    close();
    m_runner = &runner;
    m_database = std::move(database);
    m_file = file;
    m_index = std::move(whole);
    m_mayGrow = mayGrow;
    begin();
}

void RecordTableModel::begin() {
    m_context = std::make_unique<QObject>();
    if (!m_filter.isEmpty()) {
        search();
        return;
    }
    if (m_index && m_index->view().complete) {
        QTimer::singleShot(0, m_context.get(), [this] { takeIndex(); });
        return;
    }
    m_index = std::make_shared<RecordIndex>();
    Task* task = m_runner->start<void>(
        tr("Listing the records of %1").arg(displayKey(m_file.filename().string())),
        [listing = m_index, file = m_file](rustcask::Progress& progress) { return listing->build(file, progress); },
        m_context.get(),
        [this](Result<void> built) {
            takeIndex();
            if (!built && built.error().code != rustcask::ErrorCode::cancelled) {
                Q_EMIT failed(built.error());
            }
        });
    connect(task, &Task::progressed, m_context.get(), [this] { takeIndex(); });
}

void RecordTableModel::search() {
    m_matches = std::make_shared<RecordMatches>();
    Task* task = m_runner->start<void>(
        tr("Searching the records of %1").arg(displayKey(m_file.filename().string())),
        [matches = m_matches, file = m_file, filter = m_filter, database = m_database, grows = m_mayGrow](
            rustcask::Progress& progress) { return matches->find(file, filter, database.get(), grows, progress); },
        m_context.get(),
        [this](Result<void> done) {
            takeMatches();
            if (done) {
                m_complete = true;
                Q_EMIT listed(static_cast<quint64>(m_rows), true);
            } else if (done.error().code != rustcask::ErrorCode::cancelled) {
                Q_EMIT failed(done.error());
            }
        });
    connect(task, &Task::progressed, m_context.get(), [this] { takeMatches(); });
}

void RecordTableModel::takeMatches() {
    auto found = m_matches->take();
    if (!found.empty()) {
        const int more = static_cast<int>(found.size());
        beginInsertRows({}, m_rows, m_rows + more - 1);
        std::move(found.begin(), found.end(), std::back_inserter(m_found));
        m_rows += more;
        endInsertRows();
    }
    Q_EMIT listed(static_cast<quint64>(m_rows), m_complete);
    tryToLocate();
}

void RecordTableModel::setFilter(const RecordFilter& filter) {
    const auto runner = m_runner;
    auto index = m_index;
    auto database = m_database;
    const auto listed = m_file;
    close();
    m_filter = filter;
    if (runner != nullptr) {
        open(*runner, std::move(database), listed, std::move(index), m_mayGrow);
    }
}

void RecordTableModel::setVersions(std::shared_ptr<const rustcask::VersionIndex> versions) {
    m_versions = std::move(versions);
}

void RecordTableModel::nameVersions() {
    if (m_matches) {
        m_named.clear();
        if (m_rows > 0) { // those in view are asked for when they are painted
            Q_EMIT dataChanged(index(0, verdict), index(m_rows - 1, verdict), {Qt::DisplayRole});
        }
        return;
    }
    // The rows stay until the page has been read again.
    const QList<quint64> pages = m_pages.keys();
    for (const quint64 page : pages) {
        requestPage(page);
    }
}

void RecordTableModel::requestNames(quint64 page) const {
    const quint64 there = std::min<quint64>(m_found.size() - page * recordsAPage, recordsAPage);
    if (!m_versions || !m_versions->isBuilt() || m_requested.contains(page) || m_named.value(page) >= there) {
        return;
    }
    m_requested.insert(page);
    m_named.insert(page, there); // what has too many versions stays unnamed, and is not asked for again
    QTimer::singleShot(0, m_context.get(),
                       [self = const_cast<RecordTableModel*>(this), page] { self->namePage(page); });
}

/// Names the next versions of what a filter has found.
void RecordTableModel::namePage(quint64 page) {
    const auto first = static_cast<std::size_t>(page * recordsAPage);
    const std::size_t behind = std::min(m_found.size(), first + static_cast<std::size_t>(recordsAPage));
    Page found(m_found.begin() + static_cast<std::ptrdiff_t>(first),
               m_found.begin() + static_cast<std::ptrdiff_t>(behind));
    m_runner->start<Page>(
        tr("Reading records"),
        [found = std::move(found), versions = m_versions](rustcask::Progress&) -> Result<Page> {
            Page named = found;
            nameNextVersions(named, *versions);
            return named;
        },
        m_context.get(),
        [this, page, first](Result<Page> named) {
            m_requested.remove(page);
            if (!named) {
                return;
            }
            for (std::size_t i = 0; i < named->size(); ++i) { // found rows stay where they are
                m_found[first + i].next = std::move((*named)[i].next);
            }
            Q_EMIT dataChanged(index(static_cast<int>(first), verdict),
                               index(static_cast<int>(first + named->size()) - 1, verdict));
        },
        quietTask);
}

void RecordTableModel::close() {
    m_context.reset(); // cancels what runs for it
    beginResetModel();
    m_runner = nullptr;
    m_database.reset();
    m_file.clear();
    m_index.reset();
    m_matches.reset();
    m_found.clear();
    m_rows = 0;
    m_scannedTo = 0;
    m_complete = false;
    m_pages.clear();
    m_requested.clear();
    m_named.clear();
    m_wanted.reset();
    endResetModel();
}

void RecordTableModel::takeIndex() {
    const auto view = m_index->view();
    const int rows = static_cast<int>(std::min<std::uint64_t>(view.records, std::numeric_limits<int>::max()));
    m_scannedTo = view.scannedTo;
    m_complete = view.complete;
    if (rows > m_rows) {
        beginInsertRows({}, m_rows, rows - 1);
        m_rows = rows;
        endInsertRows();
    }
    Q_EMIT listed(static_cast<quint64>(m_rows), m_complete);
    tryToLocate();
}

void RecordTableModel::locate(quint64 wanted) {
    m_wanted = wanted;
    tryToLocate();
}

void RecordTableModel::tryToLocate() {
    if (m_wanted && m_matches) {
        const auto after = std::upper_bound(m_found.begin(), m_found.end(), *m_wanted,
                                            [](quint64 byte, const RecordRow& row) { return byte < row.info.offset; });
        if (!m_found.empty() && (m_complete || after != m_found.end())) {
            m_wanted.reset();
            Q_EMIT located(std::max(0, static_cast<int>(after - m_found.begin()) - 1));
        }
        return;
    }
    if (!m_wanted || !m_index || (*m_wanted >= m_scannedTo && !m_complete) || m_rows == 0) {
        return;
    }
    const quint64 page = m_index->pageOf(std::min(*m_wanted, m_scannedTo > 0 ? m_scannedTo - 1 : 0));
    const Page* rows = m_pages.object(page);
    if (rows == nullptr) {
        requestPage(page);
        return;
    }
    std::size_t found = 0;
    while (found + 1 < rows->size() && (*rows)[found + 1].info.offset <= *m_wanted) {
        ++found;
    }
    m_wanted.reset();
    Q_EMIT located(static_cast<int>(page * recordsAPage + found));
}

void RecordTableModel::requestPage(quint64 page) const {
    if (m_context == nullptr || m_requested.contains(page)) {
        return;
    }
    m_requested.insert(page);
    // Out of data(), into the next turn of the event loop.
    QTimer::singleShot(0, m_context.get(),
                       [self = const_cast<RecordTableModel*>(this), page] { self->loadPage(page); });
}

void RecordTableModel::loadPage(quint64 page) {
    const std::uint64_t from = m_index->pageOffset(page);
    m_runner->start<std::vector<RecordRow>>(
        tr("Reading records"),
        [file = m_file, from, database = m_database, grows = m_mayGrow, versions = m_versions](rustcask::Progress&) {
            auto rows = readPage(file, from, database.get(), grows);
            if (rows && versions && versions->isBuilt()) {
                nameNextVersions(*rows, *versions);
            }
            return rows;
        },
        m_context.get(),
        [this, page](Result<std::vector<RecordRow>> rows) {
            m_requested.remove(page);
            if (!rows) {
                // Asked for again at the next look, unless the caller closes the file.
                if (rows.error().code != rustcask::ErrorCode::cancelled) {
                    m_wanted.reset();
                    Q_EMIT failed(rows.error());
                }
                return;
            }
            m_pages.insert(page, new Page(std::move(*rows)));
            const int first = static_cast<int>(page * recordsAPage);
            if (first < m_rows) {
                const int last = std::min(m_rows - 1, first + static_cast<int>(recordsAPage) - 1);
                Q_EMIT dataChanged(index(first, 0), index(last, columnCountValue - 1));
            }
            tryToLocate();
        },
        quietTask);
}

const RecordRow* RecordTableModel::rowAt(int row) const {
    if (row < 0 || row >= m_rows) {
        return nullptr;
    }
    if (m_matches) {
        return &m_found[static_cast<std::size_t>(row)];
    }
    const quint64 page = static_cast<quint64>(row) / recordsAPage;
    const Page* rows = m_pages.object(page);
    const auto inPage = static_cast<std::size_t>(static_cast<quint64>(row) % recordsAPage);
    return rows != nullptr && inPage < rows->size() ? &(*rows)[inPage] : nullptr;
}

int RecordTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_rows;
}

int RecordTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountValue;
}

QString RecordTableModel::text(const RecordRow& row, int column) const {
    const auto& info = row.info;
    const bool isRecord = info.kind == rustcask::RecordKind::put || info.kind == rustcask::RecordKind::tombstone;
    const bool isKeyed = isRecord || info.kind == rustcask::RecordKind::hintEntry;
    switch (column) {
    case offset:
        return formatOffset(info.offset);
    case kind:
        return recordKindText(info.kind);
    case sequence:
        return isKeyed ? formatCount(info.sequence.value) : QString();
    case time:
        return isRecord ? formatTime(info.time) : QString();
    case key:
        return isKeyed ? displayKey(info.key) : QString();
    case keySize:
        return isKeyed ? formatBytes(info.keyBytes) : QString();
    case valueSize:
        return isKeyed ? formatBytes(info.valueBytes) : QString();
    case verdict:
        if (!info.verdict.empty()) {
            return displayKey(info.verdict);
        }
        if (row.state == RecordState::superseded) {
            return row.next ? (row.next->tombstone ? tr("deleted by %1") : tr("superseded by %1"))
                                  .arg(formatLocation(row.next->location))
                   : row.newest ? tr("superseded, newest at %1").arg(formatLocation(row.newest->location))
                                : tr("superseded: deleted later");
        }
        return row.state == RecordState::header || row.state == RecordState::unused ? QString()
                                                                                    : recordStateText(row.state);
    default:
        return {};
    }
}

QVariant RecordTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    switch (role) {
    case Qt::TextAlignmentRole:
        return index.column() == kind || index.column() == key || index.column() == verdict || index.column() == time
                   ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                   : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::FontRole:
        return index.column() == offset || index.column() == key ? QVariant(monospaceFont()) : QVariant();
    case Qt::DisplayRole:
    case Qt::DecorationRole:
    case Qt::ToolTipRole: {
        const RecordRow* row = rowAt(index.row());
        if (row == nullptr) {
            if (role != Qt::ToolTipRole) {
                requestPage(static_cast<quint64>(index.row()) / recordsAPage);
            }
            return role == Qt::DisplayRole && index.column() == offset ? QVariant(QStringLiteral("…")) : QVariant();
        }
        if (m_matches && role == Qt::DisplayRole && index.column() == verdict && !row->next &&
            row->state == RecordState::superseded) {
            requestNames(static_cast<quint64>(index.row()) / recordsAPage);
        }
        if (role == Qt::DecorationRole) {
            return index.column() == kind ? QVariant(m_icons[static_cast<int>(row->state)]) : QVariant();
        }
        if (role == Qt::ToolTipRole) {
            return index.column() == key || index.column() == verdict
                       ? QVariant(Qt::convertFromPlainText(text(*row, index.column())))
                       : QVariant();
        }
        return text(*row, index.column());
    }
    default:
        return {};
    }
}

QVariant RecordTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == kind || section == key || section == verdict || section == time
                   ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                   : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case offset:
        return tr("Offset");
    case kind:
        return tr("Kind");
    case sequence:
        return tr("Sequence");
    case time:
        return tr("Time");
    case key:
        return tr("Key");
    case keySize:
        return tr("Key size");
    case valueSize:
        return tr("Value size");
    case verdict:
        return tr("Verdict");
    default:
        return {};
    }
}

} // namespace rustcask::ui

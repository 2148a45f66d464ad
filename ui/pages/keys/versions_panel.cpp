// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/versions_panel.h"

#include <QHeaderView>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "pages/keys/version_diff_dialog.h"
#include "session/session.h"
#include "session/version_finder.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "values/tree_diff.h"
#include "widgets/card.h"
#include "widgets/choose_row.h"
#include "widgets/color_swatch.h"
#include "widgets/labels.h"
#include "widgets/row_delegate.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

constexpr int askMs = 80; // walking through the list with the arrow keys looks nothing up
constexpr int partialMs = 300;
constexpr std::size_t maxSummaries = 50;
constexpr std::uint32_t maxSummarisedBytes = 64 * 1024;

Meaning meaningOf(VersionHistoryModel::Verdict verdict) {
    switch (verdict) {
    case VersionHistoryModel::Verdict::live:
        return Meaning::live;
    case VersionHistoryModel::Verdict::superseded:
        return Meaning::dead;
    case VersionHistoryModel::Verdict::deleted:
        return Meaning::tombstone;
    case VersionHistoryModel::Verdict::unknown:
        return Meaning::active;
    }
    return Meaning::dead;
}

/// What one version changed of the one before it, in a few words.
QString changeOf(const QByteArray& before, const QByteArray& after, rustcask::Progress& progress) {
    if (before == after) {
        return VersionsPanel::tr("the same value");
    }
    const Content left = detectContent(before, true, progress);
    const Content right = detectContent(after, true, progress);
    if (left.treeFormat && left.treeFormat == right.treeFormat) {
        const auto was = parseTree(before, *left.treeFormat, progress);
        const auto is = parseTree(after, *right.treeFormat, progress);
        if (was && is) {
            const QString summary = changeSummary(diffTrees(*was, *is));
            return summary.isEmpty() ? VersionsPanel::tr("laid out anew") : summary;
        }
    }
    const qint64 grown = after.size() - before.size();
    return grown == 0  ? VersionsPanel::tr("other bytes")
           : grown > 0 ? QStringLiteral("+") + formatBytes(static_cast<quint64>(grown))
                       : QString(QChar(0x2212)) + formatBytes(static_cast<quint64>(-grown));
}

/// Of the newest versions, as far as they are small.
QStringList changesOf(const std::filesystem::path& directory, const rustcask::History& history,
                      rustcask::Progress& progress) {
    QStringList changes;
    std::optional<QByteArray> newer; // value of the version in the row above
    const std::size_t count = std::min(history.versions.size(), maxSummaries + 1);
    for (std::size_t i = 0; i < count; ++i) {
        const rustcask::Version& version = history.versions[i];
        std::optional<QByteArray> value;
        if (!version.tombstone && version.valueBytes <= maxSummarisedBytes && !progress.isCancelled()) {
            const auto read = rustcask::readVersion(directory, version);
            if (read) {
                value = QByteArray(read->data(), static_cast<qsizetype>(read->size()));
            }
        }
        if (i > 0) {
            const rustcask::Version& above = history.versions[i - 1];
            changes << (above.tombstone     ? QString()
                        : version.tombstone ? VersionsPanel::tr("put again")
                        : value && newer    ? changeOf(*value, *newer, progress)
                                            : QString());
        }
        newer = std::move(value);
    }
    if (count == history.versions.size() && count > 0 && !history.versions.back().tombstone) {
        changes << (history.complete ? VersionsPanel::tr("first version") : VersionsPanel::tr("first that is left"));
    }
    return changes;
}

/// Draws the verdict's swatch before its word.
class VerdictDelegate : public RowDelegate {
public:
    using RowDelegate::RowDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        constexpr int swatch = 11;
        const int left = option.rect.left() + sidePadding + 2;
        QStyleOptionViewItem shifted = option;
        paintBackground(painter, option);
        shifted.rect.adjust(swatch + 8, 0, 0, 0);
        RowDelegate::paint(painter, shifted, index);
        const auto verdict =
            static_cast<VersionHistoryModel::Verdict>(index.data(VersionHistoryModel::verdictRole).toInt());
        paintSwatch(painter, QRectF(left, option.rect.center().y() - swatch / 2.0 + 0.5, swatch, swatch),
                    meaningOf(verdict), tokensFor(option.palette));
    }
};

} // namespace

VersionsPanel::VersionsPanel(Settings& settings, QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    m_card = new Card(tr("Versions"));
    layout->addWidget(m_card);
    m_view = makeButton(tr("View"));
    m_view->setToolTip(tr("Show the value of the selected version (Enter)"));
    m_compare = makeButton(tr("Compare…"));
    m_compare->setToolTip(tr("Compare the two versions selected, or one with the one before it"));
    m_restore = makeButton(tr("Restore"));
    m_restore->setToolTip(tr("Store the selected version's value as the newest one; this can be undone"));
    m_card->addHeaderWidget(m_view);
    m_card->addHeaderWidget(m_compare);
    m_card->addHeaderWidget(m_restore);

    m_stack = new QStackedWidget;
    m_card->addBody(m_stack);
    m_state = new EmptyState(QStringLiteral("history"), QString());
    m_scanButton = m_state->addButton(tr("Search the files"), false);
    m_stack->addWidget(m_state);

    m_table = new QTableView;
    m_table->setModel(&m_model);
    styleTable(m_table, tr("Versions of the selected key"));
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setItemDelegateForColumn(VersionHistoryModel::verdictColumn, new VerdictDelegate(m_table));
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setColumnWidth(VersionHistoryModel::verdictColumn, 118);
    m_table->setColumnWidth(VersionHistoryModel::writtenColumn, 146);
    m_table->setColumnWidth(VersionHistoryModel::sizeColumn, 72);
    m_table->setColumnWidth(VersionHistoryModel::whereColumn, 108);
    m_table->horizontalHeader()->setMinimumSectionSize(48);
    settings.keep(m_table->horizontalHeader(), QStringLiteral("keys/version-columns-2"));
    m_stack->addWidget(m_table);

    m_delay.setSingleShot(true);
    m_delay.setInterval(askMs);
    connect(&m_delay, &QTimer::timeout, this, &VersionsPanel::ask);
    m_partial.setInterval(partialMs);
    connect(&m_partial, &QTimer::timeout, this, &VersionsPanel::look);
    connect(m_scanButton, &QPushButton::clicked, this, [this] {
        if (!m_session) {
            return;
        }
        if (m_session->versions().isUpdating()) {
            m_session->versions().stop();
        } else {
            m_stopped = false;
            showState(QStringLiteral("history"), tr("Reading the files…"));
            update();
        }
    });
    connect(m_view, &QPushButton::clicked, this, [this] { readCurrent(false); });
    connect(m_compare, &QPushButton::clicked, this, [this] { static_cast<void>(compare()); });
    connect(m_restore, &QPushButton::clicked, this, [this] { readCurrent(true); });
    connect(m_table, &QTableView::activated, this, [this] { readCurrent(false); });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &VersionsPanel::updateButtons);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &VersionsPanel::updateButtons);
    setKey({});
}

void VersionsPanel::setSession(Session* session) {
    m_partial.stop();
    if (m_session) {
        disconnect(&m_session->versions(), nullptr, this, nullptr);
    }
    m_session = session;
    m_stopped = false;
    if (session != nullptr) {
        connect(&session->versions(), &VersionFinder::updateStarted, this, [this] { m_partial.start(); });
        connect(&session->versions(), &VersionFinder::updated, this, &VersionsPanel::noteUpdated);
    }
    setKey({});
}

void VersionsPanel::setKey(const QByteArray& key) {
    ++m_serial;
    m_key = key;
    m_model.clear();
    m_card->setSubtitle(QString());
    if (key.isEmpty() || !m_session) {
        m_delay.stop();
        showState(QStringLiteral("history"), tr("Every version of a key that is still in the files."),
                  tr("Select a key."));
        return;
    }
    showState(QStringLiteral("history"), tr("Looking for versions…"));
    m_delay.start();
}

void VersionsPanel::refresh() {
    if (!m_key.isEmpty() && m_session) {
        m_delay.start();
    }
}

void VersionsPanel::showState(const QString& icon, const QString& sentence, const QString& advice) {
    m_state->setIcon(icon);
    m_state->setTexts(sentence, advice);
    m_scanButton->hide();
    m_stack->setCurrentWidget(m_state);
}

void VersionsPanel::ask() {
    if (!m_session || m_session->isClosing() || m_key.isEmpty()) {
        return;
    }
    const quint64 bytes = m_session->stats().dataBytes;
    if (m_session->versions().isBuilt() || (bytes <= maxUnaskedBytes && !m_stopped)) {
        update();
        return;
    }
    if (m_session->versions().isUpdating()) { // being built for another key
        look();
        return;
    }
    showState(QStringLiteral("history"), tr("Finding versions reads %1 of files once.").arg(formatBytes(bytes)));
    m_scanButton->setText(tr("Search the files"));
    m_scanButton->show();
}

/// Brings the index up to date; `look` follows, and while it takes its time comes in between.
void VersionsPanel::update() {
    const bool running = m_session->versions().isUpdating();
    m_session->versions().update();
    if (running) {
        look();
    }
}

void VersionsPanel::noteUpdated(const rustcask::Error* failure) {
    m_partial.stop();
    if (failure == nullptr) {
        look();
    } else if (failure->code == rustcask::ErrorCode::cancelled) {
        m_stopped = true;
        look();
    } else if (!m_key.isEmpty()) {
        m_model.clear();
        showState(QStringLiteral("warning"), errorTitle(*failure), errorText(*failure));
    }
}

void VersionsPanel::look() {
    if (!m_session || m_session->isClosing() || m_key.isEmpty()) {
        return;
    }
    m_session->versions().find(
        m_key, this, [this, serial = m_serial, look = ++m_looks](rustcask::Result<rustcask::IndexedHistory> found) {
            if (serial == m_serial && look == m_looks) { // otherwise something newer has been asked for
                showFound(std::move(found));
            }
        });
}

void VersionsPanel::showFound(rustcask::Result<rustcask::IndexedHistory> found) {
    if (!found) {
        if (found.error().code != rustcask::ErrorCode::cancelled) {
            m_model.clear();
            showState(QStringLiteral("warning"), errorTitle(found.error()), errorText(found.error()));
        }
        return;
    }
    // A merge has taken files away since the last update: it runs again, and the old list stays until then.
    const bool running = m_session->versions().isUpdating();
    if (found->partial && !running && m_session->versions().isBuilt() && !m_stopped) {
        m_delay.start();
        if (m_model.rowCount() > 0) {
            return;
        }
    }
    rustcask::History& history = found->history;
    const QString count =
        history.versions.size() == 1 ? tr("1 version") : tr("%1 versions").arg(formatCount(history.versions.size()));
    if (found->partial) {
        const QString searched =
            tr("%1 of %2 searched").arg(formatBytes(found->bytesIndexed), formatBytes(found->bytesTotal));
        m_card->setSubtitle(tr("%1 so far · %2").arg(count, searched));
        if (history.versions.empty()) {
            m_model.clear();
            showState(QStringLiteral("history"), running ? tr("Reading the files…") : tr("The search was stopped."),
                      searched);
            m_scanButton->setText(running ? tr("Stop") : tr("Search the files"));
            m_scanButton->setVisible(m_session->stats().dataBytes > VersionFinder::quietBytes || !running);
            return;
        }
    } else {
        m_card->setSubtitle(history.complete
                                ? tr("%1 · complete").arg(count)
                                : tr("%1 · complete since %2").arg(count, formatTime(history.completeSince)));
    }
    QList<std::uint64_t> selected;
    const QModelIndexList before = m_table->selectionModel()->selectedRows();
    for (const QModelIndex& index : before) {
        selected.append(m_model.version(index.row())->sequence.value);
    }
    const bool partial = found->partial;
    m_model.setHistory(std::move(history), partial);
    if (m_model.rowCount() == 0) {
        showState(QStringLiteral("history"), tr("No record of this key is in the files yet."));
        return;
    }
    m_stack->setCurrentWidget(m_table);
    for (int row = 0; row < m_model.rowCount(); ++row) {
        if (selected.contains(m_model.version(row)->sequence.value)) {
            m_table->selectionModel()->setCurrentIndex(m_model.index(row, 0),
                                                       QItemSelectionModel::Select | QItemSelectionModel::Rows);
        }
    }
    updateButtons();
    if (!partial) {
        summarise();
    }
}

void VersionsPanel::summarise() {
    m_session->tasks().start<QStringList>(
        tr("Compare the versions"),
        [path = std::filesystem::path(m_session->directory().toStdString()),
         history = m_model.history()](rustcask::Progress& progress) -> rustcask::Result<QStringList> {
            return changesOf(path, history, progress);
        },
        this,
        [this, serial = m_serial, look = m_looks](rustcask::Result<QStringList> changes) {
            if (serial == m_serial && look == m_looks && changes) {
                m_model.setChanges(*changes);
            }
        },
        {.visible = false});
}

const rustcask::Version* VersionsPanel::currentVersion() const {
    return m_model.version(m_table->currentIndex().row());
}

void VersionsPanel::focusVersions() {
    m_table->setFocus();
    if (!m_table->selectionModel()->hasSelection() && m_model.rowCount() > 0) {
        chooseRow(m_table, 0);
    }
}

void VersionsPanel::setRestoreEnabled(bool enabled) {
    m_restoreEnabled = enabled;
    updateButtons();
}

std::optional<std::pair<int, int>> VersionsPanel::comparedRows() const {
    QList<int> rows;
    const QModelIndexList selected = m_table->selectionModel()->selectedRows();
    for (const QModelIndex& index : selected) {
        rows.append(index.row());
    }
    std::sort(rows.begin(), rows.end());
    if (rows.size() == 2) {
        return std::pair(rows[1], rows[0]);
    }
    if (rows.size() == 1 && m_model.rowCount() > 1) {
        const int row = rows[0];
        return row + 1 < m_model.rowCount() ? std::pair(row + 1, row) : std::pair(row, row - 1);
    }
    return rows.isEmpty() && m_model.rowCount() > 1 ? std::optional(std::pair(1, 0)) : std::nullopt;
}

VersionDiffDialog* VersionsPanel::compare() {
    const auto rows = comparedRows();
    if (!rows || !m_session) {
        return nullptr;
    }
    auto* dialog = new VersionDiffDialog(&m_session->tasks(), m_session->directory(), m_key, m_model.history().versions,
                                         rows->first, rows->second, window());
    dialog->setRestoreEnabled(m_restoreEnabled);
    connect(dialog, &VersionDiffDialog::restoreRequested, this, &VersionsPanel::restoreRequested);
    connect(m_session, &QObject::destroyed, dialog, &QDialog::reject);
    dialog->open();
    return dialog;
}

void VersionsPanel::updateButtons() {
    const rustcask::Version* version = currentVersion();
    const bool one = m_table->selectionModel()->selectedRows().size() == 1;
    const bool hasValue = version != nullptr && !version->tombstone && one;
    m_view->setEnabled(hasValue);
    m_compare->setEnabled(comparedRows().has_value());
    m_restore->setEnabled(hasValue && !version->live && m_restoreEnabled);
}

void VersionsPanel::readCurrent(bool restore) {
    const rustcask::Version* version = currentVersion();
    if (version == nullptr || version->tombstone || !m_session || (restore && !m_restore->isEnabled())) {
        return;
    }
    const QString note =
        version->live
            ? tr("The live version of %1").arg(formatTime(version->time))
            : tr("Former version, written %1, at %2").arg(formatTime(version->time), formatLocation(version->location));
    m_session->tasks().start<ValueDocument>(
        tr("Read a version"),
        [directory = m_session->directory(), key = m_key, found = *version,
         restore](rustcask::Progress& progress) -> rustcask::Result<ValueDocument> {
            auto document = openVersionDocument(directory, key, found);
            if (document && restore && document->isPaged()) {
                // To be stored it has to be whole, and what was written.
                const auto value = rustcask::readVersion(directory.toStdString(), found);
                if (!value) {
                    return rustcask::failure(value.error());
                }
                return makeDocument(key, QByteArray(value->data(), static_cast<qsizetype>(value->size())),
                                    document->info);
            }
            static_cast<void>(progress);
            return document;
        },
        this,
        [this, key = m_key, note, restore](rustcask::Result<ValueDocument> document) {
            if (key != m_key) {
                return;
            }
            if (!document) {
                Q_EMIT failed(document.error());
            } else if (restore) {
                Q_EMIT restoreRequested(key, document->bytes);
            } else {
                Q_EMIT versionShown(*document, note);
            }
        },
        {.visible = false});
}

} // namespace rustcask::ui

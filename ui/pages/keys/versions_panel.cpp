// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/versions_panel.h"

#include <QHeaderView>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "session/session.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/color_swatch.h"
#include "widgets/labels.h"
#include "widgets/row_delegate.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

constexpr int delayMs = 200; // walking through the list with the arrow keys scans nothing

std::string_view view(const QByteArray& bytes) {
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

Meaning meaningOf(VersionHistoryModel::Verdict verdict) {
    switch (verdict) {
    case VersionHistoryModel::Verdict::live:
        return Meaning::live;
    case VersionHistoryModel::Verdict::superseded:
        return Meaning::dead;
    case VersionHistoryModel::Verdict::deleted:
        return Meaning::tombstone;
    }
    return Meaning::dead;
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
    m_restore = makeButton(tr("Restore"));
    m_restore->setToolTip(tr("Store the selected version's value as the newest one; this can be undone"));
    m_card->addHeaderWidget(m_view);
    m_card->addHeaderWidget(m_restore);

    m_stack = new QStackedWidget;
    m_card->addBody(m_stack);
    m_state = new EmptyState(QStringLiteral("history"), QString());
    m_scanButton = m_state->addButton(tr("Search the files"), false);
    m_stack->addWidget(m_state);

    m_table = new QTableView;
    m_table->setModel(&m_model);
    styleTable(m_table, tr("Versions of the selected key"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setItemDelegateForColumn(VersionHistoryModel::verdictColumn, new VerdictDelegate(m_table));
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setColumnWidth(VersionHistoryModel::verdictColumn, 120);
    m_table->setColumnWidth(VersionHistoryModel::writtenColumn, 160);
    m_table->setColumnWidth(VersionHistoryModel::sizeColumn, 84);
    m_table->horizontalHeader()->setMinimumSectionSize(48);
    settings.keep(m_table->horizontalHeader(), QStringLiteral("keys/version-columns"));
    m_stack->addWidget(m_table);

    m_delay.setSingleShot(true);
    m_delay.setInterval(delayMs);
    connect(&m_delay, &QTimer::timeout, this, &VersionsPanel::ask);
    connect(m_scanButton, &QPushButton::clicked, this, [this] {
        if (m_task) {
            cancelScan();
            showState(QStringLiteral("history"), tr("The search was stopped."));
            m_scanButton->setText(tr("Search the files"));
            m_scanButton->show();
        } else {
            scan();
        }
    });
    connect(m_view, &QPushButton::clicked, this, [this] { readCurrent(false); });
    connect(m_restore, &QPushButton::clicked, this, [this] { readCurrent(true); });
    connect(m_table, &QTableView::activated, this, [this] { readCurrent(false); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, &VersionsPanel::updateButtons);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &VersionsPanel::updateButtons);
    setKey({});
}

void VersionsPanel::setSession(Session* session) {
    cancelScan();
    m_session = session;
    setKey({});
}

void VersionsPanel::setKey(const QByteArray& key) {
    cancelScan();
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
        cancelScan();
        m_delay.start();
    }
}

void VersionsPanel::cancelScan() {
    ++m_serial;
    if (m_task) {
        m_task->cancel();
        m_task.clear();
    }
}

void VersionsPanel::showState(const QString& icon, const QString& sentence, const QString& advice) {
    m_state->setIcon(icon);
    m_state->setTexts(sentence, advice);
    m_scanButton->hide();
    m_stack->setCurrentWidget(m_state);
}

void VersionsPanel::ask() {
    if (!m_session) {
        return;
    }
    const quint64 bytes = m_session->stats().dataBytes;
    if (bytes <= maxUnaskedBytes || m_model.rowCount() > 0) {
        scan();
        return;
    }
    showState(QStringLiteral("history"), tr("Finding versions reads %1 of files.").arg(formatBytes(bytes)));
    m_scanButton->setText(tr("Search the files"));
    m_scanButton->show();
}

void VersionsPanel::scan() {
    if (!m_session || m_session->isClosing() || m_key.isEmpty()) {
        return;
    }
    cancelScan();
    const QString directory = m_session->directory();
    if (m_model.rowCount() == 0) {
        showState(QStringLiteral("history"), tr("Reading the files…"));
        m_scanButton->setText(tr("Stop"));
        m_scanButton->setVisible(m_session->stats().dataBytes > maxUnaskedBytes);
    }
    m_task = m_session->tasks().start<rustcask::History>(
        tr("Find the versions of %1").arg(displayKey(m_key, 40)),
        [path = std::filesystem::path(directory.toStdString()), key = m_key](rustcask::Progress& progress) {
            return rustcask::history(path, view(key), progress);
        },
        this,
        [this, serial = m_serial](rustcask::Result<rustcask::History> history) {
            if (serial == m_serial) { // otherwise another key has been asked for
                m_task.clear();
                showHistory(std::move(history));
            }
        },
        {.cancellable = true, .visible = m_session->stats().dataBytes > maxUnaskedBytes});
}

void VersionsPanel::showHistory(rustcask::Result<rustcask::History> history) {
    if (!history) {
        if (history.error().code != rustcask::ErrorCode::cancelled) {
            m_model.clear();
            showState(QStringLiteral("warning"), errorTitle(history.error()), errorText(history.error()));
        }
        return;
    }
    const rustcask::Version* before = currentVersion();
    const std::uint64_t sequence = before != nullptr ? before->sequence.value : 0;
    const QString count =
        history->versions.size() == 1 ? tr("1 version") : tr("%1 versions").arg(formatCount(history->versions.size()));
    m_card->setSubtitle(history->complete
                            ? tr("%1 · complete").arg(count)
                            : tr("%1 · complete since %2").arg(count, formatTime(history->completeSince)));
    m_model.setHistory(std::move(*history));
    if (m_model.rowCount() == 0) {
        showState(QStringLiteral("history"), tr("No record of this key is in the files yet."));
        return;
    }
    m_stack->setCurrentWidget(m_table);
    for (int row = 0; row < m_model.rowCount(); ++row) {
        if (m_model.version(row)->sequence.value == sequence) {
            m_table->setCurrentIndex(m_model.index(row, 0));
        }
    }
    updateButtons();
}

const rustcask::Version* VersionsPanel::currentVersion() const {
    return m_model.version(m_table->currentIndex().row());
}

void VersionsPanel::setRestoreEnabled(bool enabled) {
    m_restoreEnabled = enabled;
    updateButtons();
}

void VersionsPanel::updateButtons() {
    const rustcask::Version* version = currentVersion();
    const bool hasValue = version != nullptr && !version->tombstone;
    m_view->setEnabled(hasValue);
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
        [path = std::filesystem::path(m_session->directory().toStdString()), key = m_key,
         found = *version](rustcask::Progress&) -> rustcask::Result<ValueDocument> {
            const auto value = rustcask::readVersion(path, found);
            if (!value) {
                return rustcask::failure(value.error());
            }
            rustcask::KeyInfo info;
            info.location = found.location;
            info.sequence = found.sequence;
            info.time = found.time;
            info.valueBytes = found.valueBytes;
            return describeValue(key, QByteArray(value->data(), static_cast<qsizetype>(value->size())), info);
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

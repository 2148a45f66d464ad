// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/merge_card.h"

#include <algorithm>

#include <QAction>
#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "pages/storage/file_table_model.h"
#include "session/session.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/labels.h"
#include "widgets/progress_strip.h"
#include "widgets/states.h"

namespace rustcask::ui {
namespace {

QLabel* figureLabel(Qt::Alignment alignment) {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setAlignment(alignment | Qt::AlignVCenter);
    if (alignment & Qt::AlignRight) {
        label->setFont(numberFont());
    }
    return label;
}

} // namespace

MergeCard::MergeCard(QAction* policy, QAction* merge, QWidget* parent)
    : Card(tr("Merge"), parent),
      m_sentence(makeText({})),
      m_strip(new ProgressStrip),
      m_bar(new QProgressBar),
      m_banner(new Banner),
      m_figures(new QWidget),
      m_grid(new QGridLayout(m_figures)),
      m_beforeHead(makeMuted(tr("Preview"))),
      m_afterHead(makeMuted(tr("Result"))) {
    addHeaderWidget(makeButton(policy));
    addHeaderWidget(makePrimaryButton(merge));

    m_grid->setContentsMargins({});
    m_grid->setHorizontalSpacing(14);
    m_grid->setVerticalSpacing(5);
    m_grid->setColumnStretch(0, 1);
    m_beforeHead->setAlignment(Qt::AlignRight);
    m_afterHead->setAlignment(Qt::AlignRight);
    m_grid->addWidget(m_beforeHead, 0, 1);
    m_grid->addWidget(m_afterHead, 0, 2);
    m_figures->hide();
    m_strip->hide();
    m_bar->setTextVisible(false);
    m_bar->setRange(0, 1000);
    m_bar->setAccessibleName(tr("How far the merge has come"));
    m_bar->hide();

    auto* inside = new QWidget;
    auto* layout = new QVBoxLayout(inside);
    layout->setContentsMargins(14, 12, 14, 12);
    layout->setSpacing(10);
    layout->addWidget(m_banner);
    layout->addWidget(m_sentence);
    layout->addWidget(m_strip);
    layout->addWidget(m_bar);
    layout->addWidget(m_figures);
    layout->addStretch(1);
    addBody(inside);
}

QString MergeCard::sentence() const {
    return m_sentence->text();
}

void MergeCard::setSession(Session* session) {
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
    }
    m_session = session;
    m_task.clear();
    m_report.reset();
    m_showsOutcome = false;
    m_strip->setTask(nullptr);
    m_strip->hide();
    m_bar->hide();
    m_banner->clear();
    clearFigures();
    if (session == nullptr) {
        m_sentence->setText(tr("No database is open."));
        return;
    }
    connect(session, &Session::statsSampled, this, [this](const rustcask::Stats& stats) { showStats(stats); });
    showStats(session->stats());
}

void MergeCard::showStats(const rustcask::Stats& stats) {
    // A sample taken just before the merge ordered here ended is no news.
    const bool ours =
        std::equal(stats.mergeInputs.begin(), stats.mergeInputs.end(), m_preview.files.begin(), m_preview.files.end(),
                   [](const auto& input, const auto& chosen) { return input == chosen.generation; });
    if (stats.mergeRunning && !m_task && !ours) {
        m_showsOutcome = false; // there is news
        m_banner->clear();
        clearFigures();
    }
    if (m_task || m_showsOutcome) {
        return;
    }
    m_bar->setVisible(stats.mergeRunning);
    if (stats.mergeRunning) {
        showAutomatic(stats);
        return;
    }
    if (m_session->isReadOnly()) {
        m_sentence->setText(tr("The database is open read-only: nothing can be merged. %1 of %2 is dead.")
                                .arg(formatBytes(stats.deadBytes), formatBytes(stats.dataBytes)));
        return;
    }
    if (stats.deadBytes == 0) {
        m_sentence->setText(stats.files.empty() ? tr("The database is empty: there is nothing to merge.")
                                                : tr("Nothing is superseded: a merge would free next to nothing."));
        return;
    }
    const double share =
        stats.dataBytes == 0 ? 0 : static_cast<double>(stats.deadBytes) / static_cast<double>(stats.dataBytes);
    m_sentence->setText(tr("%1 of the data is superseded: a merge of everything frees about %2.")
                            .arg(formatPercent(share), formatBytes(stats.deadBytes)));
}

void MergeCard::showAutomatic(const rustcask::Stats& stats) {
    quint64 total = 0;
    for (const rustcask::FileStats& file : stats.files) {
        if (std::find(stats.mergeInputs.begin(), stats.mergeInputs.end(), file.generation) != stats.mergeInputs.end()) {
            total += file.bytes;
        }
    }
    const double share =
        total == 0 ? 0 : std::min(1.0, static_cast<double>(stats.mergeBytesRead) / static_cast<double>(total));
    m_bar->setValue(static_cast<int>(share * 1000));
    m_sentence->setText(tr("The policy has started a merge of %1: %2 of %3 read. Browsing and editing go on.")
                            .arg(formatFiles(stats.mergeInputs.size()), formatPercent(share), formatBytes(total)));
}

void MergeCard::clearFigures() {
    m_figures->hide();
    for (const Row& row : std::as_const(m_rows)) {
        delete row.name;
        delete row.before;
        delete row.after;
    }
    m_rows.clear();
}

void MergeCard::setFigure(int row, const QString& name, const QString& before, const QString& after) {
    while (m_rows.size() <= row) {
        Row labels{figureLabel(Qt::AlignLeft), figureLabel(Qt::AlignRight), figureLabel(Qt::AlignRight)};
        const int at = static_cast<int>(m_rows.size()) + 1;
        m_grid->addWidget(labels.name, at, 0);
        m_grid->addWidget(labels.before, at, 1);
        m_grid->addWidget(labels.after, at, 2);
        m_rows.append(labels);
    }
    m_rows[row].name->setText(name);
    m_rows[row].before->setText(before);
    m_rows[row].after->setText(after);
    m_figures->show();
}

void MergeCard::start(const rustcask::MergeSelection& selection, const rustcask::MergePreview& preview) {
    if (m_session == nullptr || m_task || !m_session->database()) {
        return;
    }
    m_preview = preview;
    m_report.reset();
    m_showsOutcome = true;
    m_bar->hide();
    m_banner->clear();
    clearFigures();
    m_sentence->setText(tr("Merging %1. Browsing and editing go on.").arg(formatFiles(preview.files.size())));
    setFigure(0, tr("Freed"), formatBytes(preview.bytesReclaimed), QStringLiteral("…"));
    setFigure(1, tr("Versions that go"), formatCount(preview.versionsLost), {});
    setFigure(2, tr("Tombstones dropped"), tr("≥ %1").arg(formatCount(preview.tombstonesDropped)), {});
    setFigure(3, tr("Written"), formatBytes(preview.bytesWritten), {});

    TaskOptions options;
    options.pausable = true;
    options.cancelWithContext = false; // it goes on when the page is gone; closing the database ends it
    m_task = m_session->tasks().start<rustcask::MergeReport>(
        tr("Merging"),
        [database = m_session->database(), selection](rustcask::Progress& progress) {
            return database->merge(selection, progress);
        },
        this,
        [this, session = QPointer<Session>(m_session)](Result<rustcask::MergeReport> report) {
            if (session && session == m_session) {
                showReport(std::move(report));
            }
        },
        options);
    m_strip->setTask(m_task);
    m_strip->show();
    connect(m_task, &Task::progressed, this, &MergeCard::showProgress);
    Q_EMIT started();
    Q_EMIT runningChanged(true);
}

void MergeCard::showProgress(const rustcask::ProgressCounts& counts) {
    if (m_report || m_rows.isEmpty()) {
        return;
    }
    m_rows[0].after->setText(formatBytes(counts.bytesReclaimed));
    quint64 left = counts.bytesDone;
    QString inFile;
    for (const auto& file : m_preview.files) {
        if (inFile.isEmpty() && left < file.bytes) {
            inFile = tr("%1.rustcask.data, %2 read")
                         .arg(file.generation.value)
                         .arg(formatPercent(
                             file.bytes == 0 ? 0 : static_cast<double>(left) / static_cast<double>(file.bytes)));
        }
        left -= std::min<quint64>(left, file.bytes);
    }
    const quint64 current = std::min<quint64>(counts.filesDone + 1, m_preview.files.size());
    m_sentence->setText(inFile.isEmpty() ? tr("Merging %1: every file is read, the new ones take their place.")
                                               .arg(formatFiles(m_preview.files.size()))
                                         : tr("Merging file %1 of %2: %3. Browsing and editing go on.")
                                               .arg(formatCount(current), formatCount(m_preview.files.size()), inFile));
}

void MergeCard::showReport(Result<rustcask::MergeReport> result) {
    m_task.clear();
    m_strip->setTask(nullptr);
    m_strip->hide();
    if (!result) {
        clearFigures();
        if (result.error().code == rustcask::ErrorCode::cancelled) {
            m_sentence->setText(tr("The merge was cancelled. The database is as it was before."));
        } else {
            m_sentence->setText(tr("The merge did not succeed. The database is as it was before."));
            m_banner->showError(result.error());
        }
    } else {
        m_report = std::move(*result);
        const auto& report = *m_report;
        m_sentence->setText(tr("Merged %1 into %2 in %3.")
                                .arg(formatFiles(report.inputs.size()), formatFiles(report.outputs.size()),
                                     formatDuration(report.elapsed.count())));
        setFigure(0, tr("Freed"), formatBytes(m_preview.bytesReclaimed), formatBytes(report.bytesReclaimed));
        setFigure(1, tr("Versions that go"), formatCount(m_preview.versionsLost), formatCount(report.versionsDropped));
        setFigure(2, tr("Tombstones dropped"), tr("≥ %1").arg(formatCount(m_preview.tombstonesDropped)),
                  formatCount(report.tombstonesDropped));
        setFigure(3, tr("Written"), formatBytes(m_preview.bytesWritten), formatBytes(report.bytesWritten));
        setFigure(4, tr("Tombstones kept"), {}, formatCount(report.tombstonesKept));
    }
    Q_EMIT runningChanged(false);
    Q_EMIT finished();
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/verify_panel.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <rustcask/database.h>

#include "pages/storage/findings_model.h"
#include "pages/storage/lost_model.h"
#include "session/session.h"
#include "theme/format.h"
#include "widgets/labels.h"
#include "widgets/progress_strip.h"
#include "widgets/states.h"

namespace rustcask::ui {

VerifyPanel::VerifyPanel(QAction* verify, QAction* rebuildHints, QAction* salvage, QWidget* parent)
    : QWidget(parent),
      m_icon(new QLabel),
      m_sentence(makeText({})),
      m_strip(new ProgressStrip),
      m_banner(new Banner),
      m_model(new FindingsModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_table(new QTableView),
      m_finding(new QWidget),
      m_findingText(makeText({})),
      m_bytes(makeButton(tr("Show the &bytes"))) {
    m_strip->hide();
    m_model->setPalette(palette());
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(FindingsModel::sortRole);
    styleTable(m_table, tr("Findings of the verification"));
    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTextElideMode(Qt::ElideRight); // sentences
    const int widths[]{96, 130, 84, 84};
    for (int column = 0; column < FindingsModel::sentence; ++column) {
        m_table->setColumnWidth(column, widths[column]);
    }
    for (const int column : {FindingsModel::sentence, FindingsModel::advice}) {
        m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
    }
    m_table->setToolTip(tr("Enter or a double click shows the bytes"));
    const auto jump = [this](const QModelIndex& index) {
        const auto& finding = m_model->findingAt(m_sorted->mapToSource(index).row());
        Q_EMIT bytesRequested(QString::fromStdString(finding.file.filename().string()), finding.offset);
    };
    connect(m_table, &QTableView::activated, this, jump);
    connect(m_bytes, &QPushButton::clicked, this, [this, jump] { jump(m_table->currentIndex()); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &VerifyPanel::showFinding);

    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(14, 10, 14, 10);
    row->setSpacing(10);
    row->addWidget(m_icon, 0, Qt::AlignTop);
    row->addWidget(m_sentence, 1);
    for (QAction* action : {rebuildHints, salvage}) {
        row->addWidget(makeButton(action), 0, Qt::AlignTop);
    }
    row->addWidget(makePrimaryButton(verify), 0, Qt::AlignTop);

    auto* strip = new QWidget;
    auto* stripLayout = new QVBoxLayout(strip);
    stripLayout->setContentsMargins(14, 0, 14, 0);
    stripLayout->addWidget(m_banner);
    stripLayout->addWidget(m_strip);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(head);
    layout->addWidget(strip);
    layout->addWidget(m_table, 1);
    auto* findingRow = new QHBoxLayout(m_finding);
    findingRow->setContentsMargins(14, 8, 14, 10);
    findingRow->setSpacing(10);
    m_findingText->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_findingText->setAccessibleName(tr("The finding in full"));
    findingRow->addWidget(m_findingText, 1);
    findingRow->addWidget(m_bytes, 0, Qt::AlignTop);
    layout->addWidget(m_finding);
    layout->addStretch(0);
    m_table->hide();
    m_finding->hide();
}

/// The sentences of the current finding, which have no room in their row.
void VerifyPanel::showFinding() {
    const QModelIndex index = m_table->currentIndex();
    m_finding->setVisible(index.isValid());
    if (!index.isValid()) {
        return;
    }
    const auto& finding = m_model->findingAt(m_sorted->mapToSource(index).row());
    QString text = tr("%1.").arg(displayKey(finding.text));
    if (!finding.advice.empty()) {
        text += QLatin1Char('\n') + tr("%1.").arg(displayKey(finding.advice));
    }
    m_findingText->setText(text);
}

QString VerifyPanel::findingText() const {
    return m_findingText->text();
}

QString VerifyPanel::sentence() const {
    return m_sentence->text();
}

void VerifyPanel::setSession(Session* session) {
    m_session = session;
    m_task.clear();
    m_report.reset();
    m_model->clear();
    m_table->hide();
    m_finding->hide();
    m_strip->setTask(nullptr);
    m_strip->hide();
    m_banner->clear();
    m_sentence->setText(session == nullptr
                            ? tr("No database is open.")
                            : tr("Verify reads every byte and checks headers, checksums, sequence numbers and hint "
                                 "files. It writes nothing and may run beside a writer."));
    showIcon();
}

void VerifyPanel::start() {
    if (m_session == nullptr || m_task) {
        return;
    }
    m_report.reset();
    m_model->clear();
    m_table->hide();
    m_finding->hide();
    m_banner->clear();
    m_sentence->setText(tr("Reading every byte…"));
    showIcon();
    TaskOptions options;
    options.pausable = true;
    m_task = m_session->tasks().start<rustcask::VerifyReport>(
        tr("Verifying"),
        [directory = std::filesystem::path(m_session->directory().toStdString())](rustcask::Progress& progress) {
            return rustcask::verify(directory, progress);
        },
        this,
        [this, session = QPointer<Session>(m_session)](Result<rustcask::VerifyReport> report) {
            if (session && session == m_session) {
                show(std::move(report));
            }
        },
        options);
    m_strip->setTask(m_task);
    m_strip->show();
    Q_EMIT runningChanged(true);
}

void VerifyPanel::show(Result<rustcask::VerifyReport> result) {
    m_task.clear();
    m_strip->setTask(nullptr);
    m_strip->hide();
    if (!result) {
        if (result.error().code == rustcask::ErrorCode::cancelled) {
            m_sentence->setText(tr("The verification was cancelled: nothing is known of what was not read."));
        } else {
            m_sentence->setText(tr("The verification did not come to its end."));
            m_banner->showError(result.error());
        }
    } else {
        m_report = std::move(*result);
        m_sentence->setText(verifySummary(*m_report));
        if (m_report->findingsLeftOut > 0) {
            m_banner->show(Banner::Kind::info,
                           tr("The first %1 findings are listed; %2 more were counted.")
                               .arg(formatCount(m_report->findings.size()), formatCount(m_report->findingsLeftOut)));
        }
        m_model->setReport(*m_report);
        m_table->setVisible(!m_report->findings.empty());
        if (!m_report->findings.empty()) {
            m_table->setCurrentIndex(m_sorted->index(0, 0));
        }
    }
    showIcon();
    Q_EMIT runningChanged(false);
    Q_EMIT finished();
}

void VerifyPanel::rebuildHints() {
    if (m_session == nullptr || m_task) {
        return;
    }
    m_banner->clear();
    TaskOptions options;
    options.pausable = true;
    m_task = m_session->tasks().start<rustcask::HintReport>(
        tr("Rebuilding hint files"),
        // Who has it open for writing holds the lock, and does it beside the writers.
        [database = m_session->isReadOnly() ? nullptr : m_session->database(),
         directory = std::filesystem::path(m_session->directory().toStdString())](rustcask::Progress& progress) {
            return database ? database->rebuildHints(progress) : rustcask::rebuildHints(directory, progress);
        },
        this,
        [this, session = QPointer<Session>(m_session)](Result<rustcask::HintReport> report) {
            if (session && session == m_session) {
                showHints(std::move(report));
            }
        },
        options);
    m_strip->setTask(m_task);
    m_strip->show();
    Q_EMIT runningChanged(true);
}

void VerifyPanel::showHints(Result<rustcask::HintReport> result) {
    m_task.clear();
    m_strip->setTask(nullptr);
    m_strip->hide();
    if (result) {
        m_banner->show(Banner::Kind::success, hintSummary(*result));
    } else if (result.error().code == rustcask::ErrorCode::cancelled) {
        m_banner->show(Banner::Kind::info, tr("Cancelled: the hint files not yet reached are as they were."));
    } else {
        m_banner->showError(result.error());
    }
    Q_EMIT runningChanged(false);
    Q_EMIT hintsRebuilt();
}

void VerifyPanel::showIcon() {
    if (!m_report) {
        m_icon->hide();
        return;
    }
    const auto worst = m_report->errors > 0     ? rustcask::Severity::error
                       : m_report->warnings > 0 ? rustcask::Severity::warning
                                                : rustcask::Severity::note;
    m_icon->setPixmap(severityIcon(worst, palette()).pixmap(14, 14));
    m_icon->setVisible(worst != rustcask::Severity::note);
}

void VerifyPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        m_model->setPalette(palette());
        showIcon();
    }
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/merge_dialog.h"

#include <cmath>

#include <QButtonGroup>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTableView>
#include <QTextDocument>
#include <QVBoxLayout>

#include <rustcask/database.h>

#include "pages/storage/file_table_model.h"
#include "session/session.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

void MergeCandidatesModel::setCandidates(std::vector<rustcask::MergeCandidate> candidates) {
    const bool sameFiles = std::equal(candidates.begin(), candidates.end(), m_candidates.begin(), m_candidates.end(),
                                      [](const auto& a, const auto& b) { return a.generation == b.generation; });
    if (sameFiles) {
        m_candidates = std::move(candidates);
        if (!m_candidates.empty()) {
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCountValue - 1));
        }
        return;
    }
    beginResetModel();
    m_candidates = std::move(candidates);
    endResetModel();
}

int MergeCandidatesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_candidates.size());
}

int MergeCandidatesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountValue;
}

QVariant MergeCandidatesModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const auto& candidate = m_candidates[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole) {
        return index.column() == reason ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                        : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role == Qt::FontRole && index.column() == file) {
        return monospaceFont();
    }
    if (role == Qt::ToolTipRole && index.column() == reason) {
        return Qt::convertFromPlainText(QString::fromStdString(candidate.reason));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (index.column()) {
    case file:
        return QString::number(candidate.generation.value);
    case size:
        return formatBytes(candidate.bytes);
    case live:
        return formatBytes(candidate.liveBytes);
    case deadShare:
        return formatPercent(candidate.deadFraction);
    case reason:
        return QString::fromStdString(candidate.reason);
    default:
        return {};
    }
}

QVariant MergeCandidatesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == reason ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                 : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case file:
        return tr("File");
    case size:
        return tr("Size");
    case live:
        return tr("Live");
    case deadShare:
        return tr("Dead");
    case reason:
        return tr("Why");
    default:
        return {};
    }
}

QString expectedTimeText(quint64 bytes, double measured, quint64 limit) {
    constexpr double usual = 250.0 * 1024 * 1024;
    const bool limited = limit > 0 && (measured <= 0 || static_cast<double>(limit) < measured);
    const double rate = limited ? static_cast<double>(limit) : measured > 0 ? measured : usual;
    const double seconds = static_cast<double>(bytes) / rate;
    // An estimate has no microseconds.
    const QString time = seconds < 1
                             ? MergeDialog::tr("less than a second")
                             : MergeDialog::tr("about %1").arg(formatDuration(std::llround(seconds) * 1'000'000'000));
    if (limited) {
        return MergeDialog::tr("%1, at the limit of %2").arg(time, formatRate(rate));
    }
    return measured > 0
               ? MergeDialog::tr("%1, at the %2 of the last merge").arg(time, formatRate(rate))
               : MergeDialog::tr("%1, at an assumed %2: none has been measured yet").arg(time, formatRate(rate));
}

MergeDialog::MergeDialog(Session& session, std::vector<rustcask::Generation> chosen, double measuredRate,
                         QWidget* parent)
    : QDialog(parent),
      m_session(session),
      m_chosen(std::move(chosen)),
      m_everything(new QRadioButton(tr("&Everything: all files, the active one sealed first"))),
      m_byPolicy(new QRadioButton(tr("By &policy: the files that meet its thresholds now"))),
      m_files(new QRadioButton),
      m_figures(new KeyValueList),
      m_table(new QTableView),
      m_model(new MergeCandidatesModel(this)),
      m_warning(new Banner),
      m_state(makeMuted(tr("Counting…"))),
      m_rate(new QSpinBox),
      m_merge(makePrimaryButton(tr("&Merge"))),
      m_measuredRate(measuredRate) {
    setWindowTitle(tr("Merge"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);
    resize(680, 560);

    m_files->setText(m_chosen.empty() ? tr("Those &selected in the table: none is")
                                      : tr("Those &selected in the table: %1").arg(formatFiles(m_chosen.size())));
    m_files->setEnabled(!m_chosen.empty());
    auto* group = new QButtonGroup(this);
    for (QRadioButton* button : {m_everything, m_byPolicy, m_files}) {
        group->addButton(button);
    }
    (m_chosen.empty() ? m_everything : m_files)->setChecked(true);
    connect(group, &QButtonGroup::buttonToggled, this, [this](QAbstractButton*, bool checked) {
        if (checked) {
            requestPreview();
        }
    });

    styleTable(m_table, tr("Files that the merge would take"));
    m_table->setModel(m_model);
    m_table->horizontalHeader()->setStretchLastSection(true);
    const int widths[]{70, 90, 90, 70};
    for (int column = 0; column < 4; ++column) {
        m_table->setColumnWidth(column, widths[column]);
    }

    if (const auto database = m_session.database()) {
        m_givenRate = database->mergePolicy().maxBytesPerSecond;
    }
    m_rate->setRange(0, 1 << 20);
    m_rate->setSuffix(tr(" MiB/s"));
    m_rate->setSpecialValueText(tr("unlimited"));
    m_rate->setGroupSeparatorShown(true);
    m_rate->setAccessibleName(tr("Highest rate of the merge"));
    m_rate->setValue(static_cast<int>(m_givenRate >> 20));
    auto* rate = new QWidget;
    auto* rateRow = new QHBoxLayout(rate);
    rateRow->setContentsMargins({});
    rateRow->setSpacing(8);
    auto* rateLabel = new QLabel(tr("Read and write at mos&t"));
    rateLabel->setBuddy(m_rate);
    rateRow->addWidget(rateLabel);
    rateRow->addWidget(m_rate);
    rateRow->addStretch(1);
    connect(m_rate, &QSpinBox::valueChanged, this, [this] {
        if (m_preview) {
            showPreview(*m_preview);
        }
    });

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    buttons->addButton(m_merge, QDialogButtonBox::AcceptRole);
    m_merge->setEnabled(false);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_merge, &QPushButton::clicked, this, &MergeDialog::begin);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(10);
    layout->addWidget(
        makeText(tr("A merge copies the live records of the files into new ones and removes the old ones. "
                    "Browsing and editing go on meanwhile; it can be paused and cancelled at any moment.")));
    layout->addWidget(m_everything);
    layout->addWidget(m_byPolicy);
    layout->addWidget(m_files);
    layout->addWidget(rate);
    layout->addWidget(m_warning);
    layout->addWidget(m_figures);
    layout->addWidget(m_state);
    layout->addWidget(m_table, 1);
    layout->addWidget(buttons);
    m_merge->setDefault(true); // only now does the button know whose default it is

    // While somebody writes the preview follows, twice a second at most.
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(500);
    connect(&m_refresh, &QTimer::timeout, this, &MergeDialog::requestPreview);
    connect(&m_session, &Session::statsSampled, this, [this] {
        if (!m_refresh.isActive()) {
            m_refresh.start();
        }
    });
    connect(&m_session, &QObject::destroyed, this, &QDialog::reject);
    requestPreview();
}

void MergeDialog::choose(rustcask::MergeSelection::Kind kind) {
    switch (kind) {
    case rustcask::MergeSelection::Kind::everything:
        m_everything->setChecked(true);
        break;
    case rustcask::MergeSelection::Kind::policy:
        m_byPolicy->setChecked(true);
        break;
    case rustcask::MergeSelection::Kind::files:
        if (m_files->isEnabled()) {
            m_files->setChecked(true);
        }
        break;
    }
}

rustcask::MergeSelection MergeDialog::selection() const {
    rustcask::MergeSelection chosen;
    if (m_files->isChecked()) {
        chosen.kind = rustcask::MergeSelection::Kind::files;
        chosen.generations = m_chosen;
    } else if (m_byPolicy->isChecked()) {
        chosen.kind = rustcask::MergeSelection::Kind::policy;
    }
    return chosen;
}

void MergeDialog::begin() {
    const auto database = m_session.database();
    if (!database || !m_preview) {
        return;
    }
    // Only what was changed here: the box cannot show every rate.
    if (m_rate->value() == static_cast<int>(m_givenRate >> 20)) {
        Q_EMIT mergeRequested(selection(), *m_preview);
        accept();
        return;
    }
    auto policy = database->mergePolicy();
    policy.maxBytesPerSecond = static_cast<std::uint64_t>(m_rate->value()) << 20;
    m_merge->setEnabled(false);
    TaskOptions quiet;
    quiet.visible = false;
    m_session.tasks().start<void>(
        tr("Setting the merge policy"),
        [database, policy](rustcask::Progress&) { return database->setMergePolicy(policy); }, this,
        [this](Result<void> done) {
            if (!done) {
                m_merge->setEnabled(true);
                m_warning->showError(done.error());
                return;
            }
            Q_EMIT mergeRequested(selection(), *m_preview);
            accept();
        },
        quiet);
}

void MergeDialog::requestPreview() {
    const auto database = m_session.database();
    if (!database) {
        reject();
        return;
    }
    TaskOptions quiet;
    quiet.visible = false;
    const quint64 request = ++m_request;
    m_session.tasks().start<rustcask::MergePreview>(
        tr("Previewing the merge"),
        [database, wanted = selection()](rustcask::Progress&) { return database->previewMerge(wanted); }, this,
        [this, request](Result<rustcask::MergePreview> preview) {
            if (request == m_request) {
                showPreview(std::move(preview));
            }
        },
        quiet);
}

void MergeDialog::showPreview(Result<rustcask::MergePreview> result) {
    if (!result) {
        m_preview.reset();
        m_merge->setEnabled(false);
        m_state->setText(errorText(result.error()));
        return;
    }
    m_preview = std::move(*result);
    const auto& preview = *m_preview;
    const bool enoughSpace = preview.freeBytesNeeded <= preview.freeBytesAvailable;
    m_figures->setValue(tr("Will be freed"), formatBytes(preview.bytesReclaimed));
    m_figures->setValue(tr("Versions that go"), formatCount(preview.versionsLost));
    m_figures->setValue(tr("Tombstones dropped, at least"), formatCount(preview.tombstonesDropped));
    m_figures->setValue(tr("To read and write"),
                        tr("%1 and %2").arg(formatBytes(preview.bytesRead), formatBytes(preview.bytesWritten)));
    m_figures->setValue(tr("Time it will take"),
                        expectedTimeText(preview.bytesRead + preview.bytesWritten, m_measuredRate,
                                         static_cast<quint64>(m_rate->value()) << 20));
    m_figures->setValue(
        tr("Free space needed meanwhile"),
        tr("%1 of %2 available").arg(formatBytes(preview.freeBytesNeeded), formatBytes(preview.freeBytesAvailable)));
    m_model->setCandidates(preview.files);

    if (!enoughSpace) {
        m_warning->show(Banner::Kind::error,
                        tr("There is not enough free space. Choose fewer files, or make room first."));
    } else if (!preview.damagedLeftOut.empty()) {
        m_warning->show(
            Banner::Kind::warning,
            tr("Left out for their damage, kept for salvage: %1.").arg(formatFiles(preview.damagedLeftOut.size())));
    } else if (preview.versionsLost > 0) {
        m_warning->show(Banner::Kind::warning,
                        tr("History is lost: %1 superseded versions can be looked at and restored now, and no more "
                           "after the merge.")
                            .arg(formatCount(preview.versionsLost)));
    } else {
        m_warning->clear();
    }
    if (preview.files.empty()) {
        m_state->setText(m_byPolicy->isChecked()
                             ? tr("No file meets a threshold of the policy: there is nothing to do.")
                             : tr("There is nothing to merge."));
    } else {
        m_state->setText(tr("To be merged: %1").arg(formatFiles(preview.files.size())));
    }
    m_merge->setEnabled(enoughSpace && !preview.files.empty());
    Q_EMIT previewed();
}

} // namespace rustcask::ui

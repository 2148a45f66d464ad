// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/salvage_dialog.h"

#include <algorithm>

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include "pages/storage/lost_model.h"
#include "session/session.h"
#include "widgets/labels.h"
#include "widgets/progress_strip.h"
#include "widgets/states.h"

namespace rustcask::ui {

SalvageDialog::SalvageDialog(Session& session, QWidget* parent)
    : QDialog(parent),
      m_session(session),
      m_target(new QLineEdit),
      m_browse(makeButton(tr("&Browse…"))),
      m_tornTails(new QCheckBox(tr("Also what earlier recoveries &cut off the end of a file and kept"))),
      m_outcome(new Banner),
      m_strip(new ProgressStrip),
      m_lost(new LostModel(this)),
      m_table(new QTableView),
      m_start(makePrimaryButton(tr("&Salvage"))),
      m_open(makeButton(tr("&Open the salvaged database"))) {
    setWindowTitle(tr("Salvage to a new directory"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);

    const QFileInfo here(session.directory());
    m_target->setText(here.dir().filePath(here.fileName() + QStringLiteral("-salvaged")));
    m_target->setAccessibleName(tr("New directory for what is salvaged"));
    auto* where = new QWidget;
    auto* row = new QHBoxLayout(where);
    row->setContentsMargins({});
    row->addWidget(m_target, 1);
    row->addWidget(m_browse);
    auto* form = new QFormLayout;
    auto* label = new QLabel(tr("&Into"));
    label->setBuddy(m_target);
    form->addRow(label, where);
    form->addRow(QString(), m_tornTails);

    styleTable(m_table, tr("What could not be saved"));
    m_table->setModel(m_lost);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    const int widths[]{130, 92, 76, 150, 210};
    for (int column = 0; column < LostModel::reason; ++column) {
        m_table->setColumnWidth(column, widths[column]);
    }
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->hide();
    m_strip->hide();
    m_open->hide();

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->addButton(m_start, QDialogButtonBox::ActionRole);
    buttons->addButton(m_open, QDialogButtonBox::ActionRole);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    layout->addWidget(makeText(tr("Copies every sound record, old versions and deletions included, byte for byte into "
                                  "a new database, and lists what could not be saved. The database that is open is "
                                  "not changed.")));
    layout->addLayout(form);
    layout->addWidget(m_outcome);
    layout->addWidget(m_strip);
    layout->addWidget(m_table, 1);
    layout->addStretch(0);
    layout->addWidget(buttons);
    m_start->setDefault(true); // only now does the button know whose default it is

    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_browse, &QPushButton::clicked, this, &SalvageDialog::browse);
    connect(m_target, &QLineEdit::textChanged, this, &SalvageDialog::updateButtons);
    connect(m_start, &QPushButton::clicked, this, &SalvageDialog::start);
    connect(m_open, &QPushButton::clicked, this, [this] {
        const QString directory = QString::fromStdString(m_report->target.string());
        Q_EMIT openRequested(directory);
        accept();
    });
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        const auto& lost = m_lost->lostAt(index.row());
        Q_EMIT bytesRequested(QString::fromStdString(lost.file.filename().string()), lost.offset);
    });
    connect(&m_session, &QObject::destroyed, this, &QDialog::reject);
    updateButtons();
    resize(620, sizeHint().height()); // what was lost, if anything, gets its room when it is known
}

SalvageDialog::~SalvageDialog() = default;

void SalvageDialog::browse() {
    auto* dialog = new QFileDialog(this, tr("Directory in which the salvaged database is made"),
                                   QFileInfo(m_target->text()).path());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    const QString name = QFileInfo(m_target->text()).fileName();
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, name](const QString& chosen) { m_target->setText(QDir(chosen).filePath(name)); });
    dialog->open();
}

void SalvageDialog::updateButtons() {
    const bool running = !m_task.isNull();
    m_start->setEnabled(!running && !m_target->text().trimmed().isEmpty());
    m_target->setEnabled(!running);
    m_browse->setEnabled(!running);
    m_tornTails->setEnabled(!running);
    m_open->setVisible(m_report.has_value());
}

void SalvageDialog::start() {
    if (m_task || m_target->text().trimmed().isEmpty()) {
        return;
    }
    m_report.reset();
    m_outcome->clear();
    m_table->hide();
    rustcask::SalvageOptions options;
    options.includeTornTails = m_tornTails->isChecked();
    TaskOptions task;
    task.pausable = true;
    m_task = m_session.tasks().start<rustcask::SalvageReport>(
        tr("Salvaging"),
        [directory = std::filesystem::path(m_session.directory().toStdString()),
         target = std::filesystem::path(QDir::cleanPath(m_target->text().trimmed()).toStdString()),
         options](rustcask::Progress& progress) { return rustcask::salvage(directory, target, options, progress); },
        this, [this](Result<rustcask::SalvageReport> report) { show(std::move(report)); }, task);
    m_strip->setTask(m_task);
    m_strip->show();
    updateButtons();
}

void SalvageDialog::show(Result<rustcask::SalvageReport> result) {
    m_task.clear();
    m_strip->setTask(nullptr);
    m_strip->hide();
    if (!result) {
        if (result.error().code == rustcask::ErrorCode::cancelled) {
            m_outcome->show(Banner::Kind::info, tr("Cancelled: no directory was made."));
        } else {
            m_outcome->showError(result.error());
        }
    } else {
        m_report = std::move(*result);
        m_outcome->show(m_report->complete() ? Banner::Kind::success : Banner::Kind::warning,
                        salvageSummary(*m_report));
        m_lost->setLost(m_report->lost);
        m_table->setVisible(!m_report->lost.empty());
        if (!m_report->lost.empty()) {
            resize(std::max(width(), 760), std::max(height(), 520));
        }
    }
    updateButtons();
    Q_EMIT finished();
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer/import_dialog.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QRadioButton>
#include <QTableView>
#include <QVBoxLayout>

#include "session/session.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "transfer/preview_model.h"
#include "transfer/transfer_text.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

const Setting<QString> lastImportFolder{"transfer/import-folder", QString()};
constexpr int detectDelayMs = 200;
} // namespace

ImportDialog::ImportDialog(Session& database, Settings& stored, QWidget* parent)
    : TransferDialog(database, stored, tr("Import"), tr("&Import"), parent),
      m_source(new QWidget(this)),
      m_path(new QLineEdit(this)),
      m_table(new QTableView(this)),
      m_model(new PreviewModel(this)),
      m_state(makeMuted(tr("Nothing is written before you press Import."), this)),
      m_policies(new QWidget(this)),
      m_overwrite(new QRadioButton(tr("&Overwrite it"), this)),
      m_keep(new QRadioButton(tr("&Keep it"), this)),
      m_fail(new QRadioButton(tr("&Stop"), this)),
      m_skip(new QCheckBox(tr("Leave &malformed records out and list them, instead of stopping at the first"), this)) {
    resize(760, 600);
    auto* row = new QHBoxLayout(m_source);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_path->setAccessibleName(tr("File or folder to import"));
    m_path->setPlaceholderText(tr("A file or folder: choose one, or drop it on the window"));
    m_path->setFont(monospaceFont());
    m_path->setAcceptDrops(false); // it would take the address for text; the dialog knows better
    setAcceptDrops(true);
    QPushButton* file = makeButton(tr("&File…"), m_source);
    QPushButton* folder = makeButton(tr("Fol&der…"), m_source);
    auto* from = makeText(tr("F&rom"), m_source);
    from->setWordWrap(false);
    from->setBuddy(m_path);
    row->addWidget(from);
    row->addWidget(m_path, 1);
    row->addWidget(file);
    row->addWidget(folder);
    top()->addWidget(m_source);

    styleTable(m_table, tr("First records"));
    m_table->setModel(m_model);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->horizontalHeader()->setSectionResizeMode(PreviewModel::value, QHeaderView::Stretch);
    m_table->setColumnWidth(PreviewModel::key, 220);
    m_table->setColumnWidth(PreviewModel::size, 80);
    m_table->setColumnWidth(PreviewModel::present, 120);
    m_table->setMinimumHeight(110);
    m_state->setWordWrap(true);
    auto* card = new Card(this);
    card->addBody(m_table);
    middle()->addWidget(card, 1);
    middle()->addWidget(m_state);

    auto* policies = new QHBoxLayout(m_policies);
    policies->setContentsMargins(0, 0, 0, 0);
    policies->setSpacing(14);
    auto* question = makeText(tr("When a key has a value already:"), m_policies);
    question->setWordWrap(false);
    policies->addWidget(question);
    auto* group = new QButtonGroup(this);
    for (QRadioButton* button : {m_overwrite, m_keep, m_fail}) {
        group->addButton(button);
        policies->addWidget(button);
    }
    policies->addStretch(1);
    m_overwrite->setChecked(true);
    m_overwrite->setToolTip(tr("The record is stored; old values stay in the version history until a merge"));
    m_keep->setToolTip(tr("The record is left out and counted"));
    m_fail->setToolTip(tr("The import ends there; what was stored before it stays"));
    middle()->addWidget(m_policies);
    middle()->addWidget(m_skip);

    m_detectTimer.setSingleShot(true);
    m_detectTimer.setInterval(detectDelayMs);
    connect(&m_detectTimer, &QTimer::timeout, this, &ImportDialog::detect);
    connect(m_path, &QLineEdit::textChanged, this, [this] {
        m_readable = false;
        updateStart();
        m_detectTimer.start();
    });
    connect(file, &QPushButton::clicked, this, [this] { chooseSource(false); });
    connect(folder, &QPushButton::clicked, this, [this] { chooseSource(true); });
    const auto refuse = [this] {
        if (session().isReadOnly()) {
            banner().show(Banner::Kind::warning,
                          tr("This database is open read-only: nothing can be imported into it. Close it and open it "
                             "again with Open… to write."));
            setChoicesEnabled(false);
            updateStart();
        }
    };
    connect(&session(), &Session::faulted, this, refuse);
    refuse();
    m_path->setFocus();
}

QString ImportDialog::state() const {
    return m_state->text();
}

void ImportDialog::setSource(const QString& path) {
    m_path->setText(path);
    m_detectTimer.start(0);
}

void ImportDialog::setConflicts(rustcask::transfer::ConflictPolicy policy) {
    (policy == rustcask::transfer::ConflictPolicy::overwrite ? m_overwrite
     : policy == rustcask::transfer::ConflictPolicy::keep    ? m_keep
                                                             : m_fail)
        ->setChecked(true);
}

ImportJob ImportDialog::job() const {
    using rustcask::transfer::ConflictPolicy;
    return {.source = m_path->text().toStdString(),
            .form = form(),
            .conflicts = m_keep->isChecked()   ? ConflictPolicy::keep
                         : m_fail->isChecked() ? ConflictPolicy::fail
                                               : ConflictPolicy::overwrite,
            .skipMalformed = m_skip->isChecked()};
}

void ImportDialog::chooseSource(bool folder) {
    auto* dialog = new QFileDialog(this, folder ? tr("Import a folder of files") : tr("Import a file"),
                                   settings().get(lastImportFolder));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Files with records (*.jsonl *.ndjson *.csv *.tsv *.resp *.aof)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        settings().set(lastImportFolder, QFileInfo(path).absolutePath());
        setSource(path);
    });
    dialog->open();
}

void ImportDialog::detect() {
    m_detectTimer.stop();
    const QString path = m_path->text();
    const quint64 serial = ++m_detectSerial;
    if (path.isEmpty()) {
        m_model->setPreview({});
        m_state->setText(tr("Nothing is written before you press Import."));
        return;
    }
    using Detected = std::optional<rustcask::transfer::Form>;
    session().tasks().start<Detected>(
        tr("Look at %1").arg(path),
        [source = std::filesystem::path(path.toStdString())](rustcask::Progress&) -> rustcask::Result<Detected> {
            if (auto plain = checkPlain(source, tr("look at the source")); !plain) {
                return rustcask::failure(plain.error());
            }
            return rustcask::transfer::detectForm(source);
        },
        this,
        [this, serial](rustcask::Result<Detected> detected) {
            if (serial != m_detectSerial) {
                return;
            }
            if (!detected) {
                m_model->setPreview({});
                m_state->setText(errorText(detected.error()));
                Q_EMIT previewed();
                return;
            }
            if (*detected) {
                setForm(**detected);
            }
            preview();
        },
        quietTask);
}

void ImportDialog::preview() {
    const auto database = session().database();
    if (m_path->text().isEmpty() || !database || isRunning()) {
        return;
    }
    const quint64 serial = nextPreview();
    notePreview(session().tasks().start<ImportPreview>(
        tr("Preview the import"),
        [database, asked = job()](rustcask::Progress& progress) {
            return previewImport(*database, asked.source, asked.form, progress);
        },
        this,
        [this, serial](rustcask::Result<ImportPreview> result) {
            if (!isCurrent(serial)) {
                return;
            }
            m_readable = result.has_value();
            if (!result) {
                m_model->setPreview({});
                m_state->setText(errorText(result.error()));
            } else {
                const auto& shown = result->preview;
                const auto count = static_cast<quint64>(shown.records.size());
                if (shown.error) {
                    m_state->setText(tr("Malformed in this form: %1").arg(errorText(*shown.error)));
                } else if (shown.complete) {
                    m_state->setText(count == 0 ? tr("There is no record in it.")
                                                : tr("All %1 records. Nothing is written before you press Import.")
                                                      .arg(formatCount(count)));
                } else {
                    m_state->setText(tr("The first %1 records. Nothing is written before you press Import.")
                                         .arg(formatCount(count)));
                }
                m_model->setPreview(std::move(*result));
            }
            updateStart();
            Q_EMIT previewed();
        },
        quietTask));
}

void ImportDialog::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (!isRunning() && urls.size() == 1 && urls[0].isLocalFile()) {
        event->acceptProposedAction();
    }
}

void ImportDialog::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    setSource(event->mimeData()->urls().value(0).toLocalFile());
}

bool ImportDialog::isReady() const {
    return m_readable && !session().isReadOnly();
}

void ImportDialog::setChoicesEnabled(bool enabled) {
    const bool writable = enabled && !session().isReadOnly();
    m_source->setEnabled(enabled);
    m_policies->setEnabled(writable);
    m_skip->setEnabled(writable);
}

void ImportDialog::start() {
    if (isRunning() || !isReady()) {
        return;
    }
    follow(startImport(session(), job(), this, [this](const TransferOutcome& outcome) {
        QString tally = importTally(outcome.report);
        if (outcome.tooManyToUndo) {
            tally += QLatin1Char(' ') + tr("These are too many for one step of undo.");
        }
        showOutcome(tally, outcome, tr("Stopped before the end. %1 What was imported stays.").arg(tally));
        preview(); // what is in the database has changed
    }));
}

} // namespace rustcask::ui

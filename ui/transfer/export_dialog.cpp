// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer/export_dialog.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include "session/session.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "transfer/transfer_text.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

const Setting<QString> lastExportFolder{"transfer/export-folder", QString()};
const Setting<QString> lastFormat{"transfer/export-format", QStringLiteral("jsonl")};
} // namespace

ExportDialog::ExportDialog(Session& database, Settings& stored, const ExportRequest& request, QWidget* parent)
    : TransferDialog(database, stored, tr("Export"), tr("&Export"), parent),
      m_request(request),
      m_what(new QWidget(this)),
      m_everything(new QRadioButton(tr("&All keys"), this)),
      m_byPrefix(new QRadioButton(tr("Keys that &begin with"), this)),
      m_prefix(new QLineEdit(this)),
      m_chosen(new QRadioButton(tr("Chosen keys"), this)),
      m_where(new QWidget(this)),
      m_path(new QLineEdit(this)),
      m_replace(new QCheckBox(this)),
      m_text(new QPlainTextEdit(this)),
      m_state(makeMuted(tr("Counting…"), this)) {
    resize(760, 560);
    auto* what = new QHBoxLayout(m_what);
    what->setContentsMargins(0, 0, 0, 0);
    what->setSpacing(14);
    auto* group = new QButtonGroup(this);
    for (QRadioButton* button : {m_chosen, m_everything, m_byPrefix}) {
        group->addButton(button);
        what->addWidget(button);
    }
    m_prefix->setAccessibleName(tr("Prefix of the keys"));
    m_prefix->setPlaceholderText(tr("prefix, bytes as \\xNN"));
    m_prefix->setFont(monospaceFont());
    what->addWidget(m_prefix, 1);
    m_chosen->setVisible(m_request.keyAt != nullptr);
    if (m_request.keyAt) {
        QString text = m_request.what;
        m_chosen->setText(text.replace(QLatin1Char('&'), QLatin1String("&&")));
        m_chosen->setChecked(true);
    } else if (!m_request.prefix.isEmpty()) {
        m_byPrefix->setChecked(true);
    } else {
        m_everything->setChecked(true);
    }
    m_prefix->setText(prefixText(m_request.prefix));
    top()->addWidget(m_what);

    m_text->setReadOnly(true);
    m_text->setFont(monospaceFont());
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setTabChangesFocus(true);
    m_text->setAccessibleName(tr("The first records as they will be written"));
    m_text->setMinimumHeight(90);
    m_state->setWordWrap(true);
    middle()->addWidget(m_text, 1);
    middle()->addWidget(m_state);

    auto* where = new QHBoxLayout(m_where);
    where->setContentsMargins(0, 0, 0, 0);
    where->setSpacing(8);
    m_path->setAccessibleName(tr("File or folder to write"));
    m_path->setFont(monospaceFont());
    QPushButton* browse = makeButton(tr("&Choose…"), m_where);
    auto* to = makeText(tr("&To"), m_where);
    to->setWordWrap(false);
    to->setBuddy(m_path);
    where->addWidget(to);
    where->addWidget(m_path, 1);
    where->addWidget(browse);
    middle()->addWidget(m_where);
    middle()->addWidget(m_replace);
    m_replace->hide();

    connect(group, &QButtonGroup::buttonToggled, this, [this](QAbstractButton*, bool checked) {
        if (checked) {
            m_prefix->setEnabled(m_byPrefix->isChecked());
            schedulePreview();
        }
    });
    m_prefix->setEnabled(m_byPrefix->isChecked());
    connect(m_prefix, &QLineEdit::textChanged, this, &ExportDialog::schedulePreview);
    connect(m_path, &QLineEdit::textChanged, this, &ExportDialog::noteTarget);
    connect(m_replace, &QCheckBox::toggled, this, &ExportDialog::updateStart);
    connect(browse, &QPushButton::clicked, this, &ExportDialog::chooseTarget);

    setForm({.format = rustcask::transfer::formatFromName(stored.get(lastFormat).toStdString())
                           .value_or(rustcask::transfer::Format::jsonl)});
    const QString folder = stored.get(lastExportFolder);
    m_path->setText(QDir(folder.isEmpty() ? QDir::homePath() : folder).filePath(suggestedName()));
}

QString ExportDialog::suggestedName() const {
    return session().name() + formatEnding(formatOf(formatBox()));
}

QString ExportDialog::previewText() const {
    return m_text->toPlainText();
}

QString ExportDialog::state() const {
    return m_state->text();
}

void ExportDialog::setTarget(const QString& path) {
    m_path->setText(path);
}

// The name keeps up with the format as long as it ends as one does.
void ExportDialog::formChanged() {
    if (m_path->text().isEmpty()) {
        return;
    }
    const QFileInfo info(m_path->text());
    const QString ending = QLatin1Char('.') + info.suffix();
    bool known = info.suffix().isEmpty();
    for (const rustcask::transfer::Format format : rustcask::transfer::allFormats) {
        known = known || (ending == formatEnding(format) && ending.size() > 1);
    }
    if (known) {
        m_path->setText(QDir(info.path()).filePath(info.completeBaseName() + formatEnding(formatOf(formatBox()))));
    }
}

ExportJob ExportDialog::job() const {
    ExportJob job{
        .target = m_path->text().toStdString(), .form = form(), .replace = m_exists && m_replace->isChecked()};
    if (m_chosen->isChecked()) {
        job.chosen = m_request;
    } else if (m_byPrefix->isChecked()) {
        job.selection.prefix = prefixBytes(m_prefix->text()).value_or(std::string());
    }
    return job;
}

void ExportDialog::chooseTarget() {
    const bool folder = form().format == rustcask::transfer::Format::folder;
    auto* dialog = new QFileDialog(this, folder ? tr("Export into a folder") : tr("Export to a file"), m_path->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(folder ? QFileDialog::AcceptOpen : QFileDialog::AcceptSave);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::AnyFile);
    dialog->setOption(QFileDialog::DontConfirmOverwrite); // the dialog asks in its own words
    dialog->selectFile(m_path->text());
    connect(dialog, &QFileDialog::fileSelected, m_path, &QLineEdit::setText);
    dialog->open();
}

void ExportDialog::noteTarget() {
    const QFileInfo info(m_path->text());
    const bool folder = form().format == rustcask::transfer::Format::folder;
    m_exists = info.exists() && (!folder || !info.isDir() || !QDir(info.filePath()).isEmpty());
    m_replace->setVisible(m_exists);
    m_replace->setText(folder ? tr("The folder is &not empty: write into it, over files of the same names")
                              : tr("The file exists: &replace it once the export is complete"));
    if (!m_exists) {
        m_replace->setChecked(false);
    }
    updateStart();
}

void ExportDialog::preview() {
    const auto database = session().database();
    if (!database || isRunning()) {
        return;
    }
    noteTarget(); // whether a folder may exist depends on the format
    if (const auto prefix = prefixBytes(m_prefix->text()); m_byPrefix->isChecked() && !prefix) {
        m_readable = false;
        m_text->clear();
        m_state->setText(errorText(prefix.error()));
        updateStart();
        Q_EMIT previewed();
        return;
    }
    const quint64 serial = nextPreview();
    notePreview(session().tasks().start<ExportPreview>(
        tr("Preview the export"),
        [database, asked = job()](rustcask::Progress& progress) { return previewExport(*database, asked, progress); },
        this,
        [this, serial](rustcask::Result<ExportPreview> result) {
            if (!isCurrent(serial)) {
                return;
            }
            m_readable = result.has_value();
            if (!result) {
                m_text->clear();
                m_state->setText(errorText(result.error()));
            } else {
                m_text->setPlainText(result->text);
                QString text = formatKeys(result->keys);
                if (result->valueBytes) {
                    text += tr(", %1 of values").arg(formatBytes(*result->valueBytes));
                }
                text += QLatin1Char('.');
                if (result->keys == 0) {
                    text += QLatin1Char(' ') + tr("The export will hold no record.");
                }
                if (result->valuesCut) {
                    text += QLatin1Char(' ') + tr("Long values are cut here, not in the export.");
                }
                m_state->setText(text);
            }
            updateStart();
            Q_EMIT previewed();
        },
        quietTask));
}

bool ExportDialog::isReady() const {
    return m_readable && !m_path->text().isEmpty() && (!m_exists || m_replace->isChecked());
}

void ExportDialog::setChoicesEnabled(bool enabled) {
    m_what->setEnabled(enabled);
    m_where->setEnabled(enabled);
    m_replace->setEnabled(enabled);
}

void ExportDialog::start() {
    if (isRunning() || !isReady()) {
        return;
    }
    const ExportJob wanted = job();
    settings().set(lastFormat, QString::fromStdString(std::string(formatName(wanted.form.format))));
    settings().set(lastExportFolder, QFileInfo(m_path->text()).absolutePath());
    follow(startExport(session(), wanted, this, [this, wanted](const TransferOutcome& outcome) {
        const bool folder = wanted.form.format == rustcask::transfer::Format::folder;
        showOutcome(exportTally(outcome.report, wanted.chosen.absentText), outcome,
                    folder ? tr("Stopped before the end: the folder holds a part of the records.")
                           : tr("Stopped before the end: no file was written."));
        noteTarget();
    }));
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer/transfer_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "session/session.h"
#include "tasks/task_runner.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "transfer/transfer_text.h"
#include "widgets/labels.h"
#include "widgets/progress_strip.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

constexpr int previewDelayMs = 150;

} // namespace

TransferDialog::TransferDialog(Session& session, Settings& settings, const QString& title, const QString& startText,
                               QWidget* parent)
    : QDialog(parent),
      m_session(session),
      m_settings(settings),
      m_top(new QVBoxLayout),
      m_middle(new QVBoxLayout),
      m_choices(new QWidget(this)),
      m_format(new QComboBox(this)),
      m_encoding(new QComboBox(this)),
      m_header(new QCheckBox(tr("First line is a heading"), this)),
      m_sentence(makeMuted(QString(), this)),
      m_banner(new Banner(this)),
      m_progress(new ProgressStrip(this)),
      m_notes(new QListWidget(this)),
      m_notesTitle(makeTitle(QString(), this)),
      m_start(makePrimaryButton(startText, this)),
      m_close(makeButton(tr("Close"), this)) {
    setWindowTitle(title);
    setAccessibleName(title);
    setModal(false); // browsing and editing go on beside it
    setMinimumWidth(560);

    fillFormats(m_format);
    m_format->setAccessibleName(tr("Format"));
    fillEncodings(m_encoding);
    m_encoding->setAccessibleName(tr("How keys and values are written"));
    m_sentence->setWordWrap(true);

    auto* row = new QHBoxLayout(m_choices);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    auto* formatLabel = makeText(tr("F&ormat"), m_choices);
    formatLabel->setWordWrap(false);
    formatLabel->setBuddy(m_format);
    auto* encodingLabel = makeText(tr("&Written as"), m_choices);
    encodingLabel->setWordWrap(false);
    encodingLabel->setBuddy(m_encoding);
    row->addWidget(formatLabel);
    row->addWidget(m_format);
    row->addSpacing(8);
    row->addWidget(encodingLabel);
    row->addWidget(m_encoding);
    row->addSpacing(8);
    row->addWidget(m_header);
    row->addStretch(1);

    m_notes->setAccessibleName(tr("What was left out or changed"));
    m_notes->setUniformItemSizes(true);
    m_notes->setFont(smallFont(font()));
    m_notes->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_notes->setTextElideMode(Qt::ElideMiddle);
    m_notes->setMinimumHeight(80);
    m_notes->setMaximumHeight(140);
    m_notes->hide();
    m_notesTitle->hide();

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    buttons->addWidget(m_start);
    buttons->addWidget(m_close);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(10);
    m_top->setSpacing(8);
    m_middle->setSpacing(8);
    column->addLayout(m_top);
    column->addWidget(m_choices);
    column->addWidget(m_sentence);
    column->addLayout(m_middle, 1);
    column->addWidget(m_banner);
    column->addWidget(m_progress);
    column->addWidget(m_notesTitle);
    column->addWidget(m_notes);
    column->addLayout(buttons);

    m_previewTimer.setSingleShot(true);
    m_previewTimer.setInterval(previewDelayMs);
    connect(&m_previewTimer, &QTimer::timeout, this, [this] { preview(); });
    connect(m_format, &QComboBox::currentIndexChanged, this, &TransferDialog::formatChosen);
    connect(m_encoding, &QComboBox::currentIndexChanged, this, &TransferDialog::schedulePreview);
    connect(m_header, &QCheckBox::toggled, this, &TransferDialog::schedulePreview);
    connect(m_start, &QPushButton::clicked, this, [this] { start(); });
    connect(m_close, &QPushButton::clicked, this, &QDialog::reject);
    m_start->setDefault(true);
    m_start->setEnabled(false);
    formatChosen();
}

rustcask::transfer::Form TransferDialog::form() const {
    rustcask::transfer::Form form{.format = formatOf(m_format)};
    if (usesEncoding(form.format)) {
        form.text.encoding = encodingOf(m_encoding);
    }
    form.text.header = usesHeader(form.format) && m_header->isChecked();
    return form;
}

void TransferDialog::setForm(const rustcask::transfer::Form& form) {
    choose(m_format, form.format);
    choose(m_encoding, form.text.encoding);
    m_header->setChecked(form.text.header);
}

void TransferDialog::formatChosen() {
    const rustcask::transfer::Format format = formatOf(m_format);
    m_sentence->setText(formatSentence(format));
    m_encoding->setEnabled(usesEncoding(format));
    m_encoding->setToolTip(usesEncoding(format) ? QString() : tr("This format holds the bytes themselves"));
    m_header->setEnabled(usesHeader(format));
    formChanged();
    schedulePreview();
}

void TransferDialog::schedulePreview() {
    m_previewTimer.start();
}

quint64 TransferDialog::nextPreview() {
    if (m_previewTask) {
        m_previewTask->cancel();
    }
    return ++m_previewSerial;
}

bool TransferDialog::isRunning() const {
    return m_task && !m_task->isFinished();
}

void TransferDialog::follow(Task* task) {
    m_task = task;
    m_banner->clear();
    m_notes->hide();
    m_notesTitle->hide();
    m_progress->setTask(task);
    m_choices->setEnabled(false);
    setChoicesEnabled(false);
    m_close->setText(tr("Hide"));
    m_close->setAccessibleName(m_close->text());
    m_close->setToolTip(tr("It goes on; the status bar shows how far it is"));
    m_close->setFocus();
    updateStart();
}

void TransferDialog::showOutcome(const QString& tally, const TransferOutcome& outcome, const QString& cancelled) {
    m_task = nullptr;
    m_choices->setEnabled(true);
    setChoicesEnabled(true);
    m_close->setText(tr("Close"));
    m_close->setAccessibleName(m_close->text());
    m_close->setToolTip(QString());
    m_close->setFocus();
    updateStart();

    QString text = tally;
    Banner::Kind kind = outcome.noteCount > 0 ? Banner::Kind::warning : Banner::Kind::success;
    if (outcome.error) {
        const bool byWish = outcome.error->code == rustcask::ErrorCode::cancelled;
        kind = byWish ? Banner::Kind::warning : Banner::Kind::error;
        text = byWish ? cancelled : errorText(*outcome.error) + QLatin1Char(' ') + cancelled;
    }
    m_banner->show(kind, text);
    m_notes->clear();
    m_notes->addItems(outcome.notes);
    m_notes->setVisible(outcome.noteCount > 0);
    m_notesTitle->setVisible(outcome.noteCount > 0);
    const auto listed = static_cast<quint64>(outcome.notes.size());
    m_notesTitle->setText(outcome.noteCount > listed
                              ? tr("The first %1 of %2 notes").arg(formatCount(listed), formatCount(outcome.noteCount))
                          : outcome.noteCount == 1 ? tr("1 note")
                                                   : tr("%1 notes").arg(formatCount(outcome.noteCount)));
    Q_EMIT ended(text, !outcome.error && outcome.noteCount == 0);
}

void TransferDialog::updateStart() {
    m_start->setEnabled(!isRunning() && isReady());
}

void TransferDialog::reject() {
    if (isRunning()) {
        hide();
        return;
    }
    QDialog::reject();
    deleteLater();
}

} // namespace rustcask::ui

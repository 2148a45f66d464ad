// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/external_decoder.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "settings/settings.h"
#include "theme/format.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {
const Setting<QStringList> decodersSetting{"values/external-decoders", {}};
constexpr qint64 feedBytes = qint64{64} << 10;
} // namespace

QList<ExternalDecoder> externalDecoders(const Settings& settings) {
    const QStringList stored = settings.get(decodersSetting);
    QList<ExternalDecoder> decoders;
    for (qsizetype i = 0; i + 1 < stored.size(); i += 2) {
        decoders.append({stored[i], stored[i + 1]});
    }
    return decoders;
}

void setExternalDecoders(Settings& settings, const QList<ExternalDecoder>& decoders) {
    QStringList stored;
    for (const ExternalDecoder& decoder : decoders) {
        stored << decoder.name << decoder.command;
    }
    settings.set(decodersSetting, stored);
}

ExternalRun::ExternalRun(const ExternalDecoder& decoder, const QByteArray& input, QObject* parent, int timeoutMs)
    : QObject(parent), m_process(new QProcess), m_input(input) {
    QStringList words = QProcess::splitCommand(decoder.command);
    m_timeout.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this, [this, timeoutMs] {
        end(tr("It was stopped after %1.").arg(formatDuration(qint64{timeoutMs} * 1'000'000)));
    });
    connect(m_process, &QProcess::started, this, &ExternalRun::feed);
    connect(m_process, &QProcess::bytesWritten, this, &ExternalRun::feed);
    connect(m_process, &QProcess::readyReadStandardOutput, this, &ExternalRun::take);
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            end(tr("It could not be started: %1.").arg(m_process->errorString()));
        } // a program may end without reading all; a crash is told by `finished`
    });
    connect(m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        take();
        const QString said = QString::fromUtf8(m_process->readAllStandardError().left(2000)).trimmed();
        if (status != QProcess::NormalExit) {
            end(tr("It crashed."));
        } else if (code != 0) {
            end(said.isEmpty() ? tr("It failed with exit code %1.").arg(code)
                               : tr("It failed with exit code %1: %2").arg(code).arg(said));
        } else {
            end(QString());
        }
    });
    if (words.isEmpty()) {
        QTimer::singleShot(0, this, [this] { end(tr("No program is named.")); });
        return;
    }
    m_process->setProgram(words.takeFirst());
    m_process->setArguments(words);
    m_timeout.start(timeoutMs);
    m_process->start();
}

ExternalRun::~ExternalRun() {
    m_done = true;
    m_process->disconnect(this);
    if (m_process->state() == QProcess::NotRunning) {
        m_process->deleteLater();
        return;
    }
    // Its own destructor would wait.
    connect(m_process, &QProcess::finished, m_process, &QObject::deleteLater);
    m_process->kill();
}

void ExternalRun::cancel() {
    end(tr("It was stopped."));
}

void ExternalRun::feed() {
    if (m_process->bytesToWrite() > feedBytes || m_done) {
        return;
    }
    if (m_fed < m_input.size()) {
        const qint64 piece = std::min<qint64>(feedBytes, m_input.size() - m_fed);
        m_process->write(m_input.constData() + m_fed, piece);
        m_fed += piece;
    }
    if (m_fed == m_input.size()) {
        m_process->closeWriteChannel();
    }
}

void ExternalRun::take() {
    if (m_done) {
        return;
    }
    m_output += m_process->readAllStandardOutput();
    if (m_output.size() > maxOutputBytes) {
        m_output.truncate(maxOutputBytes);
        end(tr("It was stopped after %1 of output.").arg(formatBytes(maxOutputBytes)));
    }
}

void ExternalRun::end(const QString& problem) {
    if (std::exchange(m_done, true)) {
        return;
    }
    m_timeout.stop();
    if (m_process->state() != QProcess::NotRunning) {
        m_process->kill();
    }
    Q_EMIT finished(m_output, problem);
}

ExternalDecodersDialog::ExternalDecodersDialog(Settings& settings, QWidget* parent)
    : QDialog(parent), m_settings(settings), m_decoders(externalDecoders(settings)) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("External decoders"));
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(12);
    QLabel* intro =
        makeText(tr("A decoder is a program that gets a value's bytes on its standard input; what it writes "
                    "to its standard output is shown. It runs only when you choose it, or for the keys that "
                    "you have bound it to."));
    layout->addWidget(intro);
    auto* body = new QHBoxLayout;
    m_list = new QListWidget;
    m_list->setAccessibleName(tr("External decoders"));
    m_list->setMinimumHeight(130);
    body->addWidget(m_list, 1);
    auto* buttons = new QVBoxLayout;
    QPushButton* add = makeButton(tr("Add"));
    m_remove = makeButton(tr("Remove"));
    buttons->addWidget(add);
    buttons->addWidget(m_remove);
    buttons->addStretch(1);
    body->addLayout(buttons);
    layout->addLayout(body, 1);
    auto* form = new QFormLayout;
    m_name = new QLineEdit;
    m_name->setAccessibleName(tr("Name of the decoder"));
    m_name->setPlaceholderText(tr("protobuf"));
    m_command = new QLineEdit;
    m_command->setAccessibleName(tr("Command of the decoder"));
    m_command->setPlaceholderText(QStringLiteral("protoc --decode_raw"));
    form->addRow(tr("Name"), m_name);
    form->addRow(tr("Command"), m_command);
    layout->addLayout(form);
    auto* box = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    layout->addWidget(box);
    resize(520, 380);
    connect(add, &QPushButton::clicked, this, [this] {
        m_decoders.append({tr("decoder %1").arg(m_decoders.size() + 1), QString()});
        m_list->addItem(m_decoders.back().name);
        m_list->setCurrentRow(m_list->count() - 1);
        m_name->setFocus();
        m_name->selectAll();
    });
    connect(m_remove, &QPushButton::clicked, this, [this] {
        const int row = m_list->currentRow();
        if (row >= 0) {
            m_decoders.removeAt(row);
            delete m_list->takeItem(row);
            showCurrent();
        }
    });
    connect(m_list, &QListWidget::currentRowChanged, this, &ExternalDecodersDialog::showCurrent);
    connect(m_name, &QLineEdit::textEdited, this, &ExternalDecodersDialog::keep);
    connect(m_command, &QLineEdit::textEdited, this, &ExternalDecodersDialog::keep);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(box, &QDialogButtonBox::accepted, this, [this] {
        setExternalDecoders(m_settings, m_decoders);
        Q_EMIT changed();
        accept();
    });
    for (const ExternalDecoder& decoder : std::as_const(m_decoders)) {
        m_list->addItem(decoder.name);
    }
    m_list->setCurrentRow(m_decoders.isEmpty() ? -1 : 0);
    showCurrent();
}

void ExternalDecodersDialog::showCurrent() {
    const int row = m_list->currentRow();
    const bool any = row >= 0 && row < m_decoders.size();
    m_name->setEnabled(any);
    m_command->setEnabled(any);
    m_remove->setEnabled(any);
    m_name->setText(any ? m_decoders[row].name : QString());
    m_command->setText(any ? m_decoders[row].command : QString());
}

void ExternalDecodersDialog::keep() {
    const int row = m_list->currentRow();
    if (row >= 0 && row < m_decoders.size()) {
        m_decoders[row] = {m_name->text(), m_command->text()};
        m_list->item(row)->setText(m_name->text());
    }
}

} // namespace rustcask::ui

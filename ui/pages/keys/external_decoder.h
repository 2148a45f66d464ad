// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDialog>
#include <QList>
#include <QObject>
#include <QProcess>
#include <QString>
#include <QTimer>

QT_BEGIN_NAMESPACE
class QLineEdit;
class QListWidget;
class QPushButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class Settings;

/// A program that turns a value into something to read: gets the bytes on its standard input, and what it writes to its
/// standard output is shown. The user has entered it; nothing is run that was not.
struct ExternalDecoder {
    QString name{};
    QString command{}; ///< program and arguments, quoted as in a shell; no shell runs it
    friend bool operator==(const ExternalDecoder&, const ExternalDecoder&) = default;
};
[[nodiscard]] QList<ExternalDecoder> externalDecoders(const Settings& settings);
void setExternalDecoders(Settings& settings, const QList<ExternalDecoder>& decoders);

/// One run of a decoder, in the background: at most 10 seconds, and 4 MiB of output.
class ExternalRun : public QObject {
    Q_OBJECT
public:
    static constexpr qint64 maxOutputBytes = qint64{4} << 20;
    static constexpr qint64 maxInputBytes = qint64{64} << 20;

    /// Starts at once. Destroying it kills the program.
    ExternalRun(const ExternalDecoder& decoder, const QByteArray& input, QObject* parent = nullptr,
                int timeoutMs = 10'000);
    ~ExternalRun() override;
    void cancel();

Q_SIGNALS:
    /// `problem` is a sentence when it did not end well; `output` is what it wrote until then.
    void finished(const QByteArray& output, const QString& problem);

private:
    void feed();
    void take();
    void end(const QString& problem);

    QProcess* m_process; // outlives this object until it has ended
    QTimer m_timeout;
    QByteArray m_input;
    qint64 m_fed = 0;
    QByteArray m_output;
    bool m_done = false;
};

/// The list of external decoders: add, change, remove.
class ExternalDecodersDialog : public QDialog {
    Q_OBJECT
public:
    ExternalDecodersDialog(Settings& settings, QWidget* parent);

Q_SIGNALS:
    void changed();

private:
    void showCurrent();
    void keep();

    Settings& m_settings;
    QList<ExternalDecoder> m_decoders;
    QListWidget* m_list;
    QLineEdit* m_name;
    QLineEdit* m_command;
    QPushButton* m_remove;
    bool m_filling = false;
};

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QPointer>
#include <QTimer>

#include "transfer/transfer_job.h"

QT_BEGIN_NAMESPACE
class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QListWidget;
class QPushButton;
class QVBoxLayout;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class ProgressStrip;
class Session;
class Settings;
class Task;

/// What the dialogs of import and export share: format and encoding, a preview that follows the choices, progress,
/// tally and notes. It does not block its window. Closed while it works it only hides, and `ended` tells the rest.
class TransferDialog : public QDialog {
    Q_OBJECT
public:
    [[nodiscard]] bool isRunning() const;
    [[nodiscard]] Banner& banner() { return *m_banner; }
    [[nodiscard]] QComboBox* formatBox() const { return m_format; }
    [[nodiscard]] QComboBox* encodingBox() const { return m_encoding; }
    [[nodiscard]] QCheckBox* headerBox() const { return m_header; }
    [[nodiscard]] QPushButton* startButton() const { return m_start; }
    [[nodiscard]] QListWidget* notes() const { return m_notes; }
    [[nodiscard]] Task* task() const { return m_task; }
    [[nodiscard]] rustcask::transfer::Form form() const;
    void reject() override;

Q_SIGNALS:
    void previewed();
    /// A transfer ended; `tally` is a sentence or two for people. `good`: it did all it was asked for.
    void ended(const QString& tally, bool good);

protected:
    TransferDialog(Session& session, Settings& settings, const QString& title, const QString& startText,
                   QWidget* parent);

    /// The rows that the constructor of a subclass fills above format and encoding, between them and the progress.
    [[nodiscard]] QVBoxLayout* top() const { return m_top; }
    [[nodiscard]] QVBoxLayout* middle() const { return m_middle; }
    void setForm(const rustcask::transfer::Form& form);
    void schedulePreview();
    /// Number of the preview asked for last; answers to older ones are dropped.
    [[nodiscard]] quint64 nextPreview();
    /// Ends it when another preview is asked for.
    void notePreview(Task* task) { m_previewTask = task; }
    [[nodiscard]] bool isCurrent(quint64 serial) const { return serial == m_previewSerial; }
    void follow(Task* task);
    void showOutcome(const QString& tally, const TransferOutcome& outcome, const QString& cancelled);
    void updateStart();

    [[nodiscard]] Session& session() const { return m_session; }
    [[nodiscard]] Settings& settings() const { return m_settings; }

    virtual void preview() = 0;
    virtual void start() = 0;
    /// Whether everything needed is chosen; what is missing is said beside the preview.
    [[nodiscard]] virtual bool isReady() const = 0;
    virtual void formChanged() {}
    /// Called when work begins and ends.
    virtual void setChoicesEnabled(bool enabled) = 0;

private:
    void formatChosen();

    Session& m_session;
    Settings& m_settings;
    QVBoxLayout* m_top;
    QVBoxLayout* m_middle;
    QWidget* m_choices;
    QComboBox* m_format;
    QComboBox* m_encoding;
    QCheckBox* m_header;
    QLabel* m_sentence;
    Banner* m_banner;
    ProgressStrip* m_progress;
    QListWidget* m_notes;
    QLabel* m_notesTitle;
    QPushButton* m_start;
    QPushButton* m_close;
    QPointer<Task> m_task;
    QTimer m_previewTimer;
    QPointer<Task> m_previewTask;
    quint64 m_previewSerial = 0;
};

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QDialog>

#include <rustcask/past_keys.h>

QT_BEGIN_NAMESPACE
class QDateTimeEdit;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;
QT_END_NAMESPACE

namespace rustcask::ui {

/// Asks for an earlier moment of the log: a time, or the number of a record.
class MomentDialog : public QDialog {
    Q_OBJECT
public:
    /// `newest` is the number of the newest record.
    explicit MomentDialog(rustcask::Sequence newest, QWidget* parent = nullptr);
    /// What is chosen; nullopt: no moment, and the dialog says why.
    [[nodiscard]] std::optional<rustcask::Moment> moment() const;
    void chooseTime(const QDateTime& time);
    void chooseRecord(const QString& number);

Q_SIGNALS:
    void chosen(const rustcask::Moment& moment);

private:
    void check();

    rustcask::Sequence m_newest;
    QRadioButton* m_byTime = nullptr;
    QRadioButton* m_byRecord = nullptr;
    QDateTimeEdit* m_time = nullptr;
    QLineEdit* m_record = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_show = nullptr;
};

} // namespace rustcask::ui

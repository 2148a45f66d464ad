// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/moment_dialog.h"

#include <QDateTimeEdit>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include "theme/format.h"
#include "widgets/card.h"
#include "widgets/labels.h"

namespace rustcask::ui {

MomentDialog::MomentDialog(rustcask::Sequence newest, QWidget* parent) : QDialog(parent), m_newest(newest) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("The keys as of…"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(Card::gutter);
    layout->addWidget(makeText(tr("Lists the keys as they were at an earlier moment of the log. Nothing is changed; "
                                  "single keys can be restored from there.")));
    const auto addRow = [&](QRadioButton* button, QWidget* field) {
        auto* row = new QHBoxLayout;
        row->setSpacing(Card::gutter);
        button->setMinimumWidth(150);
        row->addWidget(button);
        row->addWidget(field, 1);
        layout->addLayout(row);
    };
    m_byTime = new QRadioButton(tr("At the time"));
    m_time = new QDateTimeEdit(QDateTime::currentDateTime());
    m_time->setDisplayFormat(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    m_time->setCalendarPopup(true);
    m_time->setAccessibleName(tr("Time"));
    addRow(m_byTime, m_time);
    m_byRecord = new QRadioButton(tr("After record number"));
    m_record = new QLineEdit(QString::number(newest.value));
    m_record->setAccessibleName(tr("Record number"));
    addRow(m_byRecord, m_record);
    m_note = makeMuted(QString());
    m_note->setWordWrap(true);
    layout->addWidget(m_note);
    layout->addStretch(1);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    QPushButton* cancel = makeButton(tr("Cancel"));
    cancel->setAutoDefault(false);
    m_show = makePrimaryButton(tr("Show the keys"));
    m_show->setDefault(true);
    buttons->addWidget(cancel);
    buttons->addWidget(m_show);
    layout->addLayout(buttons);
    m_byTime->setChecked(true);
    connect(m_byTime, &QRadioButton::toggled, this, &MomentDialog::check);
    connect(m_time, &QDateTimeEdit::dateTimeChanged, this, [this] { m_byTime->setChecked(true); });
    connect(m_record, &QLineEdit::textEdited, this, [this] {
        m_byRecord->setChecked(true);
        check();
    });
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_show, &QPushButton::clicked, this, [this] {
        if (const auto wanted = moment()) {
            Q_EMIT chosen(*wanted);
            accept();
        }
    });
    check();
    resize(460, 240);
}

std::optional<rustcask::Moment> MomentDialog::moment() const {
    rustcask::Moment moment;
    if (m_byTime->isChecked()) {
        // What was written within the second that is shown counts.
        moment.time =
            rustcask::Timestamp(std::chrono::milliseconds(m_time->dateTime().toSecsSinceEpoch() * 1000 + 999));
        return moment;
    }
    QString digits = m_record->text();
    digits.remove(QLatin1Char(',')).remove(QLatin1Char(' '));
    bool fine = false;
    const quint64 number = digits.toULongLong(&fine);
    if (!fine || number == 0) {
        return std::nullopt;
    }
    moment.sequence = rustcask::Sequence{number};
    return moment;
}

void MomentDialog::chooseTime(const QDateTime& time) {
    m_time->setDateTime(time);
    m_byTime->setChecked(true);
}

void MomentDialog::chooseRecord(const QString& number) {
    m_record->setText(number);
    m_byRecord->setChecked(true);
    check();
}

void MomentDialog::check() {
    const bool fine = moment().has_value();
    m_show->setEnabled(fine);
    m_note->setText(!fine ? tr("Record numbers are whole and begin at 1.")
                          : (m_byTime->isChecked()
                                 ? tr("By the clock of whoever wrote the records.")
                                 : tr("The newest record is number %1.").arg(formatCount(m_newest.value))));
}

} // namespace rustcask::ui

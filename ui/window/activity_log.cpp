// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/activity_log.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include "theme/icons.h"
#include "theme/tokens.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

void ActivityLog::add(const QString& text, bool problem) {
    if (m_entries.size() >= maxEntries) {
        beginRemoveRows({}, 0, 0);
        m_entries.removeFirst();
        endRemoveRows();
    }
    const int row = static_cast<int>(m_entries.size());
    beginInsertRows({}, row, row);
    m_entries.append({QDateTime::currentDateTime(), text, problem});
    endInsertRows();
}

QString ActivityLog::text() const {
    QString lines;
    for (const Entry& entry : m_entries) {
        lines += entry.time.toString(Qt::ISODate) + QLatin1Char('\t') + entry.text.simplified() + QLatin1Char('\n');
    }
    return lines;
}

int ActivityLog::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

int ActivityLog::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountValue;
}

QVariant ActivityLog::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const Entry& entry = m_entries[index.row()];
    if (role == Qt::DisplayRole) {
        return index.column() == time ? entry.time.toString(QStringLiteral("HH:mm:ss")) : entry.text;
    }
    if (role == Qt::ToolTipRole && index.column() == what) {
        return Qt::convertFromPlainText(entry.text);
    }
    if (role == Qt::DecorationRole && index.column() == what) {
        return themedIcon(entry.problem ? QStringLiteral("warning") : QStringLiteral("check"),
                          entry.problem ? IconRole::danger : IconRole::muted);
    }
    if (role == Qt::AccessibleTextRole && index.column() == what) {
        return entry.problem ? tr("Problem: %1").arg(entry.text) : entry.text;
    }
    return {};
}

QVariant ActivityLog::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    return section == time ? tr("Time") : tr("What was done");
}

QDialog* makeActivityDialog(ActivityLog* log, QWidget* parent) {
    auto* dialog = new QDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(ActivityLog::tr("Activity"));
    dialog->setAccessibleName(dialog->windowTitle());
    dialog->resize(720, 420);
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(16, 14, 16, 14);
    column->setSpacing(10);
    column->addWidget(makeMuted(ActivityLog::tr("What was done in this window since it was opened, newest last. "
                                                "Edits of single keys are on the undo list."),
                                dialog));
    auto* table = new QTableView(dialog);
    styleTable(table, ActivityLog::tr("What was done"));
    table->setModel(log);
    table->setTextElideMode(Qt::ElideRight);
    table->setColumnWidth(ActivityLog::time, 80);
    table->horizontalHeader()->setStretchLastSection(true);
    column->addWidget(table, 1);
    table->scrollToBottom();
    QObject::connect(log, &QAbstractItemModel::rowsInserted, table, &QTableView::scrollToBottom);

    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    QPushButton* copy = makeButton(ActivityLog::tr("&Copy all"), dialog);
    QPushButton* close = makePrimaryButton(ActivityLog::tr("Close"), dialog);
    QObject::connect(copy, &QPushButton::clicked, log, [log] { QApplication::clipboard()->setText(log->text()); });
    QObject::connect(close, &QPushButton::clicked, dialog, &QDialog::accept);
    buttons->addWidget(copy);
    buttons->addWidget(close);
    column->addLayout(buttons);
    close->setDefault(true);
    return dialog;
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/benchmark/run_list_model.h"

#include <QLocale>

#include "theme/format.h"

namespace rustcask::ui {

namespace {

QString joined(const std::vector<std::string>& texts) {
    QStringList list;
    for (const std::string& text : texts)
        list << QString::fromStdString(text);
    return list.join(QStringLiteral(", "));
}

} // namespace

QString runTitle(const std::string& name, const std::vector<std::string>& workloads) {
    return name.empty() ? joined(workloads) : QString::fromStdString(name);
}

QString runDate(const std::string& created, const QDateTime& now) {
    const QDateTime time = QDateTime::fromString(QString::fromStdString(created), Qt::ISODate).toLocalTime();
    if (!time.isValid())
        return QString::fromStdString(created);
    const QString clock = time.toString(QStringLiteral("HH:mm"));
    if (time.date() == now.date())
        return RunListModel::tr("today %1").arg(clock);
    if (time.date().year() == now.date().year())
        return QLocale().toString(time, QStringLiteral("d MMM HH:mm"));
    return time.toString(QStringLiteral("yyyy-MM-dd HH:mm"));
}

void RunListModel::setRuns(std::vector<bench::RunSummary> runs) {
    beginResetModel();
    m_runs = std::move(runs);
    endResetModel();
}

QString RunListModel::file(int row) const {
    return row >= 0 && row < rowCount() ? QString::fromStdString(m_runs[std::size_t(row)].file.string()) : QString();
}

int RunListModel::rowOf(const QString& file) const {
    for (int row = 0; row < rowCount(); ++row)
        if (this->file(row) == file)
            return row;
    return -1;
}

int RunListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_runs.size());
}

int RunListModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RunListModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const bench::RunSummary& run = m_runs[std::size_t(index.row())];
    if (role == Qt::ToolTipRole) {
        QString text = tr("%1\nWorkloads: %2\nConfigurations: %3\nCreated: %4")
                           .arg(runTitle(run.name, run.workloads), joined(run.workloads), joined(run.configurations),
                                QString::fromStdString(run.created));
        if (!run.complete)
            text += QLatin1Char('\n') + tr("Not complete: some repetitions are missing or failed.");
        return text;
    }
    if (role == Qt::TextAlignmentRole && index.column() >= ConfigurationsColumn)
        return int(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::EditRole && index.column() == NameColumn)
        return runTitle(run.name, run.workloads);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case NameColumn:
        return runTitle(run.name, run.workloads);
    case DateColumn:
        return runDate(run.created, QDateTime::currentDateTime());
    case ConfigurationsColumn:
        return formatCount(run.configurations.size());
    case RoundsColumn:
        return run.complete ? formatCount(run.rounds) : tr("%1, partial").arg(formatCount(run.rounds));
    default:
        return {};
    }
}

bool RunListModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || index.column() != NameColumn || role != Qt::EditRole)
        return false;
    const QString name = value.toString().trimmed();
    bench::RunSummary& run = m_runs[std::size_t(index.row())];
    if (name.isEmpty() || name == runTitle(run.name, run.workloads))
        return false;
    run.name = name.toStdString();
    Q_EMIT dataChanged(index, index);
    Q_EMIT renamed(file(index.row()), name);
    return true;
}

Qt::ItemFlags RunListModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && index.column() == NameColumn)
        flags |= Qt::ItemIsEditable;
    return flags;
}

QVariant RunListModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section >= ConfigurationsColumn ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case DateColumn:
        return tr("Date");
    case ConfigurationsColumn:
        return tr("Configs");
    case RoundsColumn:
        return tr("Rounds");
    default:
        return {};
    }
}

} // namespace rustcask::ui

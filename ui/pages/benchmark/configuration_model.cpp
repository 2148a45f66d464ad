// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/benchmark/configuration_model.h"

#include <algorithm>

#include <QCoreApplication>

#include "theme/format.h"

namespace rustcask::ui {

namespace {

QString words(const char* text) {
    return QCoreApplication::translate("BenchmarkOptions", text);
}

struct Words {
    const char* name;
    const char* value; // nullptr: the setting itself
    const char* text;
};

constexpr Words optionWords[] = {
    {"sync", nullptr, QT_TRANSLATE_NOOP("BenchmarkOptions", "Sync")},
    {"sync", "none", QT_TRANSLATE_NOOP("BenchmarkOptions", "left to the system")},
    {"sync", "interval", QT_TRANSLATE_NOOP("BenchmarkOptions", "at intervals")},
    {"sync", "everyWrite", QT_TRANSLATE_NOOP("BenchmarkOptions", "every write")},
    {"syncIntervalMs", nullptr, QT_TRANSLATE_NOOP("BenchmarkOptions", "Sync interval")},
    {"writePath", nullptr, QT_TRANSLATE_NOOP("BenchmarkOptions", "Write path")},
    {"writePath", "mapped", QT_TRANSLATE_NOOP("BenchmarkOptions", "mapped append")},
    {"writePath", "direct", QT_TRANSLATE_NOOP("BenchmarkOptions", "one write per record")},
    {"writePath", "buffered", QT_TRANSLATE_NOOP("BenchmarkOptions", "buffered")},
    {"writeBufferBytes", nullptr, QT_TRANSLATE_NOOP("BenchmarkOptions", "Buffer size")},
    {"readStrategy", nullptr, QT_TRANSLATE_NOOP("BenchmarkOptions", "Read strategy")},
    {"readStrategy", "mapped", QT_TRANSLATE_NOOP("BenchmarkOptions", "mapped files")},
    {"readStrategy", "keepOpen", QT_TRANSLATE_NOOP("BenchmarkOptions", "open handles, pread")},
    {"readStrategy", "openPerRead", QT_TRANSLATE_NOOP("BenchmarkOptions", "open per read")},
    {"maxOpenFiles", nullptr, QT_TRANSLATE_NOOP("BenchmarkOptions", "Open files at most")},
    {"verifyChecksums", nullptr, QT_TRANSLATE_NOOP("BenchmarkOptions", "Checksums on read")},
    {"verifyChecksums", "true", QT_TRANSLATE_NOOP("BenchmarkOptions", "verified")},
    {"verifyChecksums", "false", QT_TRANSLATE_NOOP("BenchmarkOptions", "not verified")},
    {"maxFileBytes", nullptr, QT_TRANSLATE_NOOP("BenchmarkOptions", "File size at most")},
    {"mergeMode", nullptr, QT_TRANSLATE_NOOP("BenchmarkOptions", "Merges")},
    {"mergeMode", "manual", QT_TRANSLATE_NOOP("BenchmarkOptions", "none")},
    {"mergeMode", "automatic", QT_TRANSLATE_NOOP("BenchmarkOptions", "when triggered")},
    {"mergeMode", "everyRotation", QT_TRANSLATE_NOOP("BenchmarkOptions", "at every rotation")},
};

} // namespace

QString optionTitle(const std::string& name) {
    for (const Words& entry : optionWords)
        if (entry.value == nullptr && name == entry.name)
            return words(entry.text);
    return QString::fromStdString(name);
}

QString optionChoice(const std::string& name, const std::string& value) {
    for (const Words& entry : optionWords)
        if (entry.value != nullptr && name == entry.name && value == entry.value)
            return words(entry.text);
    const QString text = QString::fromStdString(value);
    if (name.ends_with("Bytes"))
        return formatBytes(text.toULongLong());
    if (name.ends_with("Ms"))
        return QCoreApplication::translate("BenchmarkOptions", "%1 ms").arg(formatCount(text.toULongLong()));
    return text;
}

QString settingsText(const bench::EngineConfig& config) {
    QStringList parts;
    if (config.engine != "rustcask")
        parts << QString::fromStdString(config.engine);
    for (const auto& [name, value] : config.options)
        parts << optionTitle(name) + QStringLiteral(": ") + optionChoice(name, value);
    return parts.isEmpty() ? words(QT_TRANSLATE_NOOP("BenchmarkOptions", "defaults"))
                           : parts.join(QStringLiteral(" · "));
}

std::vector<ConfigurationModel::Entry> defaultConfigurations() {
    const auto label = [](const char* text) { return words(text).toStdString(); };
    return {
        {{"rustcask", label(QT_TRANSLATE_NOOP("BenchmarkOptions", "mapped")), {}}, true},
        {{"rustcask",
          label(QT_TRANSLATE_NOOP("BenchmarkOptions", "pread")),
          {{"readStrategy", "keepOpen"}, {"writePath", "direct"}}},
         true},
        {{"rustcask",
          label(QT_TRANSLATE_NOOP("BenchmarkOptions", "open per read")),
          {{"readStrategy", "openPerRead"}, {"writePath", "direct"}}},
         true},
        {{"rustcask", label(QT_TRANSLATE_NOOP("BenchmarkOptions", "buffered")), {{"writePath", "buffered"}}}, false},
        {{"rustcask", label(QT_TRANSLATE_NOOP("BenchmarkOptions", "sync each second")), {{"sync", "interval"}}}, false},
        {{"rustcask", label(QT_TRANSLATE_NOOP("BenchmarkOptions", "sync every write")), {{"sync", "everyWrite"}}},
         false},
    };
}

std::vector<ConfigurationModel::Entry> peerConfigurations(const bench::EngineRegistry& engines) {
    std::vector<ConfigurationModel::Entry> entries;
    for (const bench::EngineKind* kind : engines.kinds()) {
        if (kind->name() == "rustcask" || !kind->stores())
            continue;
        if (auto config = engines.matched(kind->name(), bench::Durability::d1)) {
            config->label = kind->title();
            for (const bench::OptionInfo& option : kind->options()) // a configuration names what differs, no more
                if (const auto given = config->options.find(option.name);
                    given != config->options.end() && given->second == option.defaultValue)
                    config->options.erase(given);
            entries.push_back({std::move(*config), false});
        }
    }
    return entries;
}

ConfigurationModel::ConfigurationModel(const bench::EngineRegistry& engines, QObject* parent)
    : QAbstractTableModel(parent), m_engines(engines) {}

void ConfigurationModel::setEntries(std::vector<Entry> entries) {
    beginResetModel();
    m_entries = std::move(entries);
    endResetModel();
}

std::vector<bench::EngineConfig> ConfigurationModel::chosen() const {
    std::vector<bench::EngineConfig> configs;
    for (const Entry& entry : m_entries)
        if (entry.chosen)
            configs.push_back(entry.config);
    return configs;
}

int ConfigurationModel::add(bench::EngineConfig config, bool chosen) {
    const int row = int(m_entries.size());
    config.label = uniqueLabel(config.label, -1);
    beginInsertRows({}, row, row);
    m_entries.push_back({std::move(config), chosen});
    endInsertRows();
    return row;
}

void ConfigurationModel::replace(int row, bench::EngineConfig config) {
    if (row < 0 || row >= rowCount())
        return;
    config.label = uniqueLabel(config.label, row);
    m_entries[std::size_t(row)].config = std::move(config);
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

void ConfigurationModel::remove(int row) {
    if (row < 0 || row >= rowCount())
        return;
    beginRemoveRows({}, row, row);
    m_entries.erase(m_entries.begin() + row);
    endRemoveRows();
}

int ConfigurationModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_entries.size());
}

int ConfigurationModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ConfigurationModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Entry& entry = m_entries[std::size_t(index.row())];
    const auto durability = m_engines.durability(entry.config);
    if (role == Qt::ToolTipRole) {
        const QString settings = settingsText(entry.config);
        if (!durability)
            return tr("%1\nSome setting is out of its range.").arg(settings);
        return QStringLiteral("%1\n%2: %3")
            .arg(settings, QString::fromUtf8(bench::durabilityName(*durability).data()),
                 QCoreApplication::translate("BenchmarkDurability", bench::durabilityMeaning(*durability).data()));
    }
    switch (index.column()) {
    case NameColumn:
        if (role == Qt::DisplayRole || role == Qt::EditRole)
            return QString::fromStdString(entry.config.label);
        if (role == Qt::CheckStateRole)
            return entry.chosen ? Qt::Checked : Qt::Unchecked;
        break;
    case SettingsColumn:
        if (role == Qt::DisplayRole)
            return settingsText(entry.config);
        break;
    case ClassColumn:
        if (role == Qt::DisplayRole)
            return durability ? QString::fromUtf8(bench::durabilityName(*durability).data()) : tr("?");
        if (role == Qt::TextAlignmentRole)
            return int(Qt::AlignRight | Qt::AlignVCenter);
        break;
    default:
        break;
    }
    return {};
}

bool ConfigurationModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || index.column() != NameColumn)
        return false;
    Entry& entry = m_entries[std::size_t(index.row())];
    if (role == Qt::CheckStateRole) {
        entry.chosen = value.toInt() == Qt::Checked;
    } else if (role == Qt::EditRole) {
        const std::string label = value.toString().trimmed().toStdString();
        if (label.empty())
            return false;
        entry.config.label = uniqueLabel(label, index.row());
    } else {
        return false;
    }
    Q_EMIT dataChanged(index, index, {role, Qt::DisplayRole});
    return true;
}

Qt::ItemFlags ConfigurationModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && index.column() == NameColumn)
        flags |= Qt::ItemIsUserCheckable | Qt::ItemIsEditable;
    return flags;
}

QVariant ConfigurationModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == ClassColumn ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case SettingsColumn:
        return tr("Settings");
    case ClassColumn:
        return tr("Class");
    default:
        return {};
    }
}

std::string ConfigurationModel::uniqueLabel(const std::string& wish, int exceptRow) const {
    std::string label = wish;
    for (int number = 2;; ++number) {
        const bool taken = std::any_of(m_entries.begin(), m_entries.end(), [&](const Entry& entry) {
            return &entry - m_entries.data() != exceptRow && entry.config.label == label;
        });
        if (!taken)
            return label;
        label = wish + " " + std::to_string(number);
    }
}

} // namespace rustcask::ui

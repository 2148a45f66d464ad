// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractTableModel>

#include <rustcask/bench/engine.h>

namespace rustcask::ui {

/// Engine configurations to choose from: a check box and a name (editable), the settings in short, and the durability
/// class that follows from them.
class ConfigurationModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { NameColumn, SettingsColumn, ClassColumn, ColumnCount };

    explicit ConfigurationModel(const bench::EngineRegistry& engines, QObject* parent = nullptr);

    struct Entry {
        bench::EngineConfig config;
        bool chosen = true;
    };
    [[nodiscard]] const std::vector<Entry>& entries() const { return m_entries; }
    void setEntries(std::vector<Entry> entries);
    [[nodiscard]] std::vector<bench::EngineConfig> chosen() const;
    /// Appends `config`, its label made unique. Returns its row.
    int add(bench::EngineConfig config, bool chosen = true);
    void replace(int row, bench::EngineConfig config);
    void remove(int row);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] std::string uniqueLabel(const std::string& wish, int exceptRow) const;
    const bench::EngineRegistry& m_engines;
    std::vector<Entry> m_entries;
};

/// "sync every write · direct": what differs from the defaults, in words; "defaults" when nothing does.
[[nodiscard]] QString settingsText(const bench::EngineConfig& config);
/// The configurations that a new user finds.
[[nodiscard]] std::vector<ConfigurationModel::Entry> defaultConfigurations();
/// Every other engine of this build with the settings that match ours in class D1, none of them chosen. Loads the
/// engines' libraries: some milliseconds.
[[nodiscard]] std::vector<ConfigurationModel::Entry> peerConfigurations(const bench::EngineRegistry& engines);
/// A setting and its values in the user's words.
[[nodiscard]] QString optionTitle(const std::string& name);
[[nodiscard]] QString optionChoice(const std::string& name, const std::string& value);

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QDialog>
#include <QHash>

#include <rustcask/bench/engine.h>

QT_BEGIN_NAMESPACE
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
QT_END_NAMESPACE

namespace rustcask::ui {

/// Name and settings of one engine configuration; the form is made from what the engine says of its settings. Show it
/// with `open()`; `config` is valid after `accepted`.
class ConfigurationDialog : public QDialog {
    Q_OBJECT
public:
    ConfigurationDialog(const bench::EngineRegistry& engines, const bench::EngineConfig& config,
                        QWidget* parent = nullptr);
    [[nodiscard]] bench::EngineConfig config() const;

private:
    void buildForm(const bench::OptionMap& options);
    void update();
    /// What a field says, as the engine wants it; nullopt: not a number, or not a size.
    [[nodiscard]] std::optional<std::string> valueOf(const bench::OptionInfo& option) const;

    const bench::EngineRegistry& m_engines;
    const bench::EngineKind* m_kind;
    QLineEdit* m_name;
    QFormLayout* m_form;
    QHash<QString, QWidget*> m_fields; // by the setting's name
    QLabel* m_class;
    QLabel* m_problem;
    QPushButton* m_ok;
};

/// Bytes from "64 KiB", "16M", "4096"; nullopt for anything else. Pure.
[[nodiscard]] std::optional<quint64> sizeFromText(const QString& text);

} // namespace rustcask::ui

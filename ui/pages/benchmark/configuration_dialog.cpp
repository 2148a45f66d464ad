// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/benchmark/configuration_dialog.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

#include "pages/benchmark/configuration_model.h"
#include "theme/format.h"
#include "widgets/labels.h"

namespace rustcask::ui {

std::optional<quint64> sizeFromText(const QString& text) {
    static const QRegularExpression pattern(
        QStringLiteral("^\\s*([0-9]+(?:\\.[0-9]+)?)\\s*([kKmMgGtT]?)(?:i?[bB])?\\s*$"));
    const auto match = pattern.match(QString(text).remove(QLatin1Char(',')));
    if (!match.hasMatch())
        return std::nullopt;
    const qsizetype power = QStringLiteral("kmgt").indexOf(match.captured(2).toLower()) + 1;
    double bytes = match.captured(1).toDouble();
    for (qsizetype i = 0; i < (match.captured(2).isEmpty() ? 0 : power); ++i)
        bytes *= 1024;
    if (bytes > 1e15)
        return std::nullopt;
    return quint64(bytes + 0.5);
}

ConfigurationDialog::ConfigurationDialog(const bench::EngineRegistry& engines, const bench::EngineConfig& config,
                                         QWidget* parent)
    : QDialog(parent),
      m_engines(engines),
      m_kind(engines.find(config.engine)),
      m_name(new QLineEdit(this)),
      m_form(new QFormLayout),
      m_class(makeMuted({}, this)),
      m_problem(makeText({}, this)) {
    setWindowTitle(tr("Engine configuration"));
    auto* layout = new QVBoxLayout(this);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_name->setText(QString::fromStdString(config.label));
    m_name->setAccessibleName(tr("Name of the configuration"));
    m_form->addRow(tr("&Name"), m_name);
    layout->addLayout(m_form);
    m_class->setWordWrap(true);
    layout->addWidget(m_class);
    layout->addWidget(m_problem);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
    connect(m_name, &QLineEdit::textChanged, this, &ConfigurationDialog::update);
    buildForm(config.options);
    update();
    setMinimumWidth(380);
}

void ConfigurationDialog::buildForm(const bench::OptionMap& options) {
    if (m_kind == nullptr)
        return;
    for (const bench::OptionInfo& option : m_kind->options()) {
        const auto given = options.find(option.name);
        const std::string value = given == options.end() ? option.defaultValue : given->second;
        const QString title = optionTitle(option.name);
        QWidget* field = nullptr;
        if (!option.choices.empty()) {
            auto* box = new QComboBox(this);
            for (const std::string& choice : option.choices)
                box->addItem(optionChoice(option.name, choice), QString::fromStdString(choice));
            box->setCurrentIndex(box->findData(QString::fromStdString(value)));
            connect(box, &QComboBox::currentIndexChanged, this, &ConfigurationDialog::update);
            field = box;
        } else {
            auto* line = new QLineEdit(this);
            const QString text = QString::fromStdString(value);
            line->setText(option.unit == "bytes" ? formatBytes(text.toULongLong()) : text);
            // A rounded size must not become another value by being looked at.
            if (option.unit == "bytes" && sizeFromText(line->text()) != text.toULongLong())
                line->setText(text);
            line->setPlaceholderText(option.unit == "bytes" ? tr("for example 64 KiB")
                                                            : QString::fromStdString(option.unit));
            connect(line, &QLineEdit::textChanged, this, &ConfigurationDialog::update);
            field = line;
        }
        field->setAccessibleName(title);
        field->setToolTip(QString::fromStdString(option.summary));
        m_form->addRow(option.unit == "ms" ? tr("%1 (ms)").arg(title) : title, field);
        m_fields.insert(QString::fromStdString(option.name), field);
    }
}

std::optional<std::string> ConfigurationDialog::valueOf(const bench::OptionInfo& option) const {
    const QWidget* field = m_fields.value(QString::fromStdString(option.name));
    if (const auto* box = qobject_cast<const QComboBox*>(field))
        return box->currentData().toString().toStdString();
    const auto* line = qobject_cast<const QLineEdit*>(field);
    const QString text = line != nullptr ? line->text().trimmed() : QString();
    if (option.unit == "bytes") {
        const auto bytes = sizeFromText(text);
        return bytes ? std::optional(std::to_string(*bytes)) : std::nullopt;
    }
    bool good = false;
    const quint64 number = QString(text).remove(QLatin1Char(',')).toULongLong(&good);
    return good ? std::optional(std::to_string(number)) : std::nullopt;
}

bench::EngineConfig ConfigurationDialog::config() const {
    bench::EngineConfig config;
    config.label = m_name->text().trimmed().toStdString();
    if (m_kind == nullptr)
        return config;
    config.engine = m_kind->name();
    for (const bench::OptionInfo& option : m_kind->options())
        if (const auto value = valueOf(option); value && *value != option.defaultValue)
            config.options[option.name] = *value;
    return config;
}

void ConfigurationDialog::update() {
    QString problem;
    if (m_kind != nullptr)
        for (const bench::OptionInfo& option : m_kind->options())
            if (!valueOf(option) && problem.isEmpty())
                problem = tr("%1 is not a number.").arg(optionTitle(option.name));
    if (problem.isEmpty() && m_name->text().trimmed().isEmpty())
        problem = tr("A configuration needs a name.");
    if (problem.isEmpty() && m_kind != nullptr)
        if (const auto complete = m_kind->complete(config().options); !complete)
            problem = QString::fromStdString(complete.error().detail);
    // A field that has no effect with the settings above it cannot be edited.
    const auto choice = [this](const char* name) {
        const auto* box = qobject_cast<const QComboBox*>(m_fields.value(QLatin1String(name)));
        return box != nullptr ? box->currentData().toString() : QString();
    };
    const auto enable = [this](const char* name, bool on) {
        if (QWidget* field = m_fields.value(QLatin1String(name)))
            field->setEnabled(on);
    };
    enable("syncIntervalMs", choice("sync") == QLatin1String("interval"));
    enable("writeBufferBytes", choice("writePath") == QLatin1String("buffered"));
    enable("maxOpenFiles", choice("readStrategy") == QLatin1String("keepOpen"));
    const auto durability = m_engines.durability(config());
    m_class->setText(durability ? tr("Durability class %1: %2.")
                                      .arg(QString::fromUtf8(bench::durabilityName(*durability).data()),
                                           QCoreApplication::translate("BenchmarkDurability",
                                                                       bench::durabilityMeaning(*durability).data()))
                                : QString());
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_ok->setEnabled(problem.isEmpty());
}

} // namespace rustcask::ui

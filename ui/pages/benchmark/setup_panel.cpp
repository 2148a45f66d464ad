// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/benchmark/setup_panel.h"

#include <utility>

#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QHeaderView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <rustcask/bench/run_file.h>

#include "pages/benchmark/configuration_dialog.h"
#include "pages/benchmark/configuration_model.h"
#include "pages/benchmark/flow_layout.h"
#include "theme/format.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {

const QStringList& frontWorkloads() {
    static const QStringList names{QStringLiteral("fillseq"),   QStringLiteral("fillrandom"),
                                   QStringLiteral("overwrite"), QStringLiteral("readrandom"),
                                   QStringLiteral("ycsb-a"),    QStringLiteral("ycsb-c")};
    return names;
}

QSpinBox* makeSpinBox(int low, int high, int value, const QString& name, const QString& suffix = {}) {
    auto* box = new QSpinBox;
    box->setRange(low, high);
    box->setValue(value);
    box->setGroupSeparatorShown(true);
    box->setAccessibleName(name);
    box->setSuffix(suffix);
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    box->setMinimumWidth(80);
    return box;
}

} // namespace

SetupPanel::SetupPanel(const bench::EngineRegistry& engines, QAction* run, QAction* stop, QWidget* parent)
    : Card(tr("Run"), parent),
      m_engines(engines),
      m_run(run),
      m_stop(stop),
      m_model(new ConfigurationModel(engines, this)),
      m_bar(new QProgressBar),
      m_progress(makeMuted({})) {
    m_model->setEntries(defaultConfigurations());
    m_inside = new QWidget;
    auto* layout = new QVBoxLayout(m_inside);
    layout->setContentsMargins(gutter, gutter, gutter, gutter);
    layout->setSpacing(10);
    layout->addWidget(buildWorkloads());
    layout->addWidget(buildSizes());
    layout->addWidget(buildConfigurations());
    layout->addWidget(buildScratch());
    layout->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setAccessibleName(tr("Settings of the run"));
    scroll->setWidget(m_inside);
    scroll->viewport()->setAutoFillBackground(false); // the card shows through
    m_inside->setAutoFillBackground(false);
    addBody(scroll);

    m_bar->setTextVisible(false);
    m_bar->setMaximumHeight(6);
    m_bar->setAccessibleName(tr("Progress of the run"));
    m_progress->setWordWrap(true);
    auto* progress = new QWidget;
    auto* progressLayout = new QVBoxLayout(progress);
    progressLayout->setContentsMargins(gutter, 0, gutter, 8);
    progressLayout->setSpacing(4);
    progressLayout->addWidget(m_bar);
    progressLayout->addWidget(m_progress);
    progress->setObjectName(QStringLiteral("progress"));
    addBody(progress, 0);
    progress->hide();

    footer()->addWidget(makePrimaryButton(m_run));
    footer()->addWidget(makeButton(m_stop));
    footer()->addStretch(1);

    connect(m_model, &QAbstractItemModel::dataChanged, this, &SetupPanel::updateRunButton);
    connect(m_model, &QAbstractItemModel::rowsInserted, this, &SetupPanel::updateRunButton);
    connect(m_model, &QAbstractItemModel::rowsRemoved, this, &SetupPanel::updateRunButton);
    connect(m_model, &QAbstractItemModel::modelReset, this, &SetupPanel::updateRunButton);
    setScratchFolder({});
    setRunning(false);
}

QWidget* SetupPanel::buildWorkloads() {
    auto* box = new QWidget;
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins({});
    layout->setSpacing(6);
    layout->addWidget(makeMuted(tr("Workload")));
    auto* chips = new QWidget;
    auto* flow = new FlowLayout(5, chips);
    for (const bench::WorkloadInfo& info : bench::workloads()) {
        const QString name = QString::fromUtf8(info.name.data(), qsizetype(info.name.size()));
        QPushButton* chip = makeChip(name, chips);
        chip->setObjectName(name);
        chip->setToolTip(QString::fromUtf8(info.summary.data(), qsizetype(info.summary.size())));
        chip->setChecked(name == QLatin1String("fillrandom") || name == QLatin1String("readrandom"));
        connect(chip, &QPushButton::toggled, this, &SetupPanel::updateRunButton);
        flow->addWidget(chip);
        m_chips.append(chip);
    }
    m_more = makeChip(tr("More…"), chips);
    m_more->setToolTip(tr("Show every workload"));
    connect(m_more, &QPushButton::toggled, this, &SetupPanel::showMoreWorkloads);
    flow->addWidget(m_more);
    showMoreWorkloads(false);
    layout->addWidget(chips);
    return box;
}

QWidget* SetupPanel::buildSizes() {
    auto* box = new QWidget;
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins({});
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(3);
    m_keys = makeSpinBox(1, 1'000'000'000, 1'000'000, tr("Number of keys"));
    m_valueBytes = makeSpinBox(0, 16 << 20, 100, tr("Size of a value"), tr(" B"));
    m_keyBytes = makeSpinBox(1, 65'535, 16, tr("Size of a key"), tr(" B"));
    m_threads = makeSpinBox(1, 256, 1, tr("Threads"));
    m_rounds = makeSpinBox(1, 1000, 5, tr("Rounds"));
    m_rounds->setStepType(QAbstractSpinBox::DefaultStepType);
    m_seed = makeSpinBox(1, 1'000'000'000, 1, tr("Seed of the traces"));
    m_seed->setStepType(QAbstractSpinBox::DefaultStepType);
    m_rounds->setToolTip(tr("Each pair of workload and configuration is repeated so often, in shuffled rounds."));
    m_seed->setToolTip(tr("The same seed gives the same operations, byte for byte."));
    const auto put = [grid](int row, int column, const QString& title, QSpinBox* field) {
        QLabel* label = makeMuted(title);
        label->setBuddy(field);
        grid->addWidget(label, 2 * row, column);
        grid->addWidget(field, 2 * row + 1, column);
        grid->setColumnStretch(column, column == 0 ? 4 : 3);
    };
    put(0, 0, tr("Keys"), m_keys);
    put(0, 1, tr("Value"), m_valueBytes);
    put(0, 2, tr("Key size"), m_keyBytes);
    put(1, 0, tr("Threads"), m_threads);
    put(1, 1, tr("Rounds"), m_rounds);
    put(1, 2, tr("Seed"), m_seed);
    for (QSpinBox* field : {m_keys, m_valueBytes, m_keyBytes, m_threads, m_rounds, m_seed})
        connect(field, &QSpinBox::valueChanged, this, &SetupPanel::updateRunButton);
    return box;
}

QWidget* SetupPanel::buildConfigurations() {
    auto* box = new QWidget;
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins({});
    layout->setSpacing(6);
    auto* head = new QHBoxLayout;
    head->setContentsMargins({});
    head->setSpacing(2);
    head->addWidget(makeMuted(tr("Configurations")), 1);
    auto* add = makeIconButton(QStringLiteral("add"), tr("Add a configuration"));
    m_duplicate = makeIconButton(QStringLiteral("copy"), tr("Duplicate the configuration"));
    m_edit = makeIconButton(QStringLiteral("edit"), tr("Edit the configuration"));
    m_remove = makeIconButton(QStringLiteral("delete"), tr("Remove the configuration"));
    for (QToolButton* button : {add, m_duplicate, m_edit, m_remove})
        head->addWidget(button);
    layout->addLayout(head);

    m_table = new QTableView;
    styleTable(m_table, tr("Configurations"));
    m_table->setModel(m_model);
    m_table->hideColumn(ConfigurationModel::SettingsColumn);
    m_table->horizontalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(ConfigurationModel::NameColumn, QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(ConfigurationModel::ClassColumn, QHeaderView::Fixed);
    m_table->setColumnWidth(ConfigurationModel::ClassColumn, 48);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_table->setFixedHeight(6 * tableRowHeight + 2);
    layout->addWidget(m_table);
    QLabel* note = makeMuted(tr("Classes follow from the settings. Only equal classes are compared."));
    note->setWordWrap(true);
    layout->addWidget(note);

    connect(add, &QToolButton::clicked, this, [this] { editConfiguration(-1); });
    connect(m_edit, &QToolButton::clicked, this, [this] { editConfiguration(currentRow()); });
    connect(m_table, &QTableView::doubleClicked, this,
            [this](const QModelIndex& index) { editConfiguration(index.row()); });
    connect(m_duplicate, &QToolButton::clicked, this, [this] {
        if (const int row = currentRow(); row >= 0)
            m_table->selectRow(m_model->add(m_model->entries()[std::size_t(row)].config));
    });
    connect(m_remove, &QToolButton::clicked, this, [this] { m_model->remove(currentRow()); });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &SetupPanel::updateConfigurationButtons);
    updateConfigurationButtons();
    return box;
}

QWidget* SetupPanel::buildScratch() {
    auto* box = new QWidget;
    auto* layout = new QHBoxLayout(box);
    layout->setContentsMargins({});
    layout->setSpacing(4);
    layout->addWidget(makeMuted(tr("Scratch")));
    m_scratchLabel = new ElidedLabel({}, Qt::ElideMiddle);
    layout->addWidget(m_scratchLabel, 1);
    auto* choose = makeIconButton(QStringLiteral("folder"), tr("Choose the folder for the databases of the run"));
    layout->addWidget(choose);
    connect(choose, &QToolButton::clicked, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Folder for the databases of the run"), m_scratch);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::Directory);
        connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
            setScratchFolder(folder);
            Q_EMIT changed();
        });
        dialog->open();
    });
    return box;
}

void SetupPanel::setScratchFolder(const QString& folder) {
    m_scratch = folder;
    QString shown = QDir::toNativeSeparators(folder);
    if (shown.startsWith(QDir::homePath() + QLatin1Char('/')))
        shown.replace(0, QDir::homePath().size(), QLatin1Char('~'));
    m_scratchLabel->setText(shown);
}

void SetupPanel::setWorkloads(const QStringList& names) {
    for (QPushButton* chip : m_chips)
        chip->setChecked(names.contains(chip->objectName()));
    showMoreWorkloads(m_more->isChecked());
}

void SetupPanel::setSizes(quint64 keys, int keyBytes, int valueBytes, int threads, int rounds) {
    m_keys->setValue(int(qMin<quint64>(keys, 1'000'000'000)));
    m_keyBytes->setValue(keyBytes);
    m_valueBytes->setValue(valueBytes);
    m_threads->setValue(threads);
    m_rounds->setValue(rounds);
}

bench::Run SetupPanel::request() const {
    bench::Run run;
    for (const QPushButton* chip : m_chips) {
        if (!chip->isChecked())
            continue;
        bench::WorkloadSpec spec;
        spec.name = chip->objectName().toStdString();
        spec.keys = std::uint64_t(m_keys->value());
        spec.keyBytes = std::uint32_t(m_keyBytes->value());
        spec.valueBytes = std::uint32_t(m_valueBytes->value());
        spec.threads = std::uint32_t(m_threads->value());
        spec.seed = std::uint64_t(m_seed->value());
        run.workloads.push_back(std::move(spec));
    }
    run.configurations = m_model->chosen();
    run.rounds = std::uint32_t(m_rounds->value());
    run.orderSeed = std::uint64_t(m_seed->value());
    return run;
}

QString SetupPanel::state() const {
    bench::Run run = request();
    run.configurations.clear();
    QJsonArray chosen;
    for (const auto& entry : m_model->entries()) {
        run.configurations.push_back(entry.config);
        chosen.append(entry.chosen);
    }
    if (run.workloads.empty()) { // the sizes are kept with a workload
        run.workloads.push_back({});
        run.workloads.back().name.clear();
        run.workloads.back().keys = std::uint64_t(m_keys->value());
    }
    QJsonObject object;
    object[QLatin1String("run")] = QString::fromStdString(bench::encodeRun(run));
    object[QLatin1String("chosen")] = chosen;
    object[QLatin1String("peersOffered")] = m_peersOffered;
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

void SetupPanel::restoreState(const QString& state) {
    const QJsonObject object = QJsonDocument::fromJson(state.toUtf8()).object();
    const auto run = bench::decodeRun(object[QLatin1String("run")].toString().toStdString());
    if (!run || run->workloads.empty())
        return;
    const QJsonArray chosen = object[QLatin1String("chosen")].toArray();
    std::vector<ConfigurationModel::Entry> entries;
    for (std::size_t i = 0; i < run->configurations.size(); ++i)
        entries.push_back({run->configurations[i], chosen.at(qsizetype(i)).toBool(true)});
    m_model->setEntries(std::move(entries));
    m_peersOffered = object[QLatin1String("peersOffered")].toBool();
    QStringList names;
    for (const bench::WorkloadSpec& spec : run->workloads)
        names << QString::fromStdString(spec.name);
    setWorkloads(names);
    const bench::WorkloadSpec& spec = run->workloads.front();
    setSizes(spec.keys, int(spec.keyBytes), int(spec.valueBytes), int(spec.threads), int(run->rounds));
    m_seed->setValue(int(qMin<quint64>(spec.seed, 1'000'000'000)));
    updateRunButton();
}

void SetupPanel::offerPeers(std::vector<ConfigurationModel::Entry> entries) {
    if (std::exchange(m_peersOffered, true))
        return;
    for (ConfigurationModel::Entry& entry : entries)
        m_model->add(std::move(entry.config), entry.chosen);
    Q_EMIT changed();
}

void SetupPanel::setRunning(bool running) {
    m_inside->setEnabled(!running);
    findChild<QWidget*>(QStringLiteral("progress"))->setVisible(running);
    m_stop->setEnabled(running);
    if (running)
        m_run->setEnabled(false);
    else
        updateRunButton();
}

void SetupPanel::setProgress(int done, int total, const QString& text) {
    m_bar->setRange(0, total);
    m_bar->setValue(done);
    m_progress->setText(text);
}

void SetupPanel::editConfiguration(int row) {
    bench::EngineConfig config;
    config.label = tr("new").toStdString();
    if (row >= 0 && row < m_model->rowCount())
        config = m_model->entries()[std::size_t(row)].config;
    else
        row = -1;
    auto* dialog = new ConfigurationDialog(m_engines, config, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, row] {
        if (row >= 0)
            m_model->replace(row, dialog->config());
        else
            m_table->selectRow(m_model->add(dialog->config()));
    });
    dialog->open();
}

void SetupPanel::updateRunButton() {
    if (m_rounds == nullptr || m_scratchLabel == nullptr)
        return; // still being built
    const bench::Run run = request();
    const int pairs = int(run.workloads.size() * run.configurations.size());
    m_run->setText(pairs == 0 ? tr("&Run") : tr("&Run %1 × %2").arg(pairs).arg(run.rounds));
    m_run->setToolTip(pairs == 0 ? tr("Choose a workload and a configuration first.")
                                 : tr("%1 × %2: %3 repetitions, interleaved")
                                       .arg(tr("%n pair(s) of workload and configuration", nullptr, pairs),
                                            tr("%n round(s)", nullptr, int(run.rounds)),
                                            formatCount(quint64(pairs) * run.rounds)));
    if (!m_stop->isEnabled())
        m_run->setEnabled(pairs > 0);
    Q_EMIT changed();
}

void SetupPanel::updateConfigurationButtons() {
    const bool any = currentRow() >= 0;
    for (QToolButton* button : {m_duplicate, m_edit, m_remove})
        button->setEnabled(any);
}

void SetupPanel::showMoreWorkloads(bool more) {
    for (QPushButton* chip : m_chips)
        chip->setVisible(more || chip->isChecked() || frontWorkloads().contains(chip->objectName()));
    m_more->setText(more ? tr("Fewer") : tr("More…"));
    if (QWidget* chips = m_more->parentWidget(); chips->layout() != nullptr)
        chips->layout()->invalidate();
}

int SetupPanel::currentRow() const {
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : rows.front().row();
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/analysis_dialog.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPointer>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "analysis/analysis_text.h"
#include "analysis/prefix_panel.h"
#include "analysis/ranking_panel.h"
#include "charts/chart_panel.h"
#include "charts/chart_view.h"
#include "session/session.h"
#include "settings/settings.h"
#include "tasks/file_saver.h"
#include "tasks/task_runner.h"
#include "theme/format.h"
#include "theme/icons.h"
#include "widgets/card.h"
#include "widgets/choose_row.h"
#include "widgets/labels.h"
#include "widgets/progress_strip.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

constexpr std::size_t rankedKeys = 100;

} // namespace

AnalysisDialog::AnalysisDialog(Session& session, Settings& settings, QWidget* parent)
    : QDialog(parent),
      m_session(session),
      m_tabs(makeTabBar(tr("What to analyse"), this)),
      m_stack(new QStackedWidget(this)),
      m_prefixes(new PrefixPanel(session, settings, this)),
      m_largest(new RankingPanel({tr("Key"), tr("Value"), tr("Key size")}, tr("Largest values"), this)),
      m_overwritten(new RankingPanel({tr("Key"), tr("Superseded records"), tr("Their size"), tr("Has a value")},
                                     tr("Keys overwritten most"), this)),
      m_ages(new ChartPanel(this)),
      m_agePage(new QWidget(this)),
      m_ageSentence(makeMuted(QString(), this)),
      m_banner(new Banner(this)),
      m_progress(new ProgressStrip(this)),
      m_show(makePrimaryButton(tr("Show the &keys"), this)),
      m_export(makeButton(tr("&Export"), this)) {
    setWindowTitle(tr("Analysis of %1").arg(session.name()));
    setAccessibleName(windowTitle());
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(false);
    resize(1000, 620);

    m_tabs->addTab(tr("Size by &prefix"));
    m_tabs->addTab(tr("&Largest values"));
    m_tabs->addTab(tr("Most &overwritten"));
    m_tabs->addTab(tr("&Age"));
    auto* ageColumn = new QVBoxLayout(m_agePage);
    ageColumn->setContentsMargins(0, 0, 0, 0);
    ageColumn->setSpacing(8);
    ageColumn->addWidget(m_ages, 1);
    auto* ageRow = new QHBoxLayout;
    ageRow->addWidget(m_ageSentence, 1);
    ageRow->addWidget(m_ages->tableButton());
    m_ages->tableButton()->show();
    ageColumn->addLayout(ageRow);
    m_ageSentence->setWordWrap(true);
    m_ages->exportButton()->hide(); // the dialog's own exports every tab
    m_ages->chart()->setTitle(tr("When the live records were written"));
    m_ages->chart()->setEmptyText(tr("There is no live record."));
    m_ages->chart()->setYAxis({.title = tr("Live records")});

    for (QWidget* page : {static_cast<QWidget*>(m_prefixes), static_cast<QWidget*>(m_largest),
                          static_cast<QWidget*>(m_overwritten), m_agePage}) {
        m_stack->addWidget(page);
    }

    m_export->setToolTip(tr("Export what this tab shows"));
    m_export->setIcon(themedIcon(QStringLiteral("export")));
    auto* menu = new QMenu(m_export);
    const QList<std::pair<QString, Format>> formats{{tr("Table as &CSV…"), Format::csv},
                                                    {tr("Picture as &PNG…"), Format::png},
                                                    {tr("Picture as &SVG…"), Format::svg}};
    for (const auto& [text, format] : formats) {
        QAction* action = menu->addAction(text);
        action->setData(static_cast<int>(format));
        connect(action, &QAction::triggered, this, [this, which = format] { askAndSave(which); });
    }
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        const bool picture = tab() == prefixes || tab() == ages;
        const auto entries = menu->actions();
        for (QAction* action : entries) {
            action->setEnabled(picture || action->data().toInt() == static_cast<int>(Format::csv));
        }
    });
    m_export->setMenu(menu);

    QPushButton* again = makeButton(tr("&Count again"), this);
    QPushButton* close = makeButton(tr("Close"), this);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_export);
    buttons->addWidget(again);
    buttons->addStretch();
    buttons->addWidget(m_show);
    buttons->addWidget(close);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 16);
    column->setSpacing(10);
    column->addWidget(m_tabs);
    column->addWidget(m_stack, 1);
    column->addWidget(m_banner);
    column->addWidget(m_progress);
    column->addLayout(buttons);

    connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) {
        m_stack->setCurrentIndex(index);
        if (index == largest && !m_largestCounted) {
            countLargest();
        } else if ((index == overwritten || index == ages) && !m_logScanned) {
            scanLog();
        }
        updateButtons();
    });
    connect(again, &QPushButton::clicked, this, &AnalysisDialog::refresh);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_show, &QPushButton::clicked, this, &AnalysisDialog::showKeys);
    connect(m_prefixes, &PrefixPanel::started, this, &AnalysisDialog::follow);
    connect(m_prefixes, &PrefixPanel::counted, this, &AnalysisDialog::counted);
    connect(m_prefixes, &PrefixPanel::counted, this, &AnalysisDialog::updateButtons);
    for (RankingPanel* panel : {m_largest, m_overwritten}) {
        connect(panel, &RankingPanel::keyActivated, this, &AnalysisDialog::keyRequested);
        connect(panel->table()->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
                &AnalysisDialog::updateButtons);
    }
    connect(m_prefixes->table()->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &AnalysisDialog::updateButtons);
    updateButtons();
    m_prefixes->enter({});
}

AnalysisDialog::Tab AnalysisDialog::tab() const {
    return static_cast<Tab>(m_tabs->currentIndex());
}

void AnalysisDialog::showTab(Tab tab) {
    m_tabs->setCurrentIndex(tab);
}

void AnalysisDialog::refresh() {
    switch (tab()) {
    case prefixes:
        return m_prefixes->refresh();
    case largest:
        return countLargest();
    case overwritten:
    case ages:
        return scanLog();
    }
}

void AnalysisDialog::follow(Task* task) {
    ++m_busy;
    m_progress->setTask(task);
    connect(task, &Task::finished, this, [this] { --m_busy; });
}

void AnalysisDialog::countLargest() {
    const auto database = m_session.database();
    if (!database) {
        return;
    }
    m_largestCounted = true;
    m_largest->setSentence(tr("Counting…"));
    struct Counted {
        rustcask::LargestReport report{};
        quint64 allKeys = 0;
    };
    follow(m_session.tasks().start<Counted>(
        tr("Largest values"),
        [database](rustcask::Progress& progress) -> rustcask::Result<Counted> {
            const auto snapshot = database->snapshot();
            if (!snapshot) {
                return rustcask::failure(snapshot.error());
            }
            return Counted{rustcask::largestValues(**snapshot, {}, rankedKeys, progress), quint64((*snapshot)->size())};
        },
        this,
        [this](rustcask::Result<Counted> result) {
            if (result) {
                m_largest->model()->setRows(largestRows(result->report));
                m_largest->setSentence(largestSentence(result->report, result->allKeys));
                chooseRow(m_largest->table(), 0);
            } else {
                m_largest->setSentence(errorText(result.error()));
            }
            updateButtons();
            Q_EMIT counted();
        }));
}

void AnalysisDialog::scanLog() {
    const auto database = m_session.database();
    if (!database) {
        return;
    }
    m_logScanned = true;
    m_overwritten->setSentence(tr("Reading the log…"));
    m_ageSentence->setText(tr("Reading the log…"));
    follow(m_session.tasks().start<rustcask::LogReport>(
        tr("Read the log"),
        [database](rustcask::Progress& progress) -> rustcask::Result<rustcask::LogReport> {
            const auto snapshot = database->snapshot();
            if (!snapshot) {
                return rustcask::failure(snapshot.error());
            }
            return rustcask::analyzeLog(database->directory(), **snapshot, {.keys = rankedKeys}, progress);
        },
        this,
        [this](rustcask::Result<rustcask::LogReport> report) {
            const QString sentence = report ? logSentence(*report) : errorText(report.error());
            if (report) {
                m_overwritten->model()->setRows(overwrittenRows(*report));
                chooseRow(m_overwritten->table(), 0);
                m_ages->chart()->setBars(ageBars(*report));
                m_ages->setTableSource([table = ageTable(*report)] { return table; });
                m_ages->refreshTable();
            }
            m_overwritten->setSentence(sentence);
            m_ageSentence->setText(sentence);
            updateButtons();
            Q_EMIT counted();
        }));
}

void AnalysisDialog::updateButtons() {
    const bool rows = tab() == prefixes  ? !m_prefixes->selectedPrefix().isEmpty() || !m_prefixes->prefix().isEmpty()
                      : tab() == largest ? !m_largest->selectedKey().isEmpty()
                                         : !m_overwritten->selectedKey().isEmpty();
    m_show->setVisible(tab() != ages);
    m_show->setEnabled(rows);
    m_show->setText(tab() == prefixes ? tr("Show the &keys") : tr("Show the &key"));
    m_show->setAccessibleName(tab() == prefixes ? tr("Show the keys of this prefix") : tr("Show the key"));
}

void AnalysisDialog::showKeys() {
    if (tab() == prefixes) {
        const QByteArray chosen = m_prefixes->selectedPrefix();
        Q_EMIT prefixRequested(chosen.isEmpty() ? m_prefixes->prefix() : chosen);
    } else {
        Q_EMIT keyRequested(tab() == largest ? m_largest->selectedKey() : m_overwritten->selectedKey());
    }
}

QByteArray AnalysisDialog::exported(Format format) const {
    switch (tab()) {
    case prefixes:
        return format == Format::csv   ? toCsv(m_prefixes->model()->table())
               : format == Format::png ? m_prefixes->treemap()->toPng()
                                       : m_prefixes->treemap()->toSvg();
    case largest:
        return format == Format::csv ? toCsv(m_largest->model()->table()) : QByteArray();
    case overwritten:
        return format == Format::csv ? toCsv(m_overwritten->model()->table()) : QByteArray();
    case ages:
        return m_ages->exported(format == Format::csv   ? ChartPanel::Format::csv
                                : format == Format::png ? ChartPanel::Format::png
                                                        : ChartPanel::Format::svg);
    }
    return {};
}

void AnalysisDialog::askAndSave(Format format) {
    const QString names[]{tr("size-by-prefix"), tr("largest-values"), tr("most-overwritten"), tr("age")};
    const QString ending = format == Format::csv   ? QStringLiteral("csv")
                           : format == Format::png ? QStringLiteral("png")
                                                   : QStringLiteral("svg");
    auto* dialog = new QFileDialog(this, tr("Export"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(ending);
    dialog->selectFile(m_session.name() + QLatin1Char('-') + names[tab()] + QLatin1Char('.') + ending);
    connect(dialog, &QFileDialog::fileSelected, this, [this, format](const QString& path) { save(format, path); });
    dialog->open();
}

void AnalysisDialog::save(Format format, const QString& path) {
    saveFile(path, exported(format), this, [this, path](const QString& problem) {
        if (problem.isEmpty()) {
            m_banner->show(Banner::Kind::success, tr("Saved as %1.").arg(path));
            Q_EMIT saved(path);
        } else {
            m_banner->show(Banner::Kind::error, tr("%1 cannot be written: %2.").arg(path, problem));
        }
    });
}

} // namespace rustcask::ui

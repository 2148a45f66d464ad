// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/prefix_panel.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "analysis/analysis_text.h"
#include "session/session.h"
#include "settings/settings.h"
#include "tasks/task_runner.h"
#include "theme/format.h"
#include "transfer/transfer_text.h"
#include "widgets/card.h"
#include "widgets/choose_row.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {

constexpr std::size_t maxGroups = 100'000;
const Setting<QString> separatorSetting{"analysis/separator", QStringLiteral(":")};

struct Counted {
    rustcask::PrefixReport report{};
    quint64 allKeys = 0;
};

} // namespace

PrefixPanel::PrefixPanel(Session& session, Settings& settings, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_settings(settings),
      m_separator(new QComboBox(this)),
      m_path(new QHBoxLayout),
      m_up(makeIconButton(QStringLiteral("chevron-up"), tr("One level up (Backspace)"), this)),
      m_sentence(makeMuted(QString(), this)),
      m_treemap(new TreemapView(this)),
      m_table(new QTableView(this)),
      m_model(new ReportModel({tr("Prefix"), tr("Keys"), tr("Size"), tr("Share")}, this)) {
    m_separator->setEditable(true);
    m_separator->addItems({QStringLiteral(":"), QStringLiteral("/"), QStringLiteral("."), QStringLiteral("-"),
                           QStringLiteral("_"), QStringLiteral("|")});
    m_separator->setCurrentText(settings.get(separatorSetting));
    m_separator->setAccessibleName(tr("Separator"));
    m_separator->setToolTip(tr("What ends a prefix; bytes as \\xNN"));
    m_separator->setFixedWidth(84);
    m_separator->setInsertPolicy(QComboBox::NoInsert);

    auto* head = new QHBoxLayout;
    head->setSpacing(6);
    m_path->setSpacing(2);
    head->addWidget(m_up);
    head->addLayout(m_path, 1);
    auto* label = makeText(tr("&Separator"), this);
    label->setWordWrap(false);
    label->setBuddy(m_separator);
    head->addWidget(label);
    head->addWidget(m_separator);

    styleTable(m_table, tr("Sizes by prefix"));
    m_table->setModel(m_model);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_table->setColumnWidth(1, 90);
    m_table->setColumnWidth(2, 90);
    m_table->setColumnWidth(3, 64);

    auto* both = new QSplitter(Qt::Horizontal, this);
    both->setHandleWidth(12);
    both->setChildrenCollapsible(false);
    both->addWidget(m_treemap);
    auto* card = new Card(both);
    card->addBody(m_table);
    both->addWidget(card);
    both->setStretchFactor(0, 3);
    both->setStretchFactor(1, 2);
    both->setSizes({560, 420});
    settings.keep(both, QStringLiteral("analysis/splitter"));

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(head);
    column->addWidget(both, 1);
    column->addWidget(m_sentence);

    connect(m_separator, &QComboBox::currentTextChanged, this, [this](const QString& text) {
        m_settings.set(separatorSetting, text);
        enter({}); // the path was made of the other one
    });
    connect(m_up, &QToolButton::clicked, this, &PrefixPanel::leave);
    connect(m_treemap, &TreemapView::leaveRequested, this, &PrefixPanel::leave);
    connect(m_treemap, &TreemapView::currentChanged, this, &PrefixPanel::select);
    const auto goInto = [this] {
        if (const QByteArray chosen = selectedPrefix(); !chosen.isEmpty()) {
            enter(chosen);
        }
    };
    connect(m_treemap, &TreemapView::activated, this, [this, goInto](int tile) {
        select(tile);
        goInto();
    });
    connect(m_table, &QTableView::activated, this, goInto);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& row) {
        if (m_selecting || !row.isValid()) {
            return;
        }
        const QString name = m_model->nameOf(row.row());
        const auto& tiles = m_treemap->items();
        const auto tile =
            std::find_if(tiles.begin(), tiles.end(), [&](const TreemapItem& t) { return t.name == name; });
        m_treemap->setCurrent(tile == tiles.end() ? -1 : static_cast<int>(tile - tiles.begin()));
    });
}

QByteArray PrefixPanel::separator() const {
    return QByteArray::fromStdString(prefixBytes(m_separator->currentText()).value_or(std::string()));
}

QString PrefixPanel::sentence() const {
    return m_sentence->text();
}

QByteArray PrefixPanel::selectedPrefix() const {
    const int row = m_table->currentIndex().row();
    return row < 0 ? QByteArray() : m_model->rows()[std::size_t(row)].key;
}

// A tile and its row have one name; those that no row stands for by itself have none.
void PrefixPanel::select(int tile) {
    m_selecting = true;
    const QString& name = m_treemap->items()[std::size_t(tile)].name;
    m_table->setCurrentIndex({});
    m_table->clearSelection();
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_model->nameOf(row) == name) {
            chooseRow(m_table, row);
            break;
        }
    }
    m_selecting = false;
}

void PrefixPanel::leave() {
    const QByteArray end = separator();
    if (m_prefix.isEmpty() || end.isEmpty()) {
        return;
    }
    const qsizetype at = m_prefix.chopped(end.size()).lastIndexOf(end);
    enter(at < 0 ? QByteArray() : m_prefix.left(at + end.size()));
}

void PrefixPanel::refresh() {
    enter(m_prefix);
}

void PrefixPanel::enter(const QByteArray& prefix) {
    const auto database = m_session.database();
    if (!database) {
        return;
    }
    m_prefix = prefix;
    showPath();
    if (m_task) {
        m_task->cancel();
    }
    const quint64 serial = ++m_serial;
    m_sentence->setText(tr("Counting…"));
    m_task = m_session.tasks().start<Counted>(
        tr("Size by prefix"),
        [database, wanted = prefix.toStdString(),
         end = separator().toStdString()](rustcask::Progress& progress) -> rustcask::Result<Counted> {
            const auto snapshot = database->snapshot();
            if (!snapshot) {
                return rustcask::failure(snapshot.error());
            }
            return Counted{rustcask::sizesByPrefix(**snapshot, wanted, end, maxGroups, progress),
                           quint64((*snapshot)->size())};
        },
        this,
        [this, serial](rustcask::Result<Counted> counted) {
            if (serial != m_serial) {
                return;
            }
            if (counted) {
                show(counted->report, counted->allKeys);
            } else {
                m_sentence->setText(errorText(counted.error()));
            }
            Q_EMIT this->counted();
        });
    Q_EMIT started(m_task);
}

void PrefixPanel::show(const rustcask::PrefixReport& report, quint64 allKeys) {
    m_model->setRows(prefixRows(report));
    m_treemap->setEmptyText(tr("There is no key here."));
    m_treemap->setItems(prefixTiles(report));
    m_sentence->setText(prefixSentence(report, allKeys));
    if (m_model->rowCount() > 0) {
        chooseRow(m_table, 0);
    }
}

void PrefixPanel::showPath() {
    while (QLayoutItem* item = m_path->takeAt(0)) {
        if (item->widget() != nullptr) {
            item->widget()->hide(); // deleted once the click that brought us here is over
            item->widget()->deleteLater();
        }
        delete item;
    }
    const auto add = [this](const QString& text, const QByteArray& target) {
        QString shown = text;
        auto* step = makeButton(shown.replace(QLatin1Char('&'), QLatin1String("&&")), this);
        step->setProperty("role", QStringLiteral("chip"));
        step->setAccessibleName(tr("Go to %1").arg(text));
        connect(step, &QPushButton::clicked, this, [this, target] { enter(target); });
        m_path->addWidget(step);
    };
    add(tr("All keys"), {});
    const QByteArray end = separator();
    constexpr int shownLevels = 4;
    QList<QByteArray> levels;
    if (!end.isEmpty()) {
        for (qsizetype at = m_prefix.indexOf(end); at >= 0; at = m_prefix.indexOf(end, at + end.size())) {
            levels << m_prefix.left(at + end.size());
        }
    }
    for (qsizetype i = std::max<qsizetype>(0, levels.size() - shownLevels); i < levels.size(); ++i) {
        const QByteArray part = i == 0 ? levels[i] : levels[i].mid(levels[i - 1].size());
        add(displayKey(part, 40), levels[i]);
    }
    m_path->addStretch(1);
    m_up->setEnabled(!m_prefix.isEmpty());
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/start/start_page.h"

#include <algorithm>

#include <QDir>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QTableView>
#include <QVBoxLayout>

#include "pages/start/recent_model.h"
#include "settings/settings.h"
#include "theme/icons.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/progress_strip.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

constexpr int contentWidth = 920; // px: lines longer than this are hard to read

/// A wide button with an icon, what it does and when one wants that.
QPushButton* makeWay(const QString& icon, const QString& title, const QString& text, QWidget* parent) {
    auto* button = makeButton(QString(), parent);
    button->setProperty("role", QStringLiteral("way"));
    button->setAccessibleName(title);
    button->setAccessibleDescription(text);
    button->setToolTip(text.toHtmlEscaped());
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    button->setFixedHeight(64);
    auto* row = new QHBoxLayout(button);
    row->setContentsMargins(14, 8, 14, 8);
    row->setSpacing(14);
    auto* picture = new QPushButton(button);
    picture->setIcon(themedIcon(icon, IconRole::accent));
    picture->setIconSize(QSize(24, 24));
    picture->setFlat(true);
    picture->setFocusPolicy(Qt::NoFocus);
    picture->setProperty("role", QStringLiteral("picture"));
    picture->setToolTip(title.toHtmlEscaped());
    picture->setFixedSize(28, 28);
    auto* words = new QVBoxLayout;
    words->setSpacing(1);
    words->addStretch();
    words->addWidget(makeTitle(title, button));
    auto* detail = new ElidedLabel(text, Qt::ElideRight, button);
    detail->setProperty("role", QStringLiteral("muted"));
    words->addWidget(detail);
    words->addStretch();
    row->addWidget(picture);
    row->addLayout(words, 1);
    const auto children = button->findChildren<QWidget*>();
    for (QWidget* child : children) {
        child->setAttribute(Qt::WA_TransparentForMouseEvents);
    }
    return button;
}

} // namespace

StartPage::StartPage(PageContext context, QWidget* parent)
    : Page(context, parent),
      m_banner(new Banner(this)),
      m_opening(new Card(tr("Opening"), this)),
      m_progress(new ProgressStrip(this)),
      m_recent(new RecentModel(this)),
      m_tasks(1) {
    auto* content = new QWidget(this);
    content->setMaximumWidth(contentWidth);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(Card::gutter, 26, Card::gutter, Card::gutter);
    column->setSpacing(Card::gutter);
    QLabel* heading = makeTitle(tr("Open a database"), content);
    heading->setProperty("role", QStringLiteral("heading"));
    column->addWidget(heading);
    column->addWidget(makeMuted(tr("A database is a directory. Drop one on this window, or choose below. Looking at a "
                                   "directory changes nothing in it."),
                                content));
    column->addSpacing(4);
    column->addWidget(m_banner);
    m_opening->addBody(m_progress, 0, true);
    m_opening->hide();
    column->addWidget(m_opening);
    column->addWidget(makeWays());
    column->addWidget(makeRecent(), 1);

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addStretch(1);
    row->addWidget(content, 1000);
    row->addStretch(1);
    connect(&settings(), &Settings::recentDirectoriesChanged, this, &StartPage::reloadRecent);
    reloadRecent();
}

QWidget* StartPage::makeWays() {
    auto* ways = new QWidget(this);
    auto* grid = new QGridLayout(ways);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(Card::gutter);
    const auto add = [&](int at, const QString& icon, const QString& title, const QString& text, auto signal) {
        QPushButton* way = makeWay(icon, title, text, ways);
        connect(way, &QPushButton::clicked, this, signal);
        grid->addWidget(way, at / 2, at % 2);
    };
    add(0, QStringLiteral("open"), tr("Open…"), tr("A database directory, to browse and to change"),
        &StartPage::openRequested);
    add(1, QStringLiteral("open-read-only"), tr("Open read-only…"), tr("Writes nothing, even beside a running writer"),
        &StartPage::openReadOnlyRequested);
    add(2, QStringLiteral("new"), tr("New database…"), tr("In a directory that is empty or does not exist"),
        &StartPage::newRequested);
    add(3, QStringLiteral("sample"), tr("Sample database"), tr("Made on this computer, to look around and try things"),
        &StartPage::sampleRequested);
    return ways;
}

QWidget* StartPage::makeRecent() {
    auto* card = new Card(tr("Recent databases"), this);
    m_table = new QTableView(card);
    styleTable(m_table, tr("Recent databases"));
    m_table->setModel(m_recent);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->horizontalHeader()->setSectionResizeMode(RecentModel::directoryColumn, QHeaderView::Stretch);
    m_table->setColumnWidth(RecentModel::nameColumn, 200);
    m_table->setColumnWidth(RecentModel::sizeColumn, 100);
    m_table->setColumnWidth(RecentModel::openedColumn, 170);
    connect(m_table, &QTableView::activated, this, [this] { openRecent(false); });
    connect(m_table, &QTableView::customContextMenuRequested, this, &StartPage::recentMenu);
    auto* remove = new QShortcut(QKeySequence::Delete, m_table, nullptr, nullptr, Qt::WidgetShortcut);
    connect(remove, &QShortcut::activated, this, [this] {
        if (const QModelIndex index = m_table->currentIndex(); index.isValid()) {
            settings().removeRecentDirectory(m_recent->entries()[index.row()].directory);
        }
    });
    m_noneYet = new EmptyState(QStringLiteral("recent"), tr("No database has been opened yet."),
                               tr("Those you open will be listed here."), card);
    card->addBody(m_table);
    card->addBody(m_noneYet);
    return card;
}

void StartPage::activated() {
    reloadRecent();
}

void StartPage::reloadRecent() {
    QList<RecentEntry> entries;
    const QStringList directories = settings().recentDirectories();
    for (const QString& directory : directories) {
        RecentEntry entry;
        entry.directory = directory;
        entry.lastOpened = settings().lastOpened(directory);
        entries.append(entry);
    }
    m_table->setVisible(!entries.isEmpty());
    m_noneYet->setVisible(entries.isEmpty());
    m_recent->setEntries(entries);
    if (entries.isEmpty()) {
        return;
    }
    // A directory on a sleeping disk or a lost network takes its time to be looked at.
    m_tasks.cancelAll();
    m_tasks.start<QList<RecentEntry>>(
        tr("Look at recent databases"),
        [entries](Progress&) -> Result<QList<RecentEntry>> { return lookAtRecent(entries); }, this,
        [this](Result<QList<RecentEntry>> looked) {
            const auto sameDirectory = [](const RecentEntry& a, const RecentEntry& b) {
                return a.directory == b.directory;
            };
            const QList<RecentEntry>& shown = m_recent->entries();
            if (looked && std::equal(looked->begin(), looked->end(), shown.begin(), shown.end(), sameDirectory)) {
                m_recent->setEntries(*looked);
            }
        },
        {.visible = false});
}

void StartPage::openRecent(bool readOnly) {
    if (const QModelIndex index = m_table->currentIndex(); index.isValid()) {
        Q_EMIT directoryChosen(m_recent->entries()[index.row()].directory, readOnly);
    }
}

void StartPage::recentMenu(const QPoint& at) {
    const QModelIndex index = m_table->indexAt(at);
    if (!index.isValid()) {
        return;
    }
    m_table->setCurrentIndex(index);
    const QString directory = m_recent->entries()[index.row()].directory;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Open"), this, [this] { openRecent(false); });
    menu->addAction(tr("Open read-only"), this, [this] { openRecent(true); });
    menu->addSeparator();
    menu->addAction(tr("Remove from this list"), this,
                    [this, directory] { settings().removeRecentDirectory(directory); });
    menu->popup(m_table->viewport()->mapToGlobal(at));
}

void StartPage::showOpening(const QString& directory, Task* task) {
    m_banner->clear();
    m_opening->setSubtitle(directory);
    m_opening->show();
    m_progress->setTask(task);
    m_progress->setTitle(tr("Reading the database. Cancelling changes nothing in it."));
    connect(task, &Task::finished, m_opening, &QWidget::hide);
}

void StartPage::showRefusal(const QString& directory, const rustcask::Error& error) {
    if (error.code == ErrorCode::cancelled) {
        m_banner->show(Banner::Kind::info, tr("Opening %1 was cancelled.").arg(directory));
        return;
    }
    m_banner->showError(error);
    if (error.code == ErrorCode::locked) {
        connect(m_banner->addButton(tr("Open read-only")), &QPushButton::clicked, this,
                [this, directory] { Q_EMIT directoryChosen(directory, true); });
    }
    const QDir folder(directory);
    if (error.code == ErrorCode::notADatabase && (!folder.exists() || folder.isEmpty())) {
        connect(m_banner->addButton(tr("Make a database there")), &QPushButton::clicked, this,
                [this, directory] { Q_EMIT createRequested(directory); });
    }
}

void StartPage::clearMessage() {
    m_banner->clear();
}

} // namespace rustcask::ui

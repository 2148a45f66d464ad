// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/files_card.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "pages/storage/byte_map_store.h"
#include "pages/storage/byte_map_view.h"
#include "pages/storage/file_bar_delegate.h"
#include "pages/storage/file_table_model.h"
#include "session/session.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "widgets/color_swatch.h"
#include "widgets/labels.h"

namespace rustcask::ui {
namespace {

const Setting<int> viewSetting{"storage/files-view", FilesCard::strips};

} // namespace

FilesCard::FilesCard(Settings& settings, QWidget* parent)
    : Card(tr("Files"), parent),
      m_settings(settings),
      m_store(new ByteMapStore(this)),
      m_map(new ByteMapView),
      m_files(new QTableView),
      m_fileModel(new FileTableModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_stack(new QStackedWidget),
      m_view(new QComboBox),
      m_back(makeIconButton(QStringLiteral("arrow-left"), tr("Back to all files (Esc)"))),
      m_zoomOut(makeIconButton(QStringLiteral("zoom-out"), tr("See more of the file (−)"))),
      m_zoomIn(makeIconButton(QStringLiteral("zoom-in"), tr("Look closer (+)"))),
      m_readout(new ElidedLabel({}, Qt::ElideRight)) {
    m_view->setAccessibleName(tr("How the files are shown"));
    m_view->setToolTip(tr("How the files are shown"));
    m_view->addItem(tr("Strips"), strips);
    m_view->addItem(tr("Block"), block);
    m_view->addItem(tr("Table"), table);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_back, m_zoomOut, m_zoomIn, m_view}) {
        addHeaderWidget(widget);
    }
    buildTable(settings);
    m_map->setStore(m_store);
    m_stack->addWidget(m_map);
    m_stack->addWidget(m_files);
    addBody(m_stack);

    auto* foot = new QWidget;
    m_foot = new QHBoxLayout(foot);
    m_foot->setContentsMargins(12, 2, 12, 6);
    m_foot->addWidget(new Legend(
        {Meaning::live, Meaning::dead, Meaning::tombstone, Meaning::hint, Meaning::damaged, Meaning::active}));
    m_readout->setProperty("role", QStringLiteral("muted"));
    m_foot->addWidget(m_readout, 1);
    addBody(foot, 0);

    connect(m_view, &QComboBox::currentIndexChanged, this, [this] {
        const auto view = static_cast<View>(m_view->currentData().toInt());
        m_settings.set(viewSetting, static_cast<int>(view));
        m_stack->setCurrentIndex(view == table ? 1 : 0);
        m_map->setStyleOfMap(view == block ? ByteMapView::Style::block : ByteMapView::Style::strips);
        showPlace();
    });
    connect(m_back, &QToolButton::clicked, m_map, &ByteMapView::showDirectory);
    connect(m_zoomIn, &QToolButton::clicked, m_map, &ByteMapView::zoomIn);
    connect(m_zoomOut, &QToolButton::clicked, m_map, &ByteMapView::zoomOut);
    connect(m_map, &ByteMapView::placeChanged, this, &FilesCard::showPlace);
    connect(m_map, &ByteMapView::readoutChanged, this, &FilesCard::showReadout);
    connect(m_map, &ByteMapView::recordChosen, this, &FilesCard::recordChosen);
    connect(m_map, &ByteMapView::fileChosen, this, &FilesCard::selectFile);
    connect(m_store, &ByteMapStore::sentenceChanged, this, &FilesCard::showReadout);
    m_view->setCurrentIndex(std::clamp(m_settings.get(viewSetting), 0, 2));
    showPlace();
}

void FilesCard::buildTable(Settings& settings) {
    m_sorted->setSourceModel(m_fileModel);
    m_sorted->setSortRole(FileTableModel::sortRole);
    styleTable(m_files, tr("Data files"));
    m_files->setModel(m_sorted);
    m_files->setSortingEnabled(true);
    m_files->sortByColumn(FileTableModel::file, Qt::AscendingOrder);
    m_files->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_files->setItemDelegateForColumn(FileTableModel::map, new FileBarDelegate(m_files));
    auto* header = m_files->horizontalHeader();
    const int widths[]{60, 104, 150, 76, 68, 76, 80, 104, 76, 72};
    for (int column = 0; column < FileTableModel::columnCountValue; ++column) {
        m_files->setColumnWidth(column, widths[column]);
    }
    header->setSectionResizeMode(FileTableModel::map, QHeaderView::Interactive);
    header->setStretchLastSection(false);
    settings.keep(header, QStringLiteral("storage/files"));

    connect(m_files->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this] { Q_EMIT currentFileChanged(currentFile()); });
    connect(m_files->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const auto chosen = selectedFiles();
        m_map->setSelectedFiles(QVector<rustcask::Generation>(chosen.begin(), chosen.end()));
        Q_EMIT selectionChanged();
    });
    connect(m_files, &QTableView::activated, this, &FilesCard::fileActivated);
}

void FilesCard::setSession(Session* session) {
    m_session = session;
    m_map->showDirectory();
    m_fileModel->setFiles({});
    m_store->setSession(session);
    m_store->setWatched(isVisible());
}

void FilesCard::showStats(const rustcask::Stats& stats) {
    m_fileModel->setFiles(stats.files);
    m_summary = filesSummary(stats);
    showPlace();
    showReadout();
}

void FilesCard::showView(View view) {
    m_view->setCurrentIndex(view);
}

std::vector<rustcask::Generation> FilesCard::selectedFiles() const {
    std::vector<rustcask::Generation> chosen;
    const auto rows = m_files->selectionModel()->selectedRows();
    for (const QModelIndex& index : rows) {
        chosen.push_back(m_fileModel->fileAt(m_sorted->mapToSource(index).row()).generation);
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

QString FilesCard::currentFile() const {
    const QModelIndex index = m_files->currentIndex();
    return index.isValid() ? QStringLiteral("%1.rustcask.data")
                                 .arg(m_fileModel->fileAt(m_sorted->mapToSource(index).row()).generation.value)
                           : QString();
}

void FilesCard::selectFile(const QString& name, bool toggle) {
    const qsizetype dot = name.indexOf(QLatin1Char('.'));
    const int row = m_fileModel->rowOf({name.left(dot).toULongLong()});
    if (row < 0) {
        return;
    }
    const QModelIndex index = m_sorted->mapFromSource(m_fileModel->index(row, 0));
    m_files->selectionModel()->setCurrentIndex(
        index,
        (toggle ? QItemSelectionModel::Toggle : QItemSelectionModel::ClearAndSelect) | QItemSelectionModel::Rows);
}

void FilesCard::showPlace() {
    const bool isMap = m_stack->currentWidget() == m_map;
    const bool isFile = isMap && !m_map->fileName().isEmpty();
    m_back->setVisible(isFile);
    m_zoomOut->setVisible(isFile);
    m_zoomIn->setVisible(isMap);
    m_zoomIn->setEnabled(m_map->canZoomIn());
    if (!isFile) {
        setSubtitle(m_summary);
        return;
    }
    const ByteWindow window = m_map->window();
    const int at = m_store->indexOf(m_map->fileName());
    const quint64 bytes = at < 0 ? 0 : m_store->files()[static_cast<std::size_t>(at)].bytes;
    setSubtitle(window.bytes() >= bytes
                    ? tr("%1 · all of %2").arg(m_map->fileName(), formatBytes(bytes))
                    : tr("%1 · %2 to %3 · %4 of %5")
                          .arg(m_map->fileName(), formatOffset(window.from), formatOffset(window.to),
                               formatBytes(window.bytes()), formatBytes(bytes)));
}

void FilesCard::showReadout() {
    const QString text = m_map->readout();
    m_readout->setText(text.isEmpty() ? m_store->sentence() : text);
}

void FilesCard::resizeEvent(QResizeEvent* event) {
    Card::resizeEvent(event);
    // Legend and read-out stand side by side where both have room.
    const bool wide = width() > 820;
    m_foot->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_foot->setSpacing(wide ? 12 : 2);
    m_readout->setAlignment(Qt::AlignVCenter | (wide ? Qt::AlignRight : Qt::AlignLeft));
}

void FilesCard::showEvent(QShowEvent* event) {
    Card::showEvent(event);
    m_store->setWatched(true);
}

void FilesCard::hideEvent(QHideEvent* event) {
    Card::hideEvent(event);
    m_store->setWatched(false);
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/records_panel.h"

#include <algorithm>
#include <utility>

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include "pages/storage/record_table_model.h"
#include "pages/storage/steady_inspector.h"
#include "session/session.h"
#include "session/version_finder.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/labels.h"
#include "widgets/states.h"
#include "widgets/tall_table_view.h"

namespace rustcask::ui {

RecordsPanel::RecordsPanel(QWidget* parent)
    : QWidget(parent),
      m_files(new QComboBox),
      m_count(makeMuted({})),
      m_key(new QLineEdit),
      m_kind(new QComboBox),
      m_jump(new QLineEdit),
      m_reload(makeIconButton(QStringLiteral("refresh"), tr("Read the list again"))),
      m_banner(new Banner),
      m_model(new RecordTableModel(this)),
      m_table(new TallTableView) {
    m_files->setAccessibleName(tr("File whose records are listed"));
    m_files->setToolTip(tr("File whose records are listed"));
    m_files->setFont(monospaceFont());
    // Of a fixed length: measuring the names of ten thousand files takes its time.
    m_files->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_files->setMinimumContentsLength(22);
    m_model->setPalette(palette());
    styleTable(m_table, tr("Records of the file"));
    m_table->setModel(m_model);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    const int widths[]{84, 124, 84, 158, 164, 80, 92};
    for (int column = 0; column < RecordTableModel::verdict; ++column) {
        m_table->setColumnWidth(column, widths[column]);
    }
    m_table->horizontalHeader()->setStretchLastSection(true);

    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(14, 8, 14, 8);
    row->setSpacing(10);
    row->addWidget(m_files);
    row->addWidget(m_count, 1);
    row->addWidget(m_reload);

    m_key->setPlaceholderText(tr("Key contains…"));
    m_key->setAccessibleName(tr("Part of the key of the records to list"));
    m_key->setClearButtonEnabled(true);
    m_kind->setAccessibleName(tr("Kind of the records to list"));
    m_kind->setToolTip(tr("Kind of the records to list"));
    m_kind->addItem(tr("all records"));
    for (const RecordState state :
         {RecordState::live, RecordState::superseded, RecordState::tombstone, RecordState::damaged}) {
        m_kind->addItem(recordStateText(state), static_cast<int>(state));
    }
    m_jump->setPlaceholderText(tr("Go to offset or #sequence"));
    m_jump->setAccessibleName(tr("Offset or sequence number to go to"));
    m_jump->setToolTip(tr("An offset in bytes (18204556, 0x115C78C), or a sequence number after # (#64046)"));
    auto* tools = new QWidget;
    auto* toolRow = new QHBoxLayout(tools);
    toolRow->setContentsMargins(14, 0, 14, 8);
    toolRow->setSpacing(8);
    toolRow->addWidget(m_key, 2);
    toolRow->addWidget(m_kind);
    toolRow->addWidget(m_jump, 1);
    m_filterDelay.setSingleShot(true);
    m_filterDelay.setInterval(150);
    connect(&m_filterDelay, &QTimer::timeout, this, &RecordsPanel::filter);
    connect(m_key, &QLineEdit::textChanged, this, [this] { m_filterDelay.start(); });
    connect(m_kind, &QComboBox::currentIndexChanged, this, &RecordsPanel::filter);
    connect(m_jump, &QLineEdit::returnPressed, this, &RecordsPanel::jump);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(head);
    layout->addWidget(tools);
    layout->addWidget(m_banner);
    layout->addWidget(m_table, 1);

    connect(m_files, &QComboBox::currentIndexChanged, this, [this] {
        m_stale = true;
        m_wanted.reset();
        list();
    });
    connect(m_reload, &QToolButton::clicked, this, [this] {
        m_stale = true;
        m_wanted = m_emitted;
        list();
    });
    connect(m_model, &RecordTableModel::listed, this, &RecordsPanel::showCount);
    connect(m_model, &RecordTableModel::located, this, &RecordsPanel::selectRow);
    connect(m_model, &RecordTableModel::failed, m_banner, &Banner::showError);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &RecordsPanel::emitCurrent);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &RecordsPanel::emitCurrent);
}

QTableView* RecordsPanel::table() const {
    return m_table;
}

QString RecordsPanel::fileName() const {
    return m_files->currentText();
}

void RecordsPanel::setSession(Session* session) {
    if (m_session != nullptr) {
        disconnect(&m_session->versions(), nullptr, this, nullptr);
    }
    m_session = session;
    m_model->close();
    m_model->setVersions(session == nullptr ? nullptr : session->versions().index());
    m_named = session != nullptr && session->versions().isBuilt();
    if (session != nullptr) {
        connect(&session->versions(), &VersionFinder::updated, this, [this](const rustcask::Error* failure) {
            if (failure == nullptr && !std::exchange(m_named, true)) {
                m_model->nameVersions();
            }
        });
    }
    m_banner->clear();
    m_count->clear();
    const QSignalBlocker blocker(m_files);
    m_files->clear();
    m_names.clear();
    m_wanted.reset();
    m_emitted.reset();
    m_stale = true;
}

void RecordsPanel::setFiles(const QStringList& names) {
    if (m_session != nullptr) {
        m_model->setMayGrow(mayGrow(m_session->stats(), fileName()));
    }
    if (names == m_names) {
        return;
    }
    const QString chosen = fileName();
    {
        // Only what differs: usually a file more at the end.
        const auto [was, is] = std::mismatch(m_names.cbegin(), m_names.cend(), names.cbegin(), names.cend());
        const QSignalBlocker blocker(m_files);
        for (auto left = m_names.cend(); left != was; --left) {
            m_files->removeItem(m_files->count() - 1);
        }
        m_files->addItems(QStringList(is, names.cend()));
        m_files->setCurrentIndex(std::max(0, static_cast<int>(names.indexOf(chosen))));
        m_names = names;
    }
    if (fileName() != chosen) {
        m_stale = true;
        m_wanted.reset();
        list();
    }
}

bool RecordsPanel::showFile(const QString& name, std::optional<quint64> offset) {
    const int index = m_files->findText(name);
    if (index < 0) {
        return false;
    }
    if (index != m_files->currentIndex()) {
        const QSignalBlocker blocker(m_files);
        m_files->setCurrentIndex(index);
        m_stale = true;
    }
    m_wanted = offset;
    list();
    return true;
}

void RecordsPanel::list() {
    if (!isVisible() || m_session == nullptr || m_files->currentIndex() < 0 || !m_session->database()) {
        return;
    }
    if (m_stale) {
        m_stale = false;
        m_emitted.reset();
        m_banner->clear();
        m_count->setText(tr("Reading…"));
        m_model->open(m_session->tasks(), m_session->database(),
                      std::filesystem::path(m_session->directory().toStdString()) / fileName().toStdString(),
                      m_indexSource ? m_indexSource(fileName()) : nullptr, mayGrow(m_session->stats(), fileName()));
    }
    // Without a wish the first record after the file's header is shown, so that the record card is never empty for no
    // reason.
    m_skipHeader = !m_wanted.has_value();
    m_model->locate(m_wanted.value_or(0));
    m_wanted.reset();
}

QString RecordsPanel::countText() const {
    return m_count->text();
}

void RecordsPanel::showCount(quint64 records, bool complete) {
    if (m_model->filter().isEmpty()) {
        m_count->setText(complete ? tr("%1 records and headers").arg(formatCount(records))
                                  : tr("%1 so far…").arg(formatCount(records)));
    } else if (m_model->isCut()) {
        m_count->setText(tr("the first %1 that match").arg(formatCount(records)));
    } else {
        m_count->setText(complete ? tr("%1 match").arg(formatCount(records))
                                  : tr("%1 match so far…").arg(formatCount(records)));
    }
}

void RecordsPanel::filter() {
    m_filterDelay.stop();
    RecordFilter wanted;
    wanted.keyPart = m_key->text().toUtf8().toStdString();
    if (m_kind->currentData().isValid()) {
        wanted.states = {static_cast<RecordState>(m_kind->currentData().toInt())};
    }
    if (m_model->isOpen()) {
        m_count->setText(tr("Reading…"));
    }
    m_emitted.reset();
    m_model->setFilter(wanted);
}

void RecordsPanel::jump() {
    QString text = m_jump->text().trimmed();
    const bool bySequence = text.startsWith(QLatin1Char('#'));
    if (bySequence) {
        text.remove(0, 1);
    }
    text.remove(QLatin1Char(',')).remove(QLatin1Char(' ')).remove(QChar(0x00A0)).remove(QChar(0x202F));
    bool fine = false;
    const quint64 number = text.toULongLong(&fine, text.startsWith(QLatin1String("0x"), Qt::CaseInsensitive) ? 16 : 10);
    if (!fine || m_session == nullptr || m_files->currentIndex() < 0) {
        m_banner->show(Banner::Kind::warning,
                       tr("“%1” is neither an offset nor # with a sequence number.").arg(m_jump->text().trimmed()));
        return;
    }
    m_banner->clear();
    if (!bySequence) {
        static_cast<void>(showFile(fileName(), number));
        return;
    }
    m_jumpContext = std::make_unique<QObject>();
    m_session->tasks().start<std::optional<std::uint64_t>>(
        tr("Looking for a sequence number"),
        [file = std::filesystem::path(m_session->directory().toStdString()) / fileName().toStdString(),
         number](rustcask::Progress& progress) { return findSequence(file, {number}, progress); },
        m_jumpContext.get(),
        [this, number](Result<std::optional<std::uint64_t>> found) {
            if (!found) {
                m_banner->showError(found.error());
            } else if (!*found) {
                m_banner->show(Banner::Kind::info,
                               tr("%1 has no record with sequence number %2.").arg(fileName(), formatCount(number)));
            } else {
                static_cast<void>(showFile(fileName(), **found));
            }
        });
}

void RecordsPanel::selectRow(int row) {
    if (m_skipHeader && row == 0 && m_model->rowCount() > 1) {
        row = 1;
    }
    m_skipHeader = false;
    m_table->setCurrentIndex(m_model->index(row, 0));
    m_table->scrollTo(m_model->index(row, 0), QAbstractItemView::PositionAtCenter);
    emitCurrent();
}

void RecordsPanel::emitCurrent() {
    const RecordRow* row = m_model->rowAt(m_table->currentIndex().row());
    if (row == nullptr || m_emitted == row->info.offset) {
        return;
    }
    m_emitted = row->info.offset;
    Q_EMIT recordSelected(fileName(), row->info.offset);
}

void RecordsPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_stale || m_wanted) {
        list();
    }
}

void RecordsPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        m_model->setPalette(palette());
    }
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/record_card.h"

#include <algorithm>

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <rustcask/database.h>

#include "pages/storage/field_tree_model.h"
#include "pages/storage/record_table_model.h"
#include "session/session.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/hex_view.h"
#include "widgets/labels.h"
#include "widgets/row_delegate.h"
#include "widgets/states.h"

namespace rustcask::ui {
namespace {

constexpr qsizetype maxTrail = 100;

/// Rows as high as those of tables.
class TreeRowDelegate : public RowDelegate {
public:
    using RowDelegate::RowDelegate;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        return {RowDelegate::sizeHint(option, index).width(), tableRowHeight};
    }
};

QByteArray bytesOf(const std::string& text) {
    return {text.data(), static_cast<qsizetype>(text.size())};
}

QString dataFileName(rustcask::Generation generation) {
    return QStringLiteral("%1.rustcask.data").arg(generation.value);
}

} // namespace

RecordCard::RecordCard(QWidget* parent)
    : Card(tr("Record"), parent),
      m_stack(new QStackedWidget),
      m_empty(new EmptyState(QStringLiteral("record"), {}, {})),
      m_tree(new QTreeView),
      m_model(new FieldTreeModel(this)),
      m_hex(new HexView),
      m_pill(new Pill({})),
      m_note(makeText({})),
      m_back(makeIconButton(QStringLiteral("undo"), tr("Back to the record shown before"))),
      m_older(makeIconButton(QStringLiteral("arrow-left"), tr("The version of the key before this one"))),
      m_newer(makeIconButton(QStringLiteral("arrow-right"), tr("The version of the key after this one"))),
      m_partner(makeIconButton(QStringLiteral("hint"), tr("The hint entry of this record"))),
      m_keydir(makeIconButton(QStringLiteral("search"), tr("The key's entry in the keydir"))),
      m_key(makeIconButton(QStringLiteral("keys"), tr("Show the key on the page of keys"))) {
    addHeaderWidget(m_pill);
    m_pill->hide();
    buildHead();
    m_hex->setAccessibleName(tr("Bytes of the record"));
    m_model->setPalette(palette());
    m_tree->setAccessibleName(tr("Fields of the record"));
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setItemDelegate(new TreeRowDelegate(m_tree));
    m_tree->setUniformRowHeights(true);
    m_tree->setIndentation(14);
    m_tree->setTextElideMode(Qt::ElideMiddle);
    m_tree->setModel(m_model);
    auto* header = m_tree->header();
    header->setStretchLastSection(false);
    header->setSectionResizeMode(FieldTreeModel::field, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(FieldTreeModel::value, QHeaderView::Stretch);
    header->setSectionResizeMode(FieldTreeModel::bytes, QHeaderView::ResizeToContents);
    header->hide();

    auto* lower = new QWidget;
    auto* lowerLayout = new QVBoxLayout(lower);
    lowerLayout->setContentsMargins({});
    lowerLayout->setSpacing(0);
    lowerLayout->addWidget(m_hex, 1);

    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_tree);
    splitter->addWidget(lower);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(splitter);
    m_note->setContentsMargins(14, 4, 14, 6);
    m_note->hide();
    addBody(m_stack);
    addBody(m_note, 0);

    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& index) {
        const int field = m_model->fieldOf(index);
        if (!m_linking && field >= 0) {
            m_linking = true;
            m_hex->setCurrentSpan(field);
            m_linking = false;
        }
    });
    connect(m_hex, &HexView::currentSpanChanged, this, [this](int span) {
        if (!m_linking && span >= 0 && span < m_model->rowCount()) {
            m_linking = true;
            m_tree->setCurrentIndex(m_model->index(span, 0));
            m_linking = false;
        }
    });
    clear();
}

void RecordCard::buildHead() {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(8, 0, 8, 2);
    layout->setSpacing(2);
    for (QToolButton* button : {m_back, m_older, m_newer, m_partner, m_keydir, m_key}) {
        layout->addWidget(button);
    }
    layout->addStretch(1);
    addToolRow(row);
    connect(m_back, &QToolButton::clicked, this, &RecordCard::goBack);
    connect(m_older, &QToolButton::clicked, this, &RecordCard::showOlder);
    connect(m_newer, &QToolButton::clicked, this, &RecordCard::showNewer);
    connect(m_partner, &QToolButton::clicked, this, &RecordCard::showPartner);
    connect(m_key, &QToolButton::clicked, this, [this] { Q_EMIT keyRequested(bytesOf(m_detail.key)); });
    connect(m_keydir, &QToolButton::clicked, this, [this] { Q_EMIT keydirRequested(bytesOf(m_detail.key)); });
}

QString RecordCard::note() const {
    return m_note->text();
}

void RecordCard::setSession(Session* session) {
    m_session = session;
    m_trail.clear();
    clear();
}

void RecordCard::clear() {
    m_context.reset();
    m_searchContext.reset();
    m_history.reset();
    m_fileName.clear();
    m_detail = {};
    setSubtitle({});
    m_pill->hide();
    m_note->hide();
    m_model->clear();
    m_hex->clear();
    m_empty->setTexts(m_session == nullptr ? tr("No database is open.") : tr("No record is selected."),
                      m_session == nullptr ? QString()
                                           : tr("Click one on the byte map, or choose it in the tab “Records”."));
    m_stack->setCurrentIndex(0);
    updateButtons();
}

void RecordCard::showRecord(const QString& fileName, quint64 offset) {
    if (fileName != m_fileName || offset != m_detail.row.info.offset || m_stack->currentIndex() == 0) {
        read(fileName, offset, offset, true);
    }
}

void RecordCard::showByte(const QString& fileName, quint64 byte, quint64 start) {
    read(fileName, byte, start, false);
}

void RecordCard::read(const QString& fileName, quint64 byte, quint64 start, bool exact) {
    if (m_session == nullptr || !m_session->database()) {
        return;
    }
    m_context = std::make_unique<QObject>(); // an earlier reading finds nobody
    m_searchContext.reset();
    TaskOptions quiet;
    quiet.visible = false;
    m_session->tasks().start<RecordDetail>(
        tr("Reading the record"),
        [database = m_session->database(), byte, start, exact,
         file = std::filesystem::path(m_session->directory().toStdString()) /
                fileName.toStdString()](rustcask::Progress& progress) {
            return exact ? readRecord(file, byte, database.get())
                         : readRecordAt(file, byte, start, database.get(), progress);
        },
        m_context.get(),
        [this, fileName](Result<RecordDetail> detail) {
            if (!detail) {
                if (detail.error().code != rustcask::ErrorCode::cancelled) {
                    clear();
                    m_empty->setTexts(tr("The record could not be read."), errorText(detail.error()));
                }
                return;
            }
            show(fileName, std::move(*detail));
        },
        quiet);
}

bool RecordCard::isKeyed() const {
    return !m_fileName.isEmpty() && !m_detail.key.empty();
}

void RecordCard::updateButtons() {
    const bool keyed = isKeyed();
    const bool known = m_history && m_historyKey == m_detail.key;
    const auto at = [&]() -> qsizetype {
        const auto& versions = m_history->versions;
        const auto found = std::find_if(versions.begin(), versions.end(), [this](const rustcask::Version& version) {
            return version.sequence == m_detail.row.info.sequence;
        });
        return found == versions.end() ? -1 : static_cast<qsizetype>(found - versions.begin());
    };
    // Newest first. Until the history has been read, both ways are open.
    m_newer->setEnabled(keyed && m_detail.row.state != RecordState::live && (!known || at() > 0));
    m_older->setEnabled(keyed && (!known || at() + 1 < static_cast<qsizetype>(m_history->versions.size())));
    const bool isRecord = keyed && !isHint() && m_detail.row.state != RecordState::damaged;
    m_partner->setEnabled(isRecord || (keyed && isHint()));
    const QString partner = isHint() ? tr("The record of this hint entry") : tr("The hint entry of this record");
    m_partner->setToolTip(partner);
    m_partner->setAccessibleName(partner);
    m_keydir->setEnabled(keyed);
    m_key->setEnabled(keyed);
    m_back->setEnabled(!m_trail.isEmpty());
}

void RecordCard::say(const QString& text) {
    m_note->setText(text);
    m_note->setVisible(!text.isEmpty());
}

void RecordCard::show(const QString& fileName, RecordDetail detail) {
    const bool another = !m_fileName.isEmpty() && (m_fileName != fileName || offset() != detail.row.info.offset);
    if (another && !std::exchange(m_goingBack, false)) {
        m_trail.append({m_fileName, offset()});
        if (m_trail.size() > maxTrail) {
            m_trail.removeFirst();
        }
    }
    m_fileName = fileName;
    m_detail = std::move(detail);
    const auto& info = m_detail.row.info;
    setSubtitle(m_detail.fileKind == rustcask::FileKind::data
                    ? formatLocation({m_detail.generation, info.offset, info.bytes})
                    : QStringLiteral("%1 @ %2").arg(fileName, formatOffset(info.offset)));
    m_pill->setText(recordStateText(m_detail.row.state));
    m_pill->setTone(m_detail.row.state == RecordState::damaged ? Tone::danger
                    : m_detail.row.state == RecordState::live  ? Tone::accent
                                                               : Tone::neutral);
    m_pill->show();
    m_hex->setData(bytesOf(m_detail.bytes), info.offset);
    m_hex->setSpans(hexSpans(m_detail.fields, info.offset));
    m_model->setRecord(m_detail);
    m_tree->expandAll();
    QStringList notes;
    if (!info.verdict.empty()) {
        notes.append(tr("%1.").arg(displayKey(info.verdict)));
    }
    if (m_detail.row.state == RecordState::superseded) {
        notes.append(
            m_detail.row.newest
                ? tr("Superseded: the newest version lies at %1.").arg(formatLocation(m_detail.row.newest->location))
                : tr("Superseded: the key has been deleted since."));
    }
    if (m_detail.bytes.size() < info.bytes) {
        notes.append(
            tr("The first %1 of %2 are shown.").arg(formatBytes(m_detail.bytes.size()), formatBytes(info.bytes)));
    }
    say(notes.join(QLatin1Char(' ')));
    m_stack->setCurrentIndex(1);
    updateButtons();
    Q_EMIT shown();
}

void RecordCard::goBack() {
    if (!m_trail.isEmpty()) {
        const Spot spot = m_trail.takeLast();
        m_goingBack = true;
        read(spot.fileName, spot.offset, spot.offset, true);
    }
}

void RecordCard::showOlder() {
    showVersion(1);
}

void RecordCard::showNewer() {
    showVersion(-1);
}

void RecordCard::showVersion(int step) {
    if (!isKeyed() || m_session == nullptr || !m_session->database()) {
        return;
    }
    if (m_history && m_historyKey == m_detail.key) {
        stepTo(step);
        return;
    }
    m_searchContext = std::make_unique<QObject>();
    say(tr("Looking for the versions of the key in all files…"));
    m_session->tasks().start<rustcask::History>(
        tr("Looking for versions of a key"),
        [directory = std::filesystem::path(m_session->directory().toStdString()),
         key = m_detail.key](rustcask::Progress& progress) { return rustcask::history(directory, key, progress); },
        m_searchContext.get(),
        [this, step, key = m_detail.key](Result<rustcask::History> history) {
            if (!history) {
                say(errorText(history.error()));
                return;
            }
            m_history = std::move(*history);
            m_historyKey = key;
            say({});
            stepTo(step);
        });
}

void RecordCard::stepTo(int step) {
    const auto& versions = m_history->versions;
    const auto found = std::find_if(versions.begin(), versions.end(), [this](const rustcask::Version& version) {
        return version.sequence == m_detail.row.info.sequence;
    });
    const qsizetype at = found == versions.end() ? -1 : found - versions.begin();
    const qsizetype next = at + step;
    if (at < 0) {
        m_history.reset(); // it has changed since: read it again next time
        say(tr("This record is not in the key's history any more."));
    } else if (next < 0) {
        say(tr("This is the newest version of the key."));
    } else if (next >= static_cast<qsizetype>(versions.size())) {
        say(m_history->complete ? tr("This is the key's first version.")
                                : tr("This is the oldest version that is still there; older ones went in a merge."));
    } else {
        const auto& location = versions[static_cast<std::size_t>(next)].location;
        showRecord(dataFileName(location.generation), location.offset);
    }
    updateButtons();
}

void RecordCard::showPartner() {
    if (!isKeyed() || m_session == nullptr) {
        return;
    }
    if (isHint()) {
        showRecord(dataFileName(m_detail.generation), m_detail.row.info.dataOffset);
        return;
    }
    const QString hint = QStringLiteral("%1.rustcask.hint").arg(m_detail.generation.value);
    m_searchContext = std::make_unique<QObject>();
    m_session->tasks().start<std::optional<std::uint64_t>>(
        tr("Looking for the hint entry"),
        [file = std::filesystem::path(m_session->directory().toStdString()) / hint.toStdString(),
         offset = offset()](rustcask::Progress& progress) -> Result<std::optional<std::uint64_t>> {
            std::error_code ignored;
            if (!std::filesystem::exists(file, ignored)) {
                return std::optional<std::uint64_t>();
            }
            return findHintEntry(file, offset, progress);
        },
        m_searchContext.get(),
        [this, hint](Result<std::optional<std::uint64_t>> found) {
            if (!found) {
                say(errorText(found.error()));
            } else if (!*found) {
                say(tr("No hint entry points at this record: hint files list only the newest record of each key in "
                       "their data file, once it is sealed."));
            } else {
                showRecord(hint, **found);
            }
        });
}

void RecordCard::changeEvent(QEvent* event) {
    Card::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        m_model->setPalette(palette());
    }
}

} // namespace rustcask::ui

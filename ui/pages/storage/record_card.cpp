// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/record_card.h"

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
#include "pages/storage/steady_inspector.h"
#include "pages/storage/version_strip.h"
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
constexpr int refreshMs = 500;
constexpr int leastWidthWithBytes = 360;

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
      m_versions(new VersionStrip),
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
    connect(m_versions, &VersionStrip::changed, this, [this] {
        if (!m_fileName.isEmpty()) {
            showState();
        }
    });
    connect(m_versions, &VersionStrip::versionRequested, this, [this](const rustcask::Version& version) {
        showRecord(dataFileName(version.location.generation), version.location.offset);
    });
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(refreshMs);
    connect(&m_refresh, &QTimer::timeout, this, &RecordCard::refresh);
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
    addToolRow(m_versions);
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
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
    }
    m_session = session;
    m_refresh.stop();
    if (session != nullptr) {
        connect(session, &Session::contentChanged, this, [this] {
            if (!m_fileName.isEmpty() && isVisible() && !m_refresh.isActive()) {
                m_refresh.start();
            }
        });
    }
    m_versions->setSession(session);
    m_trail.clear();
    clear();
}

void RecordCard::clear() {
    m_context.reset();
    m_searchContext.reset();
    m_versions->setRecord({}, {}, false);
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
        [database = m_session->database(), byte, start, exact, grows = mayGrow(m_session->stats(), fileName),
         file = std::filesystem::path(m_session->directory().toStdString()) /
                fileName.toStdString()](rustcask::Progress& progress) {
            return exact ? readRecord(file, byte, database.get(), grows)
                         : readRecordAt(file, byte, start, database.get(), grows, progress);
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
    // Until the versions are known, both ways are open.
    const bool known = m_versions->knowledge() == VersionStrip::Knowledge::known;
    const auto offer = [&](QToolButton* button, const std::optional<rustcask::Version>& version, const QString& text,
                           const QString& none) {
        button->setEnabled(keyed && (!known || version));
        const QString tip = !known || !keyed ? text
                            : version        ? tr("%1: %2").arg(text, formatLocation(version->location))
                                             : none;
        button->setToolTip(tip);
        button->setAccessibleName(tip);
    };
    offer(m_newer, m_versions->newer(), tr("The version of the key after this one"),
          tr("This is the newest version of the key."));
    offer(m_older, m_versions->older(), tr("The version of the key before this one"),
          m_versions->isComplete() ? tr("This is the key's first version.")
                                   : tr("This is the oldest version that is still there; older ones went in a merge."));
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
    m_hex->setData(bytesOf(m_detail.bytes), info.offset);
    m_hex->setSpans(hexSpans(m_detail.fields, info.offset));
    m_model->setRecord(m_detail);
    m_tree->expandAll();
    m_stack->setCurrentIndex(1);
    m_versions->setRecord(bytesOf(m_detail.key), info.sequence, info.tombstone);
    showState();
    Q_EMIT shown();
}

QString RecordCard::stateText() const {
    return m_pill->text();
}

/// What has become of the record, which may change while it is shown.
void RecordCard::showState() {
    const auto& info = m_detail.row.info;
    m_pill->setText(recordStateText(m_detail.row.state));
    m_pill->setTone(m_detail.row.state == RecordState::damaged ? Tone::danger
                    : m_detail.row.state == RecordState::live  ? Tone::accent
                                                               : Tone::neutral);
    m_pill->show();
    QStringList notes;
    if (!info.verdict.empty()) {
        notes.append(tr("%1.").arg(displayKey(info.verdict)));
    }
    const auto& newest = m_detail.row.newest;
    const auto next = m_versions->newer();
    const bool told = next && (newest ? next->sequence == newest->sequence : next->tombstone);
    if (m_detail.row.state == RecordState::superseded && !told) {
        notes.append(newest
                         ? tr("Superseded: the key's newest record lies at %1.").arg(formatLocation(newest->location))
                         : tr("Superseded: the key has been deleted since."));
    }
    if (m_detail.bytes.size() < info.bytes) {
        notes.append(
            tr("The first %1 of %2 are shown.").arg(formatBytes(m_detail.bytes.size()), formatBytes(info.bytes)));
    }
    say(notes.join(QLatin1Char(' ')));
    updateButtons();
}

/// The database has changed: is the record still what it was?
void RecordCard::refresh() {
    if (m_fileName.isEmpty() || m_session == nullptr || !m_session->database() || m_session->isClosing()) {
        return;
    }
    TaskOptions quiet;
    quiet.visible = false;
    m_session->tasks().start<RecordDetail>(
        tr("Reading the record"),
        [database = m_session->database(), at = offset(), grows = mayGrow(m_session->stats(), m_fileName),
         file = std::filesystem::path(m_session->directory().toStdString()) /
                m_fileName.toStdString()](rustcask::Progress&) { return readRecord(file, at, database.get(), grows); },
        this,
        [this, name = m_fileName, at = offset()](Result<RecordDetail> detail) {
            if (name != m_fileName || at != offset()) {
                return; // another is shown by now
            }
            if (!detail) {
                if (detail.error().code != rustcask::ErrorCode::cancelled) {
                    say(tr("The record is not there any more: a merge has removed its file. What is shown is as it was "
                           "read."));
                }
            } else if (detail->bytes == m_detail.bytes && detail->row.info.verdict == m_detail.row.info.verdict) {
                m_detail.row = std::move(detail->row);
                showState();
            } else {
                show(name, std::move(*detail)); // it has become whole, or another
            }
        },
        quiet);
}

void RecordCard::goBack() {
    if (!m_trail.isEmpty()) {
        const Spot spot = m_trail.takeLast();
        m_goingBack = true;
        read(spot.fileName, spot.offset, spot.offset, true);
    }
}

void RecordCard::showOlder() {
    m_versions->requestOlder();
}

void RecordCard::showNewer() {
    m_versions->requestNewer();
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

void RecordCard::resizeEvent(QResizeEvent* event) {
    Card::resizeEvent(event);
    // Where it is narrow the values need the room; the hex view shows which bytes they are.
    m_tree->setColumnHidden(FieldTreeModel::bytes, width() < leastWidthWithBytes);
}

void RecordCard::changeEvent(QEvent* event) {
    Card::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        m_model->setPalette(palette());
    }
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/keydir_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <rustcask/database.h>

#include "session/session.h"
#include "theme/format.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

KeydirPanel::KeydirPanel(QWidget* parent)
    : QWidget(parent),
      m_edit(new QLineEdit),
      m_lookUp(makeButton(tr("&Look up"))),
      m_sentence(makeText({})),
      m_fields(new KeyValueList),
      m_record(makeButton(tr("Show the &record"))),
      m_whole(new KeyValueList) {
    m_edit->setPlaceholderText(tr("Key"));
    m_edit->setAccessibleName(tr("Key whose entry is looked up"));
    m_edit->setClearButtonEnabled(true);
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins({});
    row->setSpacing(8);
    row->addWidget(m_edit, 1);
    row->addWidget(m_lookUp);

    auto* entry = new QWidget;
    auto* left = new QVBoxLayout(entry);
    left->setContentsMargins(14, 10, 14, 10);
    left->setSpacing(8);
    left->addWidget(makeTitle(tr("Entry of a key")));
    left->addWidget(head);
    left->addWidget(m_sentence);
    left->addWidget(m_fields);
    left->addWidget(m_record, 0, Qt::AlignLeft);
    left->addStretch(1);
    auto* whole = new QWidget;
    auto* right = new QVBoxLayout(whole);
    right->setContentsMargins(14, 10, 14, 10);
    right->setSpacing(8);
    right->addWidget(makeTitle(tr("The whole keydir")));
    right->addWidget(m_whole);
    right->addStretch(1);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(entry, 3);
    layout->addWidget(makeHairline(Qt::Vertical));
    layout->addWidget(whole, 2);
    m_record->hide();

    const auto go = [this] { lookUp(m_edit->text().toUtf8()); };
    connect(m_edit, &QLineEdit::returnPressed, this, go);
    connect(m_lookUp, &QPushButton::clicked, this, go);
    connect(m_record, &QPushButton::clicked, this, [this] {
        if (m_entry) {
            Q_EMIT bytesRequested(QStringLiteral("%1.rustcask.data").arg(m_entry->location.generation.value),
                                  m_entry->location.offset);
        }
    });
}

KeydirPanel::~KeydirPanel() = default;

QString KeydirPanel::sentence() const {
    return m_sentence->text();
}

void KeydirPanel::setSession(Session* session) {
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
    }
    m_context.reset();
    m_session = session;
    m_key.clear();
    m_entry.reset();
    m_edit->clear();
    m_fields->clear();
    m_whole->clear();
    m_record->hide();
    m_edit->setEnabled(session != nullptr);
    m_lookUp->setEnabled(session != nullptr);
    m_sentence->setText(session == nullptr
                            ? tr("No database is open.")
                            : tr("The keydir is the index in memory: for every key, where its newest record lies."));
    if (session != nullptr) {
        connect(session, &Session::statsSampled, this, [this] {
            if (isVisible()) {
                refresh(); // an entry moves with every put of its key and with every merge
            }
        });
    }
}

void KeydirPanel::lookUp(const QByteArray& key) {
    m_key = key;
    if (m_edit->text().toUtf8() != key) {
        m_edit->setText(displayKey(key)); // for reading: a key of any bytes is not parsed back
    }
    refresh();
}

void KeydirPanel::refresh() {
    if (m_session == nullptr || !m_session->database()) {
        return;
    }
    m_context = std::make_unique<QObject>();
    TaskOptions quiet;
    quiet.visible = false;
    m_session->tasks().start<Look>(
        tr("Looking into the keydir"),
        [database = m_session->database(), key = m_key.toStdString()](rustcask::Progress&) -> Result<Look> {
            Look look;
            auto stats = database->keydirStats();
            if (!stats) {
                return rustcask::failure(stats.error());
            }
            look.stats = *stats;
            if (!key.empty()) {
                auto entry = database->keydirEntry(key);
                if (!entry) {
                    return rustcask::failure(entry.error());
                }
                look.entry = *entry;
            }
            return look;
        },
        m_context.get(), [this](Result<Look> look) { show(std::move(look)); }, quiet);
}

void KeydirPanel::show(Result<Look> result) {
    if (!result) {
        if (result.error().code != rustcask::ErrorCode::cancelled) {
            m_entry.reset();
            m_sentence->setText(errorText(result.error()));
        }
        return;
    }
    showStats(result->stats);
    m_entry = result->entry;
    if (!m_key.isEmpty()) {
        m_sentence->setText(m_entry
                                ? tr("“%1” is live.").arg(displayKey(m_key, 60))
                                : tr("The keydir has no entry of “%1”: the key is absent.").arg(displayKey(m_key, 60)));
    }
    m_record->setVisible(m_entry.has_value());
    if (!m_entry) {
        m_fields->clear();
    } else {
        m_fields->setValue(tr("Shard"),
                           tr("%1 of %2").arg(formatCount(m_entry->shard), formatCount(result->stats.shards)));
        m_fields->setValue(tr("Slot in its table"), formatCount(m_entry->slot));
        m_fields->setValue(tr("File (generation)"), QString::number(m_entry->location.generation.value));
        m_fields->setValue(tr("Offset"), formatOffset(m_entry->location.offset));
        m_fields->setValue(tr("Record"), formatBytesExactly(m_entry->location.recordBytes));
        m_fields->setValue(tr("Value"), formatBytesExactly(m_entry->valueBytes));
        m_fields->setValue(tr("Sequence"), formatCount(m_entry->sequence.value));
    }
    Q_EMIT shown();
}

void KeydirPanel::showStats(const rustcask::KeydirStats& stats) {
    const auto perKey = [&](quint64 bytes) {
        return stats.keys == 0
                   ? QStringLiteral("–")
                   : tr("%1 B").arg(static_cast<double>(bytes) / static_cast<double>(stats.keys), 0, 'f', 1);
    };
    const quint64 inUse = stats.slotBytes + stats.entryBytes;
    const double full = stats.tableSlots == 0 ? 0
                                              : static_cast<double>(stats.keys + stats.removedSlots) /
                                                    static_cast<double>(stats.tableSlots);
    m_whole->setValue(tr("Keys"), formatCount(stats.keys));
    m_whole->setValue(tr("Shards"), formatCount(stats.shards));
    m_whole->setValue(tr("Keys in a shard"),
                      tr("%1 to %2").arg(formatCount(stats.leastKeys), formatCount(stats.mostKeys)));
    m_whole->setValue(tr("Slots"), formatCount(stats.tableSlots));
    m_whole->setValue(tr("Occupied"), formatPercent(full));
    m_whole->setValue(tr("by removed keys"), formatCount(stats.removedSlots));
    m_whole->setValue(tr("Bytes a key, in use"), perKey(inUse));
    m_whole->setValue(tr("of these the key itself"), perKey(stats.keyBytes));
    m_whole->setValue(tr("Memory from the system"), formatBytes(stats.memoryBytes));
    m_whole->setValue(tr("waiting to be reclaimed"), formatBytes(stats.removedBytes));
}

void KeydirPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
}

} // namespace rustcask::ui

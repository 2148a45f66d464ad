// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/version_strip.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QPushButton>

#include "session/session.h"
#include "session/version_finder.h"
#include "theme/format.h"
#include "widgets/labels.h"

namespace rustcask::ui {
namespace {

constexpr int askMs = 80; // walking through the list with the arrow keys looks nothing up
constexpr int followMs = 500;

} // namespace

VersionStrip::VersionStrip(QWidget* parent)
    : QWidget(parent), m_sentence(new ElidedLabel({}, Qt::ElideRight)), m_link(makeButton(QString())) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 4, 10, 4);
    layout->setSpacing(2);
    layout->addWidget(m_sentence);
    layout->addWidget(m_link);
    layout->addStretch(1);
    m_link->setProperty("role", QStringLiteral("link"));
    m_link->setAutoDefault(false);
    m_delay.setSingleShot(true);
    connect(&m_delay, &QTimer::timeout, this, &VersionStrip::ask);
    connect(m_link, &QPushButton::clicked, this, [this] {
        if (m_knowledge == Knowledge::known) {
            requestNewer();
        } else if (m_knowledge == Knowledge::reading) {
            m_stopped = true;
            m_session->versions().stop();
        } else {
            m_stopped = false;
            m_session->versions().update();
        }
    });
    show(Knowledge::none, {});
}

void VersionStrip::setSession(Session* session) {
    if (m_session) {
        disconnect(&m_session->versions(), nullptr, this, nullptr);
        disconnect(m_session, nullptr, this, nullptr);
    }
    m_session = session;
    m_stopped = false;
    if (session != nullptr) {
        connect(&session->versions(), &VersionFinder::updateStarted, this, &VersionStrip::showReading);
        connect(&session->versions(), &VersionFinder::progressed, this, &VersionStrip::showReading);
        connect(&session->versions(), &VersionFinder::updated, this, &VersionStrip::noteUpdated);
        connect(session, &Session::contentChanged, this, [this] {
            if (m_knowledge != Knowledge::none && isVisible() && !m_delay.isActive()) {
                m_delay.start(followMs);
            }
        });
    }
    setRecord({}, {}, false);
}

void VersionStrip::setRecord(const QByteArray& key, rustcask::Sequence sequence, bool tombstone) {
    m_context.reset();
    m_wish = Wish::none;
    const bool sameKey = !key.isEmpty() && key == m_key && m_knowledge == Knowledge::known;
    m_key = key;
    m_sequence = sequence;
    m_tombstone = tombstone;
    if (key.isEmpty() || !m_session) {
        m_delay.stop();
        m_history = {};
        show(Knowledge::none, {});
        return;
    }
    if (sameKey && place() >= 0) {
        showKnown();
    } else {
        m_history = {};
        show(Knowledge::asking, tr("Looking for the versions of the key…"));
    }
    m_delay.start(askMs);
}

QString VersionStrip::sentence() const {
    return m_sentence->text();
}

qsizetype VersionStrip::place() const {
    const auto& versions = m_history.versions;
    const auto found = std::find_if(versions.begin(), versions.end(), [this](const rustcask::Version& version) {
        return version.sequence == m_sequence;
    });
    return found == versions.end() ? -1 : found - versions.begin();
}

std::optional<rustcask::Version> VersionStrip::older() const {
    const qsizetype at = place();
    return m_knowledge == Knowledge::known && at >= 0 && at + 1 < static_cast<qsizetype>(m_history.versions.size())
               ? std::optional(m_history.versions[static_cast<std::size_t>(at) + 1])
               : std::nullopt;
}

std::optional<rustcask::Version> VersionStrip::newer() const {
    const qsizetype at = place();
    return m_knowledge == Knowledge::known && at > 0
               ? std::optional(m_history.versions[static_cast<std::size_t>(at) - 1])
               : std::nullopt;
}

void VersionStrip::requestOlder() {
    request(Wish::older);
}

void VersionStrip::requestNewer() {
    request(Wish::newer);
}

void VersionStrip::request(Wish wish) {
    if (m_key.isEmpty() || !m_session) {
        return;
    }
    m_wish = wish;
    if (m_knowledge == Knowledge::known) {
        fulfil();
    } else {
        m_stopped = false;
        m_session->versions().update();
    }
}

void VersionStrip::fulfil() {
    const Wish wish = std::exchange(m_wish, Wish::none);
    const auto version = wish == Wish::older ? older() : wish == Wish::newer ? newer() : std::nullopt;
    if (version) {
        Q_EMIT versionRequested(*version);
    }
}

void VersionStrip::ask() {
    if (!m_session || m_session->isClosing() || m_key.isEmpty()) {
        return;
    }
    VersionFinder& finder = m_session->versions();
    const quint64 bytes = m_session->stats().dataBytes;
    if (finder.isBuilt() || (bytes <= m_unaskedBytes && !m_stopped)) {
        finder.update();
    } else if (!finder.isUpdating()) {
        show(Knowledge::unasked, tr("Other versions: not looked for."),
             tr("Find them (reads %1)").arg(formatBytes(bytes)));
    }
}

void VersionStrip::look() {
    m_context = std::make_unique<QObject>();
    m_session->versions().find(m_key, m_context.get(),
                               [this](Result<rustcask::IndexedHistory> found) { take(std::move(found)); });
}

void VersionStrip::noteUpdated(const rustcask::Error* failure) {
    if (m_key.isEmpty() || m_session->isClosing()) {
        return;
    }
    if (failure == nullptr) {
        look();
    } else if (failure->code == rustcask::ErrorCode::cancelled) {
        m_stopped = true;
        m_wish = Wish::none;
        if (!m_session->versions().isBuilt()) {
            ask();
        }
    } else {
        m_wish = Wish::none;
        show(Knowledge::failed, errorText(*failure), tr("Try again"));
    }
}

void VersionStrip::take(Result<rustcask::IndexedHistory> found) {
    if (!found) {
        if (found.error().code != rustcask::ErrorCode::cancelled) {
            show(Knowledge::failed, errorText(found.error()), tr("Try again"));
        }
        return;
    }
    if (found->partial) { // a merge has taken files away meanwhile
        m_delay.start(followMs);
        return;
    }
    m_history = std::move(found->history);
    showKnown();
    fulfil();
}

void VersionStrip::showReading() {
    // Keeping up with a writer is not worth a word.
    if (m_key.isEmpty() || m_session->versions().isBuilt()) {
        return;
    }
    const auto counts = m_session->versions().progress();
    const double share =
        counts.bytesTotal == 0 ? 0 : static_cast<double>(counts.bytesDone) / static_cast<double>(counts.bytesTotal);
    show(Knowledge::reading, tr("Looking for versions: %1 of the files read.").arg(formatPercent(share)), tr("Stop"));
}

void VersionStrip::showKnown() {
    const qsizetype at = place();
    const auto count = static_cast<qsizetype>(m_history.versions.size());
    if (at < 0) {
        show(Knowledge::gone, tr("Not among the key's versions: damaged, or merged away."));
        return;
    }
    const QString number = formatCount(static_cast<quint64>(count - at));
    const QString all = formatCount(static_cast<quint64>(count));
    const QString where = m_history.complete ? tr("Version %1 of %2").arg(number, all)
                                             : tr("Version %1 of the %2 that are left").arg(number, all);
    if (at == 0) {
        show(Knowledge::known, m_tombstone ? tr("%1: deleted").arg(where) : tr("%1: the newest").arg(where));
        return;
    }
    const rustcask::Version& next = m_history.versions[static_cast<std::size_t>(at) - 1];
    show(Knowledge::known,
         next.tombstone ? tr("%1, deleted by").arg(where)
         : m_tombstone  ? tr("%1, put again by").arg(where)
                        : tr("%1, superseded by").arg(where),
         formatLocation(next.location));
}

void VersionStrip::show(Knowledge knowledge, const QString& sentence, const QString& link) {
    const bool same = knowledge == m_knowledge && sentence == m_sentence->text() && link == m_link->text();
    m_knowledge = knowledge;
    m_sentence->setText(sentence);
    m_link->setText(link);
    m_link->setVisible(!link.isEmpty());
    const QString tip = knowledge == Knowledge::known && !link.isEmpty()
                            ? tr("Show the record at %1, the next version of the key").arg(link)
                            : tr("Other versions of the key");
    m_link->setToolTip(tip);
    m_link->setAccessibleName(knowledge == Knowledge::known || link.isEmpty() ? tip : link);
    setVisible(knowledge != Knowledge::none);
    if (!same) {
        Q_EMIT changed();
    }
}

} // namespace rustcask::ui

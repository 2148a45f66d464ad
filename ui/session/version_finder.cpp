// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/version_finder.h"

#include <utility>

#include "session/session.h"
#include "theme/format.h"

namespace rustcask::ui {

VersionFinder::VersionFinder(Session& session)
    : m_session(session), m_index(std::make_shared<rustcask::VersionIndex>(session.directory().toStdString())) {}

rustcask::ProgressCounts VersionFinder::progress() const {
    return m_update ? m_update->counts() : rustcask::ProgressCounts{};
}

void VersionFinder::update() {
    if (m_update) {
        m_again = true;
        return;
    }
    if (m_session.isClosing()) {
        return;
    }
    TaskOptions options;
    options.visible = !m_index->isBuilt() && m_session.stats().dataBytes > quietBytes;
    m_update = m_session.tasks().start<bool>(
        tr("Index the versions of all keys"),
        [index = m_index](rustcask::Progress& progress) -> Result<bool> {
            const auto updated = index->update(progress);
            return updated ? Result<bool>(true) : Result<bool>(rustcask::failure(updated.error()));
        },
        this,
        [this](const Result<bool>& done) {
            m_update.clear();
            if (std::exchange(m_again, false) && done) {
                update();
            } else {
                Q_EMIT updated(done ? nullptr : &done.error());
            }
        },
        options);
    connect(m_update, &Task::progressed, this, &VersionFinder::progressed);
    Q_EMIT updateStarted();
}

void VersionFinder::stop() {
    if (m_update) {
        m_update->cancel();
    }
}

void VersionFinder::find(const QByteArray& key, QObject* context,
                         std::function<void(Result<rustcask::IndexedHistory>)> done) const {
    TaskOptions quiet;
    quiet.visible = false;
    m_session.tasks().start<rustcask::IndexedHistory>(
        tr("Find the versions of %1").arg(displayKey(key, 40)),
        [index = m_index, key](rustcask::Progress&) {
            return index->find({key.constData(), static_cast<std::size_t>(key.size())});
        },
        context, std::move(done), quiet);
}

} // namespace rustcask::ui

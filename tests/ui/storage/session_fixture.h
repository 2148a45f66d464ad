// SPDX-License-Identifier: GPL-3.0-or-later
// A session on a real database in a directory of its own, opened as the window opens one.
#pragma once

#include <memory>
#include <string>

#include <QSignalSpy>
#include <QTest>

#include <rustcask/database.h>

#include "session/session.h"
#include "session/session_opener.h"
#include "support/check.h"
#include "support/temporary_directory.h"

namespace rustcask::ui::test {

struct FillPlan {
    int keys = 200;
    int overwrites = 0; ///< rounds over every second key
    int removes = 0;    ///< of the keys, from the first
    std::size_t valueBytes = 100;
    std::uint64_t maxFileBytes = 4096;
};

inline std::string keyName(int i) {
    return "key" + std::to_string(1000000 + i);
}

/// Fills a new database and closes it, so that every file but the newest is sealed and has its hint.
inline void fill(const std::filesystem::path& directory, const FillPlan& plan) {
    rustcask::Options options;
    options.maxFileBytes = plan.maxFileBytes;
    RUSTCASK_VALUE(auto database, rustcask::Database::open(directory, options));
    for (int i = 0; i < plan.keys; ++i) {
        RUSTCASK_OK(database->put(keyName(i), std::string(plan.valueBytes, 'a')));
    }
    for (int round = 0; round < plan.overwrites; ++round) {
        for (int i = 0; i < plan.keys; i += 2) {
            RUSTCASK_OK(database->put(keyName(i), std::string(plan.valueBytes, static_cast<char>('b' + round))));
        }
    }
    for (int i = 0; i < plan.removes; ++i) {
        RUSTCASK_OK(database->remove(keyName(i)));
    }
    RUSTCASK_OK(database->close());
}

class OpenSession {
public:
    OpenSession(const std::filesystem::path& directory, const rustcask::Options& options) {
        SessionOpener opener;
        QObject::connect(&opener, &SessionOpener::opened, &opener, [this](Session* opened) {
            m_session.reset(opened);
            QObject::connect(opened, &Session::statsSampled, opened, [this] { m_sampled = true; });
        });
        QObject::connect(&opener, &SessionOpener::failed, &opener,
                         [](const rustcask::Error& error) { qWarning("%s", error.message().c_str()); });
        opener.open(QString::fromStdString(directory.string()), options);
        [&] { QTRY_VERIFY(m_session != nullptr); }();
        // The pages show the files of the last sample: without one there are none yet.
        [&] { QTRY_VERIFY(m_session && (m_sampled || !m_session->stats().files.empty())); }();
    }
    ~OpenSession() {
        if (m_session) {
            QSignalSpy closed(m_session.get(), &Session::closed);
            m_session->close();
            [&] { QTRY_COMPARE(closed.size(), 1); }();
        }
    }
    OpenSession(const OpenSession&) = delete;
    OpenSession& operator=(const OpenSession&) = delete;
    [[nodiscard]] Session* get() const { return m_session.get(); }
    Session* operator->() const { return m_session.get(); }

private:
    bool m_sampled = false;
    std::unique_ptr<Session> m_session;
};

} // namespace rustcask::ui::test

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QPointer>
#include <QTimer>
#include <QWidget>

#include <rustcask/history.h>
#include <rustcask/result.h>
#include <rustcask/version_index.h>

QT_BEGIN_NAMESPACE
class QLabel;
class QPushButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class ElidedLabel;
class Session;

/// Where a record stands among the versions of its key: "Version 2 of 4, superseded by 3 @ 1,204", and the ways to the
/// version before it and after it. Small directories are indexed unasked, others at a click, with progress and a stop.
/// Follows the database.
class VersionStrip : public QWidget {
    Q_OBJECT
public:
    /// Directories with more data are read only when asked.
    static constexpr quint64 maxUnaskedBytes = quint64{256} << 20;

    explicit VersionStrip(QWidget* parent = nullptr);

    void setSession(Session* session);
    void setUnaskedBytes(quint64 bytes) { m_unaskedBytes = bytes; } ///< instead of `maxUnaskedBytes`
    /// The record whose versions are wanted; an empty key: none.
    void setRecord(const QByteArray& key, rustcask::Sequence sequence, bool tombstone);

    enum class Knowledge { none, asking, unasked, reading, known, gone, failed };
    [[nodiscard]] Knowledge knowledge() const { return m_knowledge; }
    [[nodiscard]] std::optional<rustcask::Version> older() const;
    [[nodiscard]] std::optional<rustcask::Version> newer() const;
    [[nodiscard]] bool isComplete() const { return m_history.complete; } ///< no older version can have gone
    /// Asks for the version before or after the record, reading the files first where that has not been done:
    /// `versionRequested` follows if there is one.
    void requestOlder();
    void requestNewer();

    [[nodiscard]] QString sentence() const;
    [[nodiscard]] QPushButton* link() const { return m_link; }

Q_SIGNALS:
    void changed(); ///< what is known
    void versionRequested(const rustcask::Version& version);

private:
    enum class Wish { none, older, newer };
    void ask();
    void look();
    void take(Result<rustcask::IndexedHistory> found);
    void noteUpdated(const rustcask::Error* failure);
    void request(Wish wish);
    void fulfil();
    void show(Knowledge knowledge, const QString& sentence, const QString& link = {});
    void showKnown();
    void showReading();
    [[nodiscard]] qsizetype place() const; ///< in the history; -1: not there

    QPointer<Session> m_session{};
    std::unique_ptr<QObject> m_context{}; // of the search under way
    QByteArray m_key{};
    rustcask::Sequence m_sequence{};
    bool m_tombstone = false;
    Knowledge m_knowledge = Knowledge::none;
    rustcask::History m_history{};
    Wish m_wish = Wish::none;
    quint64 m_unaskedBytes = maxUnaskedBytes;
    bool m_stopped = false; // by the user: nothing is read unasked any more
    QTimer m_delay{};
    ElidedLabel* m_sentence;
    QPushButton* m_link;
};

} // namespace rustcask::ui

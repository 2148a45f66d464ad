// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <QByteArray>
#include <QSet>

#include <rustcask/database.h>
#include <rustcask/version_files.h>

#include "session/operation_times.h"

namespace rustcask::ui {

/// What to do to a key: a value to store, or nullopt to remove it.
struct KeyChange {
    QByteArray key{};
    std::optional<QByteArray> value{};
    /// With `guarded` the change is only made while the newest record of the key is still `expected` (nullopt: the key
    /// is absent); otherwise it is a conflict, and nothing is written.
    bool guarded = false;
    std::optional<rustcask::Sequence> expected{};
    /// For lists whose changes are worked out one by one: there may be nothing to do, or no value to be had.
    enum class Verdict { make, asWanted, lost };
    Verdict verdict = Verdict::make;
};

/// Changes to be made one after another: a million of them need not be in memory at once.
struct ChangeList {
    quint64 count = 0;
    std::function<KeyChange(quint64 index)> at{}; ///< called on a worker, in ascending order, once each
    bool skipConflicts = false;                   ///< leave such keys alone and go on; otherwise a conflict ends it
};

/// What came of a run of changes, exactly: `made + absent + conflicts + lost` is `wanted`, unless `error` says what
/// ended it early.
struct EditTally {
    quint64 wanted = 0;
    quint64 made = 0;
    quint64 absent = 0;    ///< already as wanted: to be removed, but not there (any more)
    quint64 conflicts = 0; ///< changed by somebody else, and left as they are
    quint64 lost = 0;      ///< the value to bring back is not in the log any more, or is damaged
    std::optional<rustcask::Error> error{};
};

/// The changes of one step of undo: for each key the record before and the one after. Values stay in the log, where the
/// step knows their places, and are read when they are wanted; small steps hold them as well, so that they survive a
/// merge. Takes 72 bytes and the key per change. Made and replayed on the session's edit thread, which alone may call
/// what is not const; keys and size may be read by any thread once it is made.
class EditStep {
public:
    static constexpr quint64 maxHeldBytes = quint64{256} << 10; ///< values kept in memory, per step

    [[nodiscard]] quint64 size() const { return m_changes.size(); }
    [[nodiscard]] QByteArray key(quint64 index) const;
    /// The first keys, at most `most` of them.
    [[nodiscard]] QVector<QByteArray> keys(qsizetype most) const;

    /// Where the time of every read and write goes; may be null.
    void setTimes(std::shared_ptr<OperationTimes> times) { m_times = std::move(times); }

    /// Makes the changes and remembers them. Only changes that were made are in the step.
    [[nodiscard]] EditTally make(rustcask::Database& database, const ChangeList& changes, rustcask::Progress& progress);
    /// Makes one change and remembers it, for those who do not know beforehand how many there will be.
    void makeOne(rustcask::Database& database, const KeyChange& change, bool skipConflicts, EditTally& tally);
    /// Appends the inverse records (`forward`: the records again). A key that somebody else changed since is left
    /// alone.
    [[nodiscard]] EditTally replay(rustcask::Database& database, bool forward, rustcask::Progress& progress);
    /// The generations of the files that the next undo (`forward`: redo) will read values from.
    [[nodiscard]] QSet<quint64> neededFiles(bool forward) const;

private:
    struct Record {
        enum class Kind : std::uint8_t { absent, present, damaged };
        quint64 generation = 0;
        quint64 offset = 0;
        quint64 sequence = 0;
        std::uint32_t valueBytes = 0;
        Kind kind = Kind::absent;
    };
    struct Change {
        quint64 keyBegin = 0;
        std::array<Record, 2> sides{}; ///< before, after
    };
    enum Side : std::size_t { before, after };

    [[nodiscard]] std::string_view keyView(quint64 index) const;
    [[nodiscard]] Record recordOf(std::string_view key, const std::optional<rustcask::KeyInfo>& info);
    /// Whether the key is as it was on `side`: by the record, or by its value when another step has restored that under
    /// a new number. nullopt: that cannot be told any more.
    [[nodiscard]] rustcask::Result<std::optional<bool>> matches(const rustcask::Database& database,
                                                                rustcask::VersionFiles& files, Side side, quint64 index,
                                                                const std::optional<rustcask::KeyInfo>& info) const;
    void hold(Side side, quint64 index, const QByteArray& value);
    /// nullopt: it cannot be had any more.
    [[nodiscard]] rustcask::Result<std::optional<QByteArray>> valueOf(rustcask::VersionFiles& files, Side side,
                                                                      quint64 index) const;

    std::shared_ptr<OperationTimes> m_times;
    std::string m_keys;
    std::vector<Change> m_changes;
    std::array<std::unordered_map<quint64, QByteArray>, 2> m_held;
    quint64 m_heldBytes = 0;
    quint64 m_overheadBytes = 0; ///< of a record, beside key and value
};

/// The error of a change that was refused because the key has been changed by somebody else.
[[nodiscard]] rustcask::Error conflictError();
/// Whether an edit failed because the key has been changed by somebody else.
[[nodiscard]] bool isConflict(const rustcask::Error& error);
/// A tally as a sentence for people: "2 keys were changed by somebody else since and have been left as they are; …";
/// empty when everything was made.
[[nodiscard]] QString shortfallText(const EditTally& tally);

} // namespace rustcask::ui

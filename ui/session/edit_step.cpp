// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/edit_step.h"

#include <QCoreApplication>
#include <QStringList>

#include <rustcask/value_reader.h>

#include "theme/format.h"

namespace rustcask::ui {

namespace {

constexpr const char* conflictOperation = "change the key";
constexpr int writeAttempts = 8; // when others write the same key all the time

QString translated(const char* text) {
    return QCoreApplication::translate("EditStep", text);
}

/// Stores, or removes, while the record is the one seen. False: it is another by now.
rustcask::Result<bool> write(rustcask::Database& database, std::string_view key, const std::optional<QByteArray>& value,
                             const std::optional<rustcask::KeyInfo>& seen, OperationTimes* times) {
    const OperationTimes::Timer timer(times, OperationTimes::write);
    const auto expected = seen ? std::optional(seen->sequence) : std::nullopt;
    if (value) {
        return database.putIf(key, bytesOf(*value), expected);
    }
    return expected ? database.removeIf(key, *expected) : rustcask::Result<bool>(true);
}

/// Whether the key's value is `value`: compared piece by piece, there may be gigabytes.
bool isStored(const rustcask::Database& database, std::string_view key, const QByteArray& value) {
    const auto reader = database.openValue(key);
    const std::string_view wanted = bytesOf(value);
    if (!reader || !*reader || (*reader)->size() != wanted.size()) {
        return false;
    }
    std::string piece(std::min<std::size_t>(wanted.size(), std::size_t{1} << 16), '\0');
    for (std::size_t at = 0; at < wanted.size(); at += piece.size()) {
        const std::size_t bytes = std::min(piece.size(), wanted.size() - at);
        const auto read = (*reader)->read(at, piece.data(), bytes);
        if (!read || *read != bytes || std::string_view(piece).substr(0, bytes) != wanted.substr(at, bytes)) {
            return false;
        }
    }
    return true;
}

/// What has just been written. Somebody else in this process may have written the key since: nullopt then, because
/// theirs is not to be taken for our own, or an undo would overwrite it.
std::optional<rustcask::KeyInfo> infoOfWritten(const rustcask::Database& database, std::string_view key,
                                               const QByteArray& value) {
    const auto now = database.info(key);
    return now && *now && isStored(database, key, value) ? *now : std::nullopt;
}

/// A record whose place nobody knows: it has no number, and is told by its value alone.
template <typename Record>
Record recordOfValue(const QByteArray& value) {
    return {0, 0, 0, static_cast<std::uint32_t>(value.size()), Record::Kind::present};
}

} // namespace

QByteArray EditStep::key(quint64 index) const {
    const std::string_view bytes = keyView(index);
    return {bytes.data(), static_cast<qsizetype>(bytes.size())};
}

QVector<QByteArray> EditStep::keys(qsizetype most) const {
    QVector<QByteArray> keys;
    const quint64 count = std::min<quint64>(size(), static_cast<quint64>(most));
    keys.reserve(static_cast<qsizetype>(count));
    for (quint64 i = 0; i < count; ++i) {
        keys.append(key(i));
    }
    return keys;
}

std::string_view EditStep::keyView(quint64 index) const {
    const quint64 begin = m_changes[index].keyBegin;
    const quint64 end = index + 1 < m_changes.size() ? m_changes[index + 1].keyBegin : m_keys.size();
    return std::string_view(m_keys).substr(begin, end - begin);
}

EditStep::Record EditStep::recordOf(std::string_view key, const std::optional<rustcask::KeyInfo>& info) {
    if (!info) {
        return {};
    }
    m_overheadBytes = info->location.recordBytes - key.size() - info->valueBytes;
    return {info->location.generation.value, info->location.offset, info->sequence.value, info->valueBytes,
            Record::Kind::present};
}

void EditStep::hold(Side side, quint64 index, const QByteArray& value) {
    const auto bytes = static_cast<quint64>(value.size());
    if (m_heldBytes + bytes <= maxHeldBytes) {
        m_heldBytes += bytes;
        m_held[side].emplace(index, value);
    }
}

void EditStep::makeOne(rustcask::Database& database, const KeyChange& change, bool skipConflicts, EditTally& tally) {
    if (change.verdict != KeyChange::Verdict::make) {
        ++(change.verdict == KeyChange::Verdict::lost ? tally.lost : tally.absent);
        return;
    }
    const std::string_view key = bytesOf(change.key);
    for (int attempt = 1;; ++attempt) {
        auto seen = database.info(key);
        const bool damaged = !seen && seen.error().code == rustcask::ErrorCode::corruption;
        if (!seen && !damaged) {
            tally.error = seen.error();
            break;
        }
        const std::optional<rustcask::KeyInfo> info = damaged ? std::nullopt : *seen;
        if (change.guarded && (damaged || (info ? std::optional(info->sequence) : std::nullopt) != change.expected)) {
            ++tally.conflicts;
            if (!skipConflicts) {
                tally.error = conflictError();
            }
            break;
        }
        if (!change.value && !info && !damaged) {
            ++tally.absent;
            break;
        }
        std::optional<QByteArray> old;
        if (info && m_heldBytes + info->valueBytes <= maxHeldBytes) {
            if (const auto value = database.get(key); value && *value) {
                old = QByteArray((*value)->data(), static_cast<qsizetype>((*value)->size()));
            }
        }
        rustcask::Result<bool> written = false;
        if (damaged) { // what nobody can read can still be replaced or removed; only its undo is lost
            const auto done =
                change.value ? database.put(key, bytesOf(*change.value)) : database.remove(key).map([](bool) {});
            written = done ? rustcask::Result<bool>(true) : rustcask::failure(done.error());
        } else {
            written = write(database, key, change.value, info, m_times.get());
        }
        if (!written) {
            tally.error = written.error();
            break;
        }
        if (!*written) {
            if (attempt < writeAttempts) {
                continue;
            }
            ++tally.conflicts;
            tally.error = conflictError();
            break;
        }
        const quint64 index = m_changes.size();
        Change made;
        made.keyBegin = m_keys.size();
        made.sides[before] = recordOf(key, info);
        if (damaged) {
            made.sides[before].kind = Record::Kind::damaged;
        }
        if (change.value) {
            const auto now = infoOfWritten(database, key, *change.value);
            made.sides[after] = now ? recordOf(key, now) : recordOfValue<Record>(*change.value);
            hold(after, index, *change.value);
        }
        if (old) {
            hold(before, index, *old);
        }
        m_keys.append(key);
        m_changes.push_back(made);
        ++tally.made;
        break;
    }
}

EditTally EditStep::make(rustcask::Database& database, const ChangeList& changes, rustcask::Progress& progress) {
    EditTally tally;
    tally.wanted = changes.count;
    progress.setTotals(0, changes.count, 0);
    m_changes.reserve(static_cast<std::size_t>(changes.count));
    for (quint64 i = 0; i < changes.count && !tally.error; ++i) {
        if (auto go = progress.checkpoint("edit"); !go) {
            tally.error = go.error();
            break;
        }
        makeOne(database, changes.at(i), changes.skipConflicts, tally);
        progress.addRecords(1);
    }
    m_changes.shrink_to_fit();
    m_keys.shrink_to_fit();
    return tally;
}

rustcask::Result<std::optional<QByteArray>> EditStep::valueOf(rustcask::VersionFiles& files, Side side,
                                                              quint64 index) const {
    if (const auto held = m_held[side].find(index); held != m_held[side].end()) {
        return std::optional(held->second);
    }
    const Record& record = m_changes[index].sides[side];
    if (record.kind == Record::Kind::damaged || record.sequence == 0) {
        return std::optional<QByteArray>();
    }
    rustcask::Version version;
    version.location = {rustcask::Generation{record.generation}, record.offset,
                        m_overheadBytes + keyView(index).size() + record.valueBytes};
    version.sequence = rustcask::Sequence{record.sequence};
    version.valueBytes = record.valueBytes;
    const auto value = files.read(version);
    if (!value) {
        if (value.error().code == rustcask::ErrorCode::corruption) {
            return std::optional<QByteArray>(); // the file went in a merge, or what stands there is damaged
        }
        return rustcask::failure(value.error());
    }
    return std::optional(QByteArray(value->data(), static_cast<qsizetype>(value->size())));
}

rustcask::Result<std::optional<bool>> EditStep::matches(const rustcask::Database& database,
                                                        rustcask::VersionFiles& files, Side side, quint64 index,
                                                        const std::optional<rustcask::KeyInfo>& info) const {
    const Record& record = m_changes[index].sides[side];
    if (!info || record.kind != Record::Kind::present) {
        return std::optional(!info && record.kind == Record::Kind::absent);
    }
    if (record.sequence == info->sequence.value) {
        return std::optional(true);
    }
    if (record.valueBytes != info->valueBytes) {
        return std::optional(false);
    }
    const auto expected = valueOf(files, side, index);
    if (!expected) {
        return rustcask::failure(expected.error());
    }
    const auto now = database.get(keyView(index));
    if (!now && now.error().code != rustcask::ErrorCode::corruption) {
        return rustcask::failure(now.error());
    }
    if (!*expected || !now) {
        return std::optional<bool>();
    }
    return std::optional(*now && bytesOf(**expected) == **now);
}

EditTally EditStep::replay(rustcask::Database& database, bool forward, rustcask::Progress& progress) {
    rustcask::VersionFiles files(database.directory());
    EditTally tally;
    tally.wanted = size();
    progress.setTotals(0, size(), 0);
    const Side from = forward ? before : after;
    const Side to = forward ? after : before;
    for (quint64 i = 0; i < size(); ++i) {
        if (auto go = progress.checkpoint("undo"); !go) {
            tally.error = go.error();
            break;
        }
        const quint64 index = forward ? i : size() - 1 - i;
        const std::string_view key = keyView(index);
        Change& change = m_changes[index];
        const auto seen = database.info(key);
        if (!seen && seen.error().code != rustcask::ErrorCode::corruption) {
            tally.error = seen.error();
            break;
        }
        progress.addRecords(1);
        if (!seen) {
            ++tally.lost;
            continue;
        }
        const auto asLeft = matches(database, files, from, index, *seen);
        const auto asWanted =
            asLeft && !asLeft->value_or(false) ? matches(database, files, to, index, *seen) : std::optional(false);
        if (!asLeft || !asWanted) {
            tally.error = asLeft ? asWanted.error() : asLeft.error();
            break;
        }
        if (!asLeft->value_or(false)) {
            // What is as wanted already needs nothing: a cancelled undo can be taken up again.
            ++(asWanted->value_or(false) ? tally.absent : *asLeft ? tally.conflicts : tally.lost);
            continue;
        }
        std::optional<QByteArray> value;
        if (change.sides[to].kind != Record::Kind::absent) {
            auto read = valueOf(files, to, index);
            if (!read) {
                tally.error = read.error();
                break;
            }
            if (!*read) {
                ++tally.lost;
                continue;
            }
            value = std::move(**read);
        }
        const auto written = write(database, key, value, *seen, m_times.get());
        if (!written) {
            tally.error = written.error();
            break;
        }
        if (!*written) {
            ++tally.conflicts;
            continue;
        }
        change.sides[from] = recordOf(key, *seen); // a merge may have moved it: from there it can be read again
        if (value) {
            const auto now = infoOfWritten(database, key, *value);
            change.sides[to] = now ? recordOf(key, now) : recordOfValue<Record>(*value);
        }
        ++tally.made;
    }
    return tally;
}

QSet<quint64> EditStep::neededFiles(bool forward) const {
    const Side side = forward ? after : before;
    QSet<quint64> files;
    quint64 last = 0;
    for (quint64 i = 0; i < size(); ++i) {
        const Record& record = m_changes[i].sides[side];
        if (record.kind == Record::Kind::present && record.generation != last && !m_held[side].contains(i)) {
            last = record.generation;
            files.insert(last);
        }
    }
    return files;
}

rustcask::Error conflictError() {
    rustcask::Error error;
    error.code = rustcask::ErrorCode::invalidArgument;
    error.operation = conflictOperation;
    error.detail = translated("It has been changed by somebody else meanwhile.").toStdString();
    return error;
}

bool isConflict(const rustcask::Error& error) {
    return error.code == rustcask::ErrorCode::invalidArgument && error.operation == conflictOperation;
}

QString shortfallText(const EditTally& tally) {
    const auto keys = [](quint64 count) {
        return count == 1 ? translated("1 key") : translated("%1 keys").arg(formatCount(count));
    };
    QStringList parts;
    if (tally.conflicts > 0) {
        parts << translated("%1 changed by somebody else since and left as they are.").arg(keys(tally.conflicts));
    }
    if (tally.lost > 0) {
        parts << translated("%1 whose former value is not in the log any more: a merge has removed it, or it is "
                            "damaged.")
                     .arg(keys(tally.lost));
    }
    return parts.join(QLatin1Char(' '));
}

} // namespace rustcask::ui

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <rustcask/types.h>

namespace rustcask {

/// What happened inside the engine. Which fields of `Event` are set is said per kind.
enum class EventKind : std::uint8_t {
    append,       ///< a record was appended: location, sequence, key, flag `tombstone`
    keydirChange, ///< the keydir's entry of `key` now points at `location`, or is gone (`tombstone`)
    rotate,       ///< the active file was sealed (`location.generation`; its length in `bytes`)
    hint,         ///< a hint file was written for `location.generation`; its length in `bytes`
    recovery,     ///< a step of opening: `text` says which, `location.generation` of which file, `bytes` read
    merge,        ///< a step of a merge: `text` says which ("begin", "copied", "commit", "removed", "end", "cancelled")
    sync,         ///< an fsync of the active file returned; `bytes` made durable since the last one
    call,         ///< a system call (only with `Options::traceCalls`): `text` is its name, file, offset and bytes set
};

[[nodiscard]] std::string_view eventKindName(EventKind kind) noexcept;

/// One event. Views are valid only during the call to the listener.
struct Event {
    EventKind kind = EventKind::append;
    RecordLocation location{};
    Sequence sequence{};
    std::string_view key{};
    bool tombstone = false;
    std::uint64_t bytes = 0;
    std::string_view text{};
    std::string_view file{}; ///< file name inside the database directory, where one is concerned
};

/// Called by whatever thread the event happens on, some with engine locks held: it must be quick, must not throw and
/// must not call back into the database. Without a listener an event costs one predictable branch.
using EventListener = std::function<void(const Event&)>;

} // namespace rustcask

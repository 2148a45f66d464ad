// SPDX-License-Identifier: Apache-2.0
#include <rustcask/events.h>

namespace rustcask {

std::string_view eventKindName(EventKind kind) noexcept {
    switch (kind) {
    case EventKind::append:
        return "append";
    case EventKind::keydirChange:
        return "keydirChange";
    case EventKind::rotate:
        return "rotate";
    case EventKind::hint:
        return "hint";
    case EventKind::recovery:
        return "recovery";
    case EventKind::merge:
        return "merge";
    case EventKind::sync:
        return "sync";
    case EventKind::call:
        return "call";
    }
    return "unknown";
}

} // namespace rustcask

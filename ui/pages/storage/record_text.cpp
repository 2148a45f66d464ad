// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/record_text.h"

#include <QCoreApplication>

namespace rustcask::ui {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::RecordText)
};

} // namespace

QString fieldHelp(rustcask::Field field) {
    switch (field) {
    case rustcask::Field::checksum:
        return Words::tr("CRC-32C of all that follows");
    case rustcask::Field::sequence:
        return Words::tr("place in the history");
    case rustcask::Field::time:
        return Words::tr("Unix ms");
    case rustcask::Field::flags:
        return Words::tr("bit 0: tombstone");
    case rustcask::Field::garbage:
        return Words::tr("no valid record stands here");
    case rustcask::Field::unused:
        return Words::tr("reserved ahead, not written");
    default:
        return {};
    }
}

QString recordKindText(rustcask::RecordKind kind) {
    switch (kind) {
    case rustcask::RecordKind::fileHeader:
        return Words::tr("file header");
    case rustcask::RecordKind::put:
        return Words::tr("put");
    case rustcask::RecordKind::tombstone:
        return Words::tr("tombstone");
    case rustcask::RecordKind::hintHeader:
        return Words::tr("hint header");
    case rustcask::RecordKind::hintEntry:
        return Words::tr("hint entry");
    case rustcask::RecordKind::hintTrailer:
        return Words::tr("hint trailer");
    case rustcask::RecordKind::damaged:
        return Words::tr("damaged");
    case rustcask::RecordKind::unused:
        return Words::tr("unused");
    }
    return Words::tr("unknown");
}

} // namespace rustcask::ui

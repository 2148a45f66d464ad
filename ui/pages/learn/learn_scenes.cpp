// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/learn_scenes.h"

namespace rustcask::ui {

namespace {

Answer one(const QString& text) {
    return {{QString(), text}};
}

} // namespace

QList<LearnScene> learnScenes() {
    const QString record = QStringLiteral("record");
    const QString append = QStringLiteral("append");
    const QString keydir = QStringLiteral("keydir");
    const QString get = QStringLiteral("get");
    const QString overwrite = QStringLiteral("overwrite");
    const QString remove = QStringLiteral("delete");
    const Answer bytes{{QStringLiteral("sequence number"), QStringLiteral("00 00 00 00 00 00 00 02")},
                       {QStringLiteral("key size"), QStringLiteral("05 00")},
                       {QStringLiteral("value size"), QStringLiteral("03 00 00 00")},
                       {QStringLiteral("flags"), QStringLiteral("00 00")},
                       {QStringLiteral("key"), QStringLiteral("61 70 70 6C 65")},
                       {QStringLiteral("value"), QStringLiteral("72 65 64")},
                       {QStringLiteral("time"), QStringLiteral("00 00 00 00 00 00 00 00")},
                       {QStringLiteral("checksum"), QStringLiteral("00 00 00 00")}};
    return {
        {QStringLiteral("record"), record, 1, {}},
        {QStringLiteral("record-checked"), record, 1, {{QStringLiteral("bytes"), bytes}}},
        {QStringLiteral("append-right"),
         append,
         1,
         {{QStringLiteral("second"), one(QStringLiteral("69"))}, {QStringLiteral("end"), one(QStringLiteral("109"))}}},
        {QStringLiteral("keydir"), keydir, 6, {}},
        {QStringLiteral("get-wrong"), get, 4, {{QStringLiteral("hit"), one(QStringLiteral("pread"))}}},
        {QStringLiteral("overwrite"), overwrite, 3, {}},
        {QStringLiteral("overwrite-wrong"),
         overwrite,
         3,
         {{QStringLiteral("record"), one(QStringLiteral("38"))}, {QStringLiteral("dead"), one(QStringLiteral("0"))}}},
        {QStringLiteral("delete-right"),
         remove,
         2,
         {{QStringLiteral("tombstone"), one(QStringLiteral("33"))},
          {QStringLiteral("dead"), one(QStringLiteral("36"))}}},
        {QStringLiteral("delete-end"), remove, 7, {}},
        {QStringLiteral("free"), QString(), 4, {}},
    };
}

} // namespace rustcask::ui

// SPDX-License-Identifier: Apache-2.0
// How to use: a database of a few hundred bytes that has everything: overwritten and deleted keys, an output of a
// merge, a file that is appended to, the record of a merge. Its files are bytes in memory; tests damage some, write all
// and ask.
//
//     SmallDatabase database = SmallDatabase::afterAMerge();
//     database.files["2.rustcask.data"][40] ^= 1;
//     database.writeTo(directory);
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "file_builder.h"
#include "format/file_names.h"
#include "format/merge_record.h"

namespace rustcask::test {

inline std::string mergeRecordBytes(std::uint64_t generation, const std::vector<std::uint64_t>& inputs,
                                    const std::vector<std::uint64_t>& outputs) {
    format::MergeRecord record;
    record.generation = Generation{generation};
    for (const std::uint64_t input : inputs)
        record.inputs.push_back(Generation{input});
    for (const std::uint64_t output : outputs)
        record.outputs.push_back(Generation{output});
    return format::encodeMergeRecord(record);
}

struct SmallDatabase {
    using Answers = std::map<std::string, std::optional<std::string>>; // of every key there ever was

    std::map<std::string, std::string> files{}; ///< name -> bytes
    std::vector<DataFileBuilder> data{};        ///< that count, ascending

    /// Logs on both sides of a merge's output.
    static SmallDatabase afterAMerge() {
        DataFileBuilder oldest(1);
        oldest.put(1, "a", "old a").put(2, "b", "old b").put(3, "cc", "old c").put(4, "d", "old d").put(5, "e", "");
        DataFileBuilder output(4, true); // of files 2 and 3
        output.put(8, "g", "short lived").put(6, "b", "new b").remove(7, "d").put(9, "f", "value of f");
        DataFileBuilder sealed(5);
        sealed.put(11, "cc", "new c").put(12, "h", "first h").put(13, "h", "second h").remove(14, "g");
        DataFileBuilder newest(6);
        newest.put(15, "a", "new a").put(16, "i", "").remove(17, "e").put(18, "j", "j");
        return of({oldest, output, sealed, newest});
    }
    /// The output of a merge is the newest file, and holds the newest record.
    static SmallDatabase newestIsAnOutput() {
        DataFileBuilder oldest(1);
        oldest.put(1, "a", "old a").put(2, "b", "old b").put(3, "cc", "old c").put(4, "d", "old d");
        DataFileBuilder output(3, true);
        output.put(6, "b", "new b").remove(7, "d").put(5, "a", "new a").put(9, "f", "value of f");
        return of({oldest, output});
    }
    /// A merge of files 1 and 2 that was committed and then interrupted: the inputs are still there, one of the outputs
    /// has a temporary name.
    static SmallDatabase insideAMerge() {
        DataFileBuilder first(1);
        first.put(1, "a", "old a").put(2, "b", "b").put(3, "gone", "x");
        DataFileBuilder second(2);
        second.put(4, "a", "new a").remove(5, "gone");
        DataFileBuilder newest(3);
        newest.put(6, "cc", "c");
        DataFileBuilder outputA(4, true);
        outputA.put(4, "a", "new a");
        DataFileBuilder outputB(5, true);
        outputB.put(2, "b", "b");
        SmallDatabase database = of({newest, outputA, outputB});
        for (const char* name : {"5.rustcask.data", "5.rustcask.hint"}) {
            database.files[std::string(name) + ".tmp"] = database.files[name];
            database.files.erase(name);
        }
        for (const DataFileBuilder& input : {first, second}) {
            database.files[format::dataFileName(input.generation)] = input.bytes;
            database.files[format::hintFileName(input.generation)] = hintFor(input);
        }
        database.files["6.rustcask.merge"] = mergeRecordBytes(6, {1, 2}, {4, 5});
        return database;
    }

    /// The right answers; with only the first `count` records of the file with number `generation`, if that is given.
    [[nodiscard]] Answers answers(std::uint64_t generation = 0, std::size_t count = 0) const {
        std::map<std::string, std::uint64_t> newest;
        Answers answers;
        for (const DataFileBuilder& file : data) {
            std::size_t at = 0;
            for (const BuiltRecord& record : file.records) {
                const bool there = file.generation.value != generation || at++ < count;
                const auto known = newest.try_emplace(record.key, 0).first;
                answers.try_emplace(record.key, std::nullopt);
                if (!there || record.sequence < known->second)
                    continue;
                known->second = record.sequence;
                answers[record.key] = record.tombstone ? std::nullopt : std::optional(record.value);
            }
        }
        return answers;
    }

    void writeTo(const std::filesystem::path& directory) const {
        for (const auto& [name, bytes] : files)
            writeBytes(directory / name, bytes);
    }

    static SmallDatabase of(std::vector<DataFileBuilder> data) {
        SmallDatabase database;
        for (const DataFileBuilder& file : data) {
            database.files[format::dataFileName(file.generation)] = file.bytes;
            database.files[format::hintFileName(file.generation)] = hintFor(file);
        }
        database.data = std::move(data);
        return database;
    }
};

} // namespace rustcask::test

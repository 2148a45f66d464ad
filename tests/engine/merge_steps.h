// SPDX-License-Identifier: Apache-2.0
// How to use: a writer's changes to a directory, one system call after the other: two merges, a rotation and appends,
// and what each key stands at after every one of them.
//
//     const MergeSteps steps;
//     steps.layOut(directory, 3);           // as it is after the third step
//     steps.advance(directory, 3, 7);       // four more, one by one
//     steps.answers(7).at("b");             // the value of "b" then; nullopt: deleted
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/small_database.h"

namespace rustcask::test {

class MergeSteps {
public:
    using Answers = SmallDatabase::Answers;
    using Files = std::map<std::string, std::string>; // name -> bytes

    MergeSteps() {
        const DataFileBuilder first =
            DataFileBuilder(1).put(1, "a", "old a").put(2, "b", "b").put(3, "gone", "x").put(4, "cc", "old c");
        const DataFileBuilder second = DataFileBuilder(2).put(5, "a", "new a").remove(6, "gone").put(7, "d", "d");
        const DataFileBuilder third = DataFileBuilder(3).put(8, "cc", "new c");
        m_files["rustcask.lock"] = "1\n";
        begin(first);
        begin(second);
        m_files["3.rustcask.data"] = third.bytes;
        m_answers = {{"a", "new a"}, {"b", "b"}, {"gone", std::nullopt}, {"cc", "new c"}, {"d", "d"}};
        note({});

        const DataFileBuilder outputA = DataFileBuilder(4, true).put(5, "a", "new a").put(2, "b", "b");
        const DataFileBuilder outputB = DataFileBuilder(5, true).put(7, "d", "d");
        merge({1, 2}, {outputA, outputB}, 6);

        const DataFileBuilder newest = DataFileBuilder(7).put(9, "b", "newer b").remove(10, "d");
        put("7.rustcask.data", "");
        put("7.rustcask.data", newest.bytes.substr(0, format::fileHeaderBytes));
        m_answers["b"] = "newer b";
        put("7.rustcask.data", newest.bytes.substr(0, newest.records[1].offset));
        put("3.rustcask.hint.tmp", hintFor(third));
        rename("3.rustcask.hint.tmp", "3.rustcask.hint");
        m_answers["d"] = std::nullopt;
        put("7.rustcask.data", newest.bytes);

        // The copy of "d" was made before it was deleted.
        const DataFileBuilder last =
            DataFileBuilder(8, true).put(8, "cc", "new c").put(5, "a", "new a").put(7, "d", "d");
        merge({3, 4, 5}, {last}, 9);
    }

    [[nodiscard]] std::size_t last() const { return m_states.size() - 1; }
    [[nodiscard]] const Files& files(std::size_t step) const { return m_states[step].files; }
    [[nodiscard]] const Answers& answers(std::size_t step) const { return m_states[step].answers; }

    void layOut(const std::filesystem::path& directory, std::size_t step) const {
        std::filesystem::remove_all(directory);
        for (const auto& [name, bytes] : files(step))
            writeBytes(directory / name, bytes);
    }
    void advance(const std::filesystem::path& directory, std::size_t from, std::size_t to) const {
        for (std::size_t step = from + 1; step <= to; ++step) {
            const Change& change = m_states[step].change;
            if (change.to.empty())
                std::filesystem::remove(directory / change.from);
            else if (!change.from.empty())
                std::filesystem::rename(directory / change.from, directory / change.to);
            else // grows in place, as under a writer
                std::ofstream(directory / change.to, std::ios::binary | std::ios::app)
                    << files(step).at(change.to).substr(
                           std::min(lengthAt(step - 1, change.to), files(step).at(change.to).size()));
        }
    }

private:
    struct Change { // `from` alone: removed; `to` alone: written; both: renamed
        std::string from{};
        std::string to{};
    };
    struct State {
        Change change{};
        Files files{};
        Answers answers{};
    };

    [[nodiscard]] std::size_t lengthAt(std::size_t step, const std::string& name) const {
        const auto known = files(step).find(name);
        return known == files(step).end() ? 0 : known->second.size();
    }
    void begin(const DataFileBuilder& file) {
        m_files[format::dataFileName(file.generation)] = file.bytes;
        m_files[format::hintFileName(file.generation)] = hintFor(file);
    }
    void note(Change change) { m_states.push_back({std::move(change), m_files, m_answers}); }
    void put(const std::string& name, std::string bytes) {
        m_files[name] = std::move(bytes);
        note({.to = name});
    }
    void rename(const std::string& from, const std::string& to) {
        m_files[to] = m_files.at(from);
        m_files.erase(from);
        note({.from = from, .to = to});
    }
    void remove(const std::string& name) {
        if (m_files.erase(name) > 0)
            note({.from = name});
    }
    // In the order of Merge::commit and removeInputs.
    void merge(const std::vector<std::uint64_t>& inputs, const std::vector<DataFileBuilder>& outputs,
               std::uint64_t record) {
        std::vector<std::string> names;
        std::vector<std::uint64_t> numbers;
        for (const DataFileBuilder& output : outputs) {
            numbers.push_back(output.generation.value);
            for (const bool hint : {false, true}) {
                names.push_back(hint ? format::hintFileName(output.generation)
                                     : format::dataFileName(output.generation));
                put(names.back() + ".tmp", hint ? hintFor(output) : output.bytes);
            }
        }
        const std::string recordName = format::mergeRecordName(Generation{record});
        put(recordName + ".tmp", mergeRecordBytes(record, inputs, numbers));
        rename(recordName + ".tmp", recordName);
        for (const std::string& name : names)
            rename(name + ".tmp", name);
        for (const std::uint64_t input : inputs) {
            remove(format::hintFileName(Generation{input}));
            remove(format::dataFileName(Generation{input}));
        }
        remove(recordName);
    }

    std::vector<State> m_states;
    Files m_files; // while the steps are made
    Answers m_answers;
};

} // namespace rustcask::test

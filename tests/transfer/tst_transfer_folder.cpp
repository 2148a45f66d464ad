// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <fstream>
#include <map>

#include <sys/stat.h>

#include <rustcask/transfer/folder.h>

#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::transfer;
using namespace std::string_literals;

namespace {

using Records = std::map<std::string, std::string>; // in byte order of the keys, as export is
using Notices = std::vector<Notice>;

NoticeListener into(Notices& notices) {
    return [&notices](const Notice& notice) { notices.push_back(notice); };
}

Result<void> writeAll(const std::filesystem::path& folder, const Records& records, bool force, Notices& notices) {
    auto writer = FolderWriter::create(folder, force, into(notices));
    if (!writer)
        return failure(writer.error());
    for (const auto& [key, value] : records) {
        if (auto done = (*writer)->write(key, value); !done)
            return done;
    }
    return (*writer)->finish();
}

Result<Records> readAllRecords(const std::filesystem::path& folder, Notices& notices) {
    auto reader = FolderReader::open(folder, into(notices));
    if (!reader)
        return failure(reader.error());
    Records records;
    std::string key;
    std::string value;
    while (true) {
        const auto more = (*reader)->next(key, value);
        if (!more)
            return failure(more.error());
        if (!*more)
            return records;
        records[key] = value;
    }
}

void writeFile(const std::filesystem::path& file, const std::string& bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

std::string contentsOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

class TestTransferFolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsATree() {
        test::TemporaryDirectory directory;
        writeFile(directory / "b.txt", "b");
        writeFile(directory / "a/deep/er/c", "c\0d"s);
        writeFile(directory / "a/empty", "");
        writeFile(directory / "name\xff\n", "odd");
        writeFile(directory / "large", std::string(3'000'000, 'x'));
        Notices notices;
        RUSTCASK_VALUE(const Records records, readAllRecords(directory.path(), notices));
        QCOMPARE(records, (Records{{"b.txt", "b"},
                                   {"a/deep/er/c", "c\0d"s},
                                   {"a/empty", ""},
                                   {"name\xff\n", "odd"},
                                   {"large", std::string(3'000'000, 'x')}}));
        QVERIFY(notices.empty());
        Progress progress;
        RUSTCASK_VALUE(const auto totals, FolderReader::measure(directory.path(), progress));
        QCOMPARE(totals.files, 5U);
        QCOMPARE(totals.bytes, 3'000'007U);
    }

    void leavesOutWhatIsNoFileAndSaysSo() {
        test::TemporaryDirectory directory;
        writeFile(directory / "outside/secret", "secret");
        writeFile(directory / "tree/file", "file");
        std::filesystem::create_directory(directory / "tree/hollow");
        std::filesystem::create_symlink(directory / "outside", directory / "tree/link");
        std::filesystem::create_symlink(directory / "outside/secret", directory / "tree/other");
        QCOMPARE(::mkfifo((directory / "tree/pipe").c_str(), 0600), 0);
        Notices notices;
        RUSTCASK_VALUE(const Records records, readAllRecords(directory / "tree", notices));
        QCOMPARE(records, (Records{{"file", "file"}}));
        QCOMPARE(notices.size(), 4U);
        QCOMPARE(notices[0].path, "hollow"s);
        QVERIFY(notices[0].kind == Notice::Kind::emptyFolder);
        QCOMPARE(notices[1].path, "link"s);
        QVERIFY(notices[1].kind == Notice::Kind::symbolicLink);
        QCOMPARE(notices[2].path, "other"s);
        QCOMPARE(notices[3].path, "pipe"s);
        QVERIFY(notices[3].kind == Notice::Kind::specialFile);
    }

    void writesFilesUnderTheirKeys() {
        test::TemporaryDirectory directory;
        Notices notices;
        RUSTCASK_OK(writeAll(directory / "out", {{"a/b/c", "1"}, {"a/d", ""}, {".hidden", "2"}, {"..x/y%2F", "3"}},
                             false, notices));
        QVERIFY(notices.empty());
        QCOMPARE(contentsOf(directory / "out/a/b/c"), "1"s);
        QVERIFY(std::filesystem::exists(directory / "out/a/d"));
        QCOMPARE(contentsOf(directory / "out/.hidden"), "2"s);
        QCOMPARE(contentsOf(directory / "out/..x/y%2F"), "3"s);
    }

    void hostileKeysStayInsideAndComeBack() {
        test::TemporaryDirectory directory;
        test::SeededRandom random;
        Records records;
        for (const std::string& key : {"/etc/passwd"s,
                                       "../up"s,
                                       "a/../../up"s,
                                       ".."s,
                                       "."s,
                                       "a//b"s,
                                       "a/"s,
                                       "/"s,
                                       "nul\0inside"s,
                                       "./x"s,
                                       "x/."s,
                                       std::string(300, 'n'),
                                       "deep/" + std::string(256, 'n'),
                                       std::string(65535, 'k'),
                                       std::string(65535, '/'),
                                       std::string(escapedFolderName),
                                       std::string(escapedFolderName) + "/x",
                                       std::string(escapedFolderName) + "/+1.key",
                                       std::string(partialFilePrefix) + "1",
                                       "conflict"s,
                                       "conflict/below"s,
                                       "conflict/below/deeper"s,
                                       "%2Fetc"s,
                                       "\xff\xfe"s,
                                       "+1.key"s})
            records[key] = "value of " + key.substr(0, 20);
        for (int i = 0; i < 500; ++i) {
            std::string key = random.bytes(random.between(1, 12));
            for (char& byte : key)
                byte = random.chance(80) ? "./ab%\0"[random.below(6)] : byte;
            records[key] = random.bytes(random.below(50));
        }
        Notices notices;
        RUSTCASK_OK(writeAll(directory / "out", records, false, notices));
        // Nothing beside the folder, and no link or special file in it.
        QCOMPARE(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(directory / "out"))
            QVERIFY(entry.is_regular_file() || entry.is_directory());
        QVERIFY(notices.size() >= 19);
        for (const Notice& notice : notices) {
            QVERIFY(notice.kind == Notice::Kind::escapedKey);
            QVERIFY2(notice.path.starts_with(std::string(escapedFolderName) + "/"), notice.path.c_str());
        }
        Notices further;
        RUSTCASK_VALUE(const Records back, readAllRecords(directory / "out", further));
        QCOMPARE(back.size(), records.size());
        QVERIFY(back == records);
    }

    void linksInTheTargetAreNotFollowed() {
        test::TemporaryDirectory directory;
        std::filesystem::create_directories(directory / "outside");
        std::filesystem::create_directories(directory / "out");
        writeFile(directory / "outside/file", "untouched");
        std::filesystem::create_directory_symlink(directory / "outside", directory / "out/link");
        std::filesystem::create_symlink(directory / "outside/file", directory / "out/file");
        Notices notices;
        RUSTCASK_OK(writeAll(directory / "out", {{"link/file", "evil"}, {"link/new", "evil"}, {"file", "evil"}}, true,
                             notices));
        QCOMPARE(contentsOf(directory / "outside/file"), "untouched"s);
        QCOMPARE(std::distance(std::filesystem::directory_iterator(directory / "outside"), {}), 1);
        QVERIFY(!std::filesystem::is_symlink(directory / "out/file")); // replaced, not written through
        QCOMPARE(contentsOf(directory / "out/file"), "evil"s);
        QCOMPARE(notices.size(), 2U);
    }

    void aFolderInUseIsLeftAlone() {
        test::TemporaryDirectory directory;
        writeFile(directory / "out/mine", "mine");
        Notices notices;
        RUSTCASK_FAILS(writeAll(directory / "out", {{"a", "1"}}, false, notices), ErrorCode::invalidArgument);
        QVERIFY(!std::filesystem::exists(directory / "out/a"));
        RUSTCASK_OK(writeAll(directory / "out", {{"a", "1"}}, true, notices));
        QCOMPARE(contentsOf(directory / "out/mine"), "mine"s);
        RUSTCASK_FAILS(writeAll(directory / "no/such/parent", {}, false, notices), ErrorCode::ioError);
        RUSTCASK_FAILS(readAllRecords(directory / "missing", notices), ErrorCode::ioError);
    }

    void escapedNamesAreUnique() {
        test::SeededRandom random;
        for (int i = 0; i < 3000; ++i) {
            const std::string key = random.bytes(random.between(1, 60));
            const auto name = escapedFileName(key);
            QVERIFY(name);
            QVERIFY(isSafeRelativePath(*name));
            QVERIFY(name->find('/') == std::string::npos);
            const auto back = keyOfEscapedFileName(*name);
            QVERIFY(back && *back == key);
        }
        QVERIFY(!escapedFileName(std::string(241, 'a')));
        QVERIFY(!keyOfEscapedFileName("%2f")); // never written: lower case
        QVERIFY(!keyOfEscapedFileName("%61")); // never written: a stands for itself
        QVERIFY(!keyOfEscapedFileName("a%2"));
        QVERIFY(!keyOfEscapedFileName(""));
    }

    void aForeignFileAmongTheEscapedIsRefused() {
        test::TemporaryDirectory directory;
        writeFile(directory.path() / escapedFolderName / "not escaped", "x");
        Notices notices;
        RUSTCASK_FAILS(readAllRecords(directory.path(), notices), ErrorCode::invalidArgument);
    }
};

RUSTCASK_TEST_MAIN(TestTransferFolder)
#include "tst_transfer_folder.moc"

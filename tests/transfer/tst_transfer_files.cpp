// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <filesystem>
#include <fstream>

#include <rustcask/database.h>
#include <rustcask/transfer/files.h>

#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::transfer;
using namespace std::string_literals;

namespace {

std::string contentsOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

class TestTransferFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_directory = std::make_unique<test::TemporaryDirectory>();
        RUSTCASK_VALUE(m_database, Database::open(path("db")));
    }
    void cleanup() { m_database.reset(); }

    void guessesTheForm_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("form");
        const auto row = [](const char* name, const char* head, const char* form) {
            QTest::addRow("%s %.12s", name, head) << QByteArray(name) << QByteArray(head) << QByteArray(form);
        };
        row("a.csv", "a,b\r\n", "csv text");
        row("a.csv", "Key,Value\r\na,b\r\n", "csv text header");
        row("a.tsv", "6162636465666768\t00ff00ff00ff00ff\n", "tsv hex");
        row("a.tsv", "cafe\tbabe\n", "tsv text"); // two words prove nothing
        row("a.csv", "a2V5IG9uZQ==,AAECAwQFBgcICQ==\r\n", "csv base64");
        row("a.csv", "a2V5IG9uZQ==,'+/8=AAAA\r\n", "csv text");
        row("a.csv", "a2V5IG9uZQ==,'+/+/+/8=\r\n", "csv base64");
        row("a.jsonl", "", "jsonl text");
        row("a.csv", "*3\r\n$3\r\nSET\r\n", "resp text"); // contents that leave no doubt
        row("dump", "*3\r\n$3\r\nSET\r\n", "resp text");
        row("dump", "\xef\xbb\xbf\n {\"key\":1", "jsonl text");
        row("dump", "a\tb\nc\td\n", "tsv text");
        row("dump", "a,b\n", "csv text");
        row("dump", "prose without any", "");
        row("dump", "", "");
        row("dump", "{\"other\":1}", "");
    }
    void guessesTheForm() {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, head);
        QFETCH(QByteArray, form);
        const auto guessed = guessForm(name.toStdString(), head.toStdString());
        std::string text;
        if (guessed)
            text = std::string(formatName(guessed->format)) + " " + std::string(encodingName(guessed->text.encoding)) +
                   (guessed->text.header ? " header" : "");
        QCOMPARE(QByteArray::fromStdString(text), form);
    }

    void looksAtTheFileItself() {
        write("dump", "a\tb\n");
        RUSTCASK_VALUE(const auto form, detectForm(path("dump")));
        QVERIFY(form && form->format == Format::tsv);
        RUSTCASK_VALUE(const auto folder, detectForm(path("")));
        QVERIFY(folder && folder->format == Format::folder);
        RUSTCASK_FAILS(detectForm(path("missing")), ErrorCode::ioError);
    }

    void previewsOnlyTheBeginning() {
        std::string lines;
        for (int i = 0; i < 1000; ++i)
            lines += "k" + std::to_string(i) + "\tv\n";
        write("a.tsv", lines);
        Progress progress;
        const Form tsv{.format = Format::tsv};
        RUSTCASK_VALUE(const Preview few, previewRecords(path("a.tsv"), tsv, 5, 1 << 20, progress));
        QVERIFY(few.records.size() == 5 && !few.complete && !few.error);
        QCOMPARE(few.records[4].key, "k4"s);
        RUSTCASK_VALUE(const Preview cut, previewRecords(path("a.tsv"), tsv, 5000, 41, progress));
        QVERIFY(cut.records.size() < 10 && !cut.complete && !cut.error);
        RUSTCASK_VALUE(const Preview all, previewRecords(path("a.tsv"), tsv, 5000, 1 << 20, progress));
        QVERIFY(all.records.size() == 1000 && all.complete);
        RUSTCASK_VALUE(const Preview wrong,
                       previewRecords(path("a.tsv"), {.format = Format::jsonl}, 5, 1 << 20, progress));
        QVERIFY(wrong.records.empty() && wrong.error && wrong.error->detail.starts_with("line 1"));
        write("huge.resp", "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4000000000\r\n" + std::string(100'000, 'x'));
        RUSTCASK_VALUE(const Preview huge,
                       previewRecords(path("huge.resp"), {.format = Format::resp}, 5, 1 << 16, progress));
        QVERIFY(huge.records.empty() && !huge.complete && !huge.error);
    }

    void conflictPolicies() {
        RUSTCASK_OK(m_database->put("b", "old"));
        const std::string lines = "a\t1\nb\t2\nc\t3\na\t4\n";
        TransferReport report;
        RUSTCASK_OK(import(lines, {.conflicts = ConflictPolicy::keep}, report));
        QVERIFY(report.records == 2 && report.kept == 2 && report.replaced == 0 && report.bytes == 4);
        QCOMPARE(valueOf("b"), "old"s);
        QCOMPARE(valueOf("a"), "1"s);
        report = {};
        const auto failed = import("d\t1\nb\t2\ne\t3\n", {.conflicts = ConflictPolicy::fail}, report);
        RUSTCASK_FAILS(failed, ErrorCode::invalidArgument);
        QVERIFY(failed.error().detail.find("'b'") != std::string::npos);
        QVERIFY(report.records == 1 && !*m_database->contains("e"));
        report = {};
        RUSTCASK_OK(import(lines, {}, report));
        QVERIFY(report.records == 4 && report.replaced == 4 && report.kept == 0);
        QCOMPARE(valueOf("a"), "4"s);
    }

    void leavesMalformedRecordsOut() {
        TransferReport report;
        std::vector<Error> told;
        const ImportOptions options{.skipMalformed = true, .onMalformed = [&](const Error& e) { told.push_back(e); }};
        const std::string longKey(maxKeyBytes + 1, 'k');
        RUSTCASK_OK(import("a\t1\nbroken\n" + longKey + "\t2\nb\t3\n", options, report));
        QVERIFY(report.records == 2 && report.malformed == 2 && told.size() == 2);
        QVERIFY(told[0].detail.starts_with("line 2"));
        report = {};
        RUSTCASK_FAILS(import("a\t1\nbroken\nb\t3\n", {}, report), ErrorCode::invalidArgument);
        QCOMPARE(report.records, std::uint64_t(1));
        // Behind a broken length there is nothing to go on with.
        StringSource source("*3\r\n$3\r\nSET\r\n$x\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n");
        Progress progress;
        report = {};
        RUSTCASK_FAILS(
            importRecords(*m_database, *makeRecordReader(Format::resp, source, {}), options, progress, report),
            ErrorCode::invalidArgument);
        QCOMPARE(report.malformed, std::uint64_t(1));
    }

    void exportsChosenKeysInTheirOrder() {
        for (const char* key : {"a", "b", "c"})
            RUSTCASK_OK(m_database->put(key, std::string("value of ") + key));
        const std::vector<std::string> chosen{"c", "gone", "a"};
        StringSink sink;
        Progress progress;
        const auto writer = makeRecordWriter(Format::tsv, sink, {});
        RUSTCASK_VALUE(const TransferReport report,
                       exportKeys(
                           *m_database, chosen.size(), [&](std::size_t i) { return std::string_view(chosen[i]); },
                           *writer, progress));
        QVERIFY(report.records == 2 && report.absent == 1);
        QCOMPARE(sink.bytes(), "c\tvalue of c\na\tvalue of a\n"s);
    }

    void selectsKeys() {
        for (const char* key : {"user:1", "user:2:name", "name:user", "x"})
            RUSTCASK_OK(m_database->put(key, ""));
        RUSTCASK_VALUE(const auto snapshot, m_database->snapshot());
        Progress progress;
        const auto count = [&](const KeySelection& selection) {
            const auto order = sortedByKey(*snapshot, selection, progress);
            return order ? order->size() : 999;
        };
        QCOMPARE(count({}), std::size_t(4));
        QCOMPARE(count({.prefix = "user:"}), std::size_t(2));
        QCOMPARE(count({.containing = "name"}), std::size_t(2));
        QCOMPARE(count({.prefix = "user:", .containing = "name"}), std::size_t(1));
    }

    // Also of keys that share a beginning, end within it, or differ late and in zero bytes alone.
    void sortsByBytes() {
        std::vector<std::string> keys{"a",     "ab",        "a\0"s,       "a\0\0"s,   "a\0\0\0\0\0\0\0\0\0"s,
                                      "a\xff", "a12345678", "a123456789", "a1234567", "a\x7f",
                                      "a\x80"};
        for (int i = 0; i < 500; ++i)
            keys.push_back("a" + std::string(std::size_t(i % 40), char(i % 3)) + std::to_string(i * 7919 % 500));
        for (const std::string& key : keys)
            RUSTCASK_OK(m_database->put(key, ""));
        std::sort(keys.begin(), keys.end());
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
        RUSTCASK_VALUE(const auto snapshot, m_database->snapshot());
        Progress progress;
        RUSTCASK_VALUE(const auto order, sortedByKey(*snapshot, "", progress));
        std::vector<std::string> sorted;
        for (const std::size_t index : order)
            sorted.emplace_back(snapshot->entry(index).key);
        QCOMPARE(sorted, keys);
        progress.cancel();
        RUSTCASK_FAILS(sortedByKey(*snapshot, "", progress), ErrorCode::cancelled);
    }

    // Cancelled or failed, the target is as it was and nothing lies beside it.
    void targetsAppearWholeOrNotAtAll() {
        write("out.tsv", "before");
        const Form tsv{.format = Format::tsv};
        const auto body = [](RecordWriter& writer) -> Result<TransferReport> {
            if (auto done = writer.write("half", "way"); !done)
                return failure(done.error());
            return failure(Error{.code = ErrorCode::cancelled});
        };
        RUSTCASK_FAILS(exportTo(path("out.tsv"), tsv, true, path("db"), {}, body), ErrorCode::cancelled);
        QCOMPARE(contentsOf(path("out.tsv")), "before"s);
        RUSTCASK_FAILS(exportTo(path("new.tsv"), tsv, false, path("db"), {}, body), ErrorCode::cancelled);
        QVERIFY(!std::filesystem::exists(path("new.tsv")));
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path("")))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        QCOMPARE(names, (std::vector<std::string>{"db", "out.tsv"}));
        const auto whole = [](RecordWriter& writer) -> Result<TransferReport> {
            if (auto done = writer.finish(); !done)
                return failure(done.error());
            return TransferReport{};
        };
        RUSTCASK_FAILS(exportTo(path("out.tsv"), tsv, false, path("db"), {}, whole), ErrorCode::invalidArgument);
        RUSTCASK_FAILS(exportTo(path("db/x.tsv"), tsv, true, path("db"), {}, whole), ErrorCode::invalidArgument);
        RUSTCASK_OK(exportTo(path("out.tsv"), tsv, true, path("db"), {}, whole));
        QCOMPARE(contentsOf(path("out.tsv")), ""s);
    }

private:
    std::filesystem::path path(const char* name) const { return m_directory->path() / name; }
    void write(const char* name, const std::string& contents) const {
        std::ofstream(path(name), std::ios::binary) << contents;
    }
    std::string valueOf(const char* key) const { return m_database->get(key).value().value_or("absent"); }
    Result<void> import(const std::string& lines, const ImportOptions& options, TransferReport& report) {
        StringSource source(lines);
        Progress progress;
        return importRecords(*m_database, *makeRecordReader(Format::tsv, source, {}), options, progress, report);
    }

    std::unique_ptr<test::TemporaryDirectory> m_directory{};
    std::unique_ptr<Database> m_database{};
};

RUSTCASK_TEST_MAIN(TestTransferFiles)
#include "tst_transfer_files.moc"

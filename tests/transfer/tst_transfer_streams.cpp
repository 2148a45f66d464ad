// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include <rustcask/transfer/streams.h>

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

std::size_t filesIn(const std::filesystem::path& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// Hands out one byte at a time, as a slow pipe may.
class DrippingSource final : public ByteSource {
public:
    explicit DrippingSource(std::string bytes) : m_source(std::move(bytes)) {}
    Result<std::size_t> read(char* buffer, std::size_t) override { return m_source.read(buffer, 1); }
    std::string name() const override { return "drip"; }

private:
    StringSource m_source;
};

} // namespace

class TestTransferStreams : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splitsLines() {
        const std::string text = "one\n\ntwo\r\n"s + std::string(700'000, 'x') + "\nlast";
        StringSource whole(text);
        DrippingSource drip("one\n\ntwo\r\nlast");
        for (ByteSource* source : {static_cast<ByteSource*>(&whole), static_cast<ByteSource*>(&drip)}) {
            LineReader lines(*source);
            QStringList found;
            while (true) {
                RUSTCASK_VALUE(const auto line, lines.next());
                if (!line)
                    break;
                found << QString::fromLatin1(line->data(), std::min<qsizetype>(qsizetype(line->size()), 5));
            }
            QCOMPARE(found.mid(0, 3), QStringList({"one", "", "two\r"}));
            QCOMPARE(found.last(), QStringLiteral("last"));
            QCOMPARE(lines.lineNumber(), source == &whole ? 5U : 4U);
            if (source == &whole)
                QCOMPARE(lines.bytesRead(), text.size());
        }
    }

    void anEndingLineFeedBeginsNoLine() {
        StringSource source("a\n");
        LineReader lines(source);
        RUSTCASK_VALUE(const auto first, lines.next());
        QCOMPARE(std::string(*first), "a"s);
        RUSTCASK_VALUE(const auto second, lines.next());
        QVERIFY(!second);
    }

    void limitsWhatItReads() {
        StringSource source("12345");
        RUSTCASK_FAILS(readAll(source, 4), ErrorCode::invalidArgument);
        StringSource again("12345");
        RUSTCASK_VALUE(const std::string bytes, readAll(again, 5));
        QCOMPARE(bytes, "12345"s);
    }

    void aFileAppearsWholeOrNotAtAll() {
        test::TemporaryDirectory directory;
        {
            RUSTCASK_VALUE(auto file, AtomicFile::create(directory / "out", false));
            RUSTCASK_OK(file->write("half"));
            RUSTCASK_OK(file->flush());
            QVERIFY(!std::filesystem::exists(directory / "out"));
        }
        QCOMPARE(filesIn(directory.path()), 0U);
        RUSTCASK_VALUE(auto file, AtomicFile::create(directory / "out", false));
        RUSTCASK_OK(file->write("whole"));
        RUSTCASK_OK(file->commit());
        QCOMPARE(contentsOf(directory / "out"), "whole"s);
        QCOMPARE(filesIn(directory.path()), 1U);
    }

    void anExistingFileIsReplacedOnlyWhenAsked() {
        test::TemporaryDirectory directory;
        std::ofstream(directory / "out") << "old";
        RUSTCASK_FAILS(AtomicFile::create(directory / "out", false), ErrorCode::invalidArgument);
        RUSTCASK_VALUE(auto file, AtomicFile::create(directory / "out", true));
        RUSTCASK_OK(file->write("new"));
        RUSTCASK_OK(file->commit());
        QCOMPARE(contentsOf(directory / "out"), "new"s);
        RUSTCASK_FAILS(AtomicFile::create("/dev/null", true), ErrorCode::invalidArgument);
    }

    void aFileThatAppearedMeanwhileStays() {
        test::TemporaryDirectory directory;
        RUSTCASK_VALUE(auto file, AtomicFile::create(directory / "out", false));
        RUSTCASK_OK(file->write("ours"));
        std::ofstream(directory / "out") << "theirs";
        RUSTCASK_FAILS(file->commit(), ErrorCode::ioError);
        QCOMPARE(contentsOf(directory / "out"), "theirs"s);
    }

    void aFullDiskIsAnError() {
        const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
        if (full < 0)
            QSKIP("there is no /dev/full");
        FileSink sink(full, "/dev/full");
        RUSTCASK_OK(sink.write("small"));
        RUSTCASK_FAILS(sink.flush(), ErrorCode::noSpace);
        RUSTCASK_FAILS(sink.write(std::string(1'000'000, 'x')), ErrorCode::noSpace);
        ::close(full);
    }

    void waitingEndsWhenCancelled() {
        int ends[2];
        QCOMPARE(::pipe(ends), 0);
        Progress progress;
        FileSource source(ends[0], "pipe", &progress);
        progress.cancel();
        char byte = 0;
        RUSTCASK_FAILS(source.read(&byte, 1), ErrorCode::cancelled);
        ::close(ends[0]);
        ::close(ends[1]);
    }
};

RUSTCASK_TEST_MAIN(TestTransferStreams)
#include "tst_transfer_streams.moc"

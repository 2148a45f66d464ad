// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include "bench/bench_samples.h"
#include "pages/benchmark/run_library.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::ui;

class TestBenchmarkLibrary : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void storesListsRenamesDeletesAndBringsBack() {
        const test::TemporaryDirectory directory;
        const QString folder = directory.text() + QStringLiteral("/runs");
        RUSTCASK_VALUE(const auto none, runLibrary::list(folder));
        QVERIFY(none.runs.empty());

        bench::Run run = test::sampleRun();
        RUSTCASK_VALUE(const QString first, runLibrary::store(run, folder));
        run.id = "second";
        run.created = "2026-02-01T00:00:00Z";
        RUSTCASK_VALUE(const QString second, runLibrary::store(run, folder));
        std::ofstream(directory / "runs/broken.json") << "{";
        std::ofstream(directory / "runs/notes.txt") << "not a run";
        RUSTCASK_VALUE(const auto two, runLibrary::list(folder));
        QCOMPARE(two.runs.size(), std::size_t{2});
        QCOMPARE(two.runs[0].id, std::string("second")); // newest first
        QCOMPARE(two.unreadable, 1);

        RUSTCASK_OK(runLibrary::rename(first, QStringLiteral("a “new” name")));
        RUSTCASK_VALUE(const auto loaded, runLibrary::load(first));
        QCOMPARE(QString::fromStdString(loaded->name), QStringLiteral("a “new” name"));
        QCOMPARE(loaded->repetitions.size(), std::size_t{6});

        RUSTCASK_VALUE(const auto binned, runLibrary::discard({first, second}));
        RUSTCASK_VALUE(const auto gone, runLibrary::list(folder));
        QVERIFY(gone.runs.empty());
        RUSTCASK_OK(runLibrary::restore(binned));
        RUSTCASK_VALUE(const auto back, runLibrary::list(folder));
        QCOMPARE(back.runs.size(), std::size_t{2});
        RUSTCASK_FAILS(runLibrary::load(directory.text() + QStringLiteral("/absent.json")), ErrorCode::ioError);
    }

    void importsNeverLeaveTheFolderAndReplaceNothing() {
        const test::TemporaryDirectory directory;
        const QString folder = directory.text() + QStringLiteral("/runs");
        bench::Run run = test::sampleRun();
        run.id = "../../escaped";
        run.name.clear();
        const auto file = directory / "shared result.json";
        RUSTCASK_OK(bench::saveRun(run, file));
        const QString path = QString::fromStdString(file.string());
        RUSTCASK_VALUE(const QString one, runLibrary::import(path, folder));
        RUSTCASK_VALUE(const QString two, runLibrary::import(path, folder));
        QVERIFY(one != two);
        QVERIFY(one.startsWith(folder + QLatin1Char('/')) && !one.contains(QStringLiteral("..")));
        RUSTCASK_VALUE(const auto listing, runLibrary::list(folder));
        QCOMPARE(listing.runs.size(), std::size_t{2});
        QCOMPARE(listing.runs[0].name, std::string("shared result"));
        std::ofstream(directory / "other.json") << "[1]";
        RUSTCASK_FAILS(runLibrary::import(directory.text() + QStringLiteral("/other.json"), folder),
                       ErrorCode::corruption);
    }
};

RUSTCASK_TEST_MAIN(TestBenchmarkLibrary)
#include "tst_benchmark_library.moc"

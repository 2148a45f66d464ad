// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QUndoStack>

#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <thread>

#include <sys/stat.h>

#include "settings/settings.h"
#include "support/stall_watchdog.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "tasks/task_runner.h"
#include "theme/theme.h"
#include "transfer/export_dialog.h"
#include "transfer/import_dialog.h"
#include "transfer/preview_model.h"
#include "transfer/transfer_text.h"
#include "ui/storage/session_fixture.h"
#include "widgets/states.h"

using namespace rustcask;
using namespace rustcask::ui;
using namespace rustcask::ui::test;
using rustcask::test::StallWatchdog;
using rustcask::test::TemporaryDirectory;
using transfer::ConflictPolicy;
using transfer::Encoding;
using transfer::Format;

namespace {

std::string contentsOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::map<std::string, std::string> all(Session& session) {
    std::map<std::string, std::string> records;
    const auto snapshot = session.database()->snapshot().value();
    for (std::size_t i = 0; i < snapshot->size(); ++i)
        records[std::string(snapshot->entry(i).key)] = snapshot->value(i).value();
    return records;
}

} // namespace

class TestTransferDialogs : public QObject {
    Q_OBJECT

private:
    std::filesystem::path path(const char* name) const { return m_directory->path() / name; }
    QString text(const char* name) const { return QString::fromStdString(path(name).string()); }
    void write(const char* name, const std::string& contents) const {
        std::ofstream(path(name), std::ios::binary) << contents;
    }
    // Shows the dialog, waits for its preview and gives it back.
    template <typename Dialog>
    static void waitForPreview(Dialog& dialog) {
        QSignalSpy previewed(&dialog, &TransferDialog::previewed);
        QVERIFY(previewed.wait(10'000));
    }
    template <typename Dialog>
    static bool runToEnd(Dialog& dialog) {
        QSignalSpy ended(&dialog, &TransferDialog::ended);
        dialog.startButton()->click();
        return ended.count() == 1 || ended.wait(30'000);
    }

    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<TemporaryDirectory> m_directory;
    std::unique_ptr<Settings> m_settings;

private Q_SLOTS:
    void initTestCase() { m_theme = std::make_unique<Theme>(*qApp); }
    void cleanupTestCase() { m_theme.reset(); }
    void init() {
        m_directory = std::make_unique<TemporaryDirectory>();
        m_settings = std::make_unique<Settings>(text("settings.ini"));
    }

    void findsTheFormAndShowsTheFirstRecords() {
        fill(path("db"), {.keys = 3});
        write("data.tsv", "Key\tvalue\n" + keyName(0) + "\tother\nnew\\x00\t\\x3d1+1\n");
        OpenSession session(path("db"), browsingOptions(false));
        ImportDialog dialog(*session.get(), *m_settings);
        dialog.show();
        const QAbstractItemModelTester tester(&dialog.previewModel());
        QVERIFY(!dialog.startButton()->isEnabled());
        dialog.setSource(text("data.tsv"));
        waitForPreview(dialog);
        QCOMPARE(transfer::formatName(dialog.form().format), std::string_view("tsv"));
        QVERIFY(dialog.form().text.header);
        const auto& model = dialog.previewModel();
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0, PreviewModel::present).data().toString(), QStringLiteral("has a value"));
        QCOMPARE(model.index(1, PreviewModel::present).data().toString(), QStringLiteral("new"));
        QCOMPARE(model.index(1, PreviewModel::key).data().toString(), QStringLiteral("new\\x00"));
        QCOMPARE(model.index(1, PreviewModel::value).data().toString(), QStringLiteral("=1+1"));
        QVERIFY(dialog.startButton()->isEnabled());
        QCOMPARE(all(*session.get()).size(), std::size_t(3)); // nothing was written

        // Another choice shows other records.
        choose(dialog.encodingBox(), Encoding::hex);
        waitForPreview(dialog);
        QVERIFY2(dialog.state().contains(QStringLiteral("line 2")), qPrintable(dialog.state()));
        QCOMPARE(rustcask::test::auditWidgets(dialog), QStringList());
    }

    void importsByPolicyWithAnExactTally_data() {
        QTest::addColumn<int>("policy");
        QTest::addColumn<QString>("tally");
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("overwrite") << int(ConflictPolicy::overwrite)
                                   << QStringLiteral("3 records imported (34 B), 1 of them over a value.")
                                   << QByteArray("second");
        QTest::newRow("keep") << int(ConflictPolicy::keep)
                              << QStringLiteral("2 records imported (18 B). 1 left out because their key has a value.")
                              << QByteArray(100, 'a');
        QTest::newRow("fail") << int(ConflictPolicy::fail) << QStringLiteral("1 record imported (6 B)")
                              << QByteArray(100, 'a');
    }
    void importsByPolicyWithAnExactTally() {
        QFETCH(int, policy);
        QFETCH(QString, tally);
        QFETCH(QByteArray, value);
        fill(path("db"), {.keys = 3});
        write("data.csv", "a,first\r\n" + keyName(1) + ",second\r\nc,third------\r\n");
        OpenSession session(path("db"), browsingOptions(false));
        ImportDialog dialog(*session.get(), *m_settings);
        dialog.show();
        dialog.setSource(text("data.csv"));
        waitForPreview(dialog);
        dialog.setConflicts(ConflictPolicy(policy));
        QVERIFY(runToEnd(dialog));
        QVERIFY2(dialog.banner().text().contains(tally), qPrintable(dialog.banner().text()));
        QCOMPARE(QByteArray::fromStdString(all(*session.get())[keyName(1)]), value);
        QVERIFY(!dialog.isRunning() && dialog.startButton()->isEnabled());

        // The whole of it is one step of undo, whatever the policy left out.
        const auto after = all(*session.get());
        QCOMPARE(session->undoStack().undoText(), QStringLiteral("Import data.csv"));
        session->undoStack().undo();
        QTRY_COMPARE(all(*session.get()).size(), std::size_t(3));
        QTRY_COMPARE(all(*session.get())[keyName(1)], std::string(100, 'a'));
        session->undoStack().redo();
        QTRY_VERIFY(all(*session.get()) == after);
    }

    void malformedRecordsAreListed() {
        fill(path("db"), {.keys = 1});
        write("data.jsonl", "{\"key\":\"a\",\"value\":\"1\"}\n{oops}\n<b>no</b>\n{\"key\":\"c\",\"value\":\"3\"}\n");
        OpenSession session(path("db"), browsingOptions(false));
        ImportDialog dialog(*session.get(), *m_settings);
        dialog.show();
        dialog.setSource(text("data.jsonl"));
        waitForPreview(dialog);
        QVERIFY(dialog.state().contains(QStringLiteral("line 2")));
        QVERIFY(runToEnd(dialog));
        QVERIFY2(dialog.banner().text().contains(QStringLiteral("line 2")), qPrintable(dialog.banner().text()));
        QVERIFY(dialog.banner().text().contains(QStringLiteral("1 record imported")));
        dialog.skipBox()->setChecked(true);
        QVERIFY(runToEnd(dialog));
        QCOMPARE(dialog.notes()->count(), 2);
        QVERIFY(dialog.notes()->isVisible());
        QVERIFY(dialog.notes()->item(1)->text().contains(QStringLiteral("line 3")));
        QVERIFY(dialog.banner().text().contains(QStringLiteral("2 left out as malformed")));
        QCOMPARE(rustcask::test::auditWidgets(dialog), QStringList());
    }

    void aReadOnlyDatabaseRefusesImportsWithASentence() {
        fill(path("db"), {.keys = 3});
        write("data.tsv", "a\t1\n");
        OpenSession session(path("db"), browsingOptions(true));
        ImportDialog dialog(*session.get(), *m_settings);
        dialog.show();
        dialog.setSource(text("data.tsv"));
        waitForPreview(dialog);
        QVERIFY(dialog.banner().text().contains(QStringLiteral("read-only")));
        QVERIFY(!dialog.startButton()->isEnabled());
        QCOMPARE(dialog.previewModel().rowCount(), 1); // looking is allowed
        ExportDialog out(*session.get(), *m_settings, {});
        out.show();
        out.setTarget(text("out.tsv"));
        choose(out.formatBox(), Format::tsv);
        waitForPreview(out);
        QVERIFY(runToEnd(out));
        QVERIFY(contentsOf(path("out.tsv")).starts_with(keyName(0) + "\t"));
    }

    // Of a large value the preview reads what it shows: damage behind that goes unnoticed until the export itself.
    void theExportsPreviewReadsTheBeginningOfLargeValues() {
        const std::string large = "the beginning" + std::string(3 << 20, '.');
        {
            RUSTCASK_VALUE(auto database, Database::open(path("large")));
            RUSTCASK_OK(database->put("large", large));
            RUSTCASK_OK(database->put("small", "all of it"));
            RUSTCASK_OK(database->close());
        }
        std::fstream file(path("large") / "1.rustcask.data", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(2 << 20);
        file.put('!');
        file.close();
        OpenSession session(path("large"), browsingOptions(true));
        ExportDialog out(*session.get(), *m_settings, {});
        out.show();
        choose(out.formatBox(), Format::tsv);
        waitForPreview(out);
        QVERIFY2(out.previewText().contains(QStringLiteral("large\tthe beginning")), qPrintable(out.previewText()));
        QVERIFY(out.previewText().contains(QStringLiteral("small\tall of it")));
        QVERIFY(out.previewText().size() < 1000);
        choose(out.formatBox(), Format::folder);
        waitForPreview(out);
        QVERIFY2(out.previewText().contains(QStringLiteral("3.0 MiB")), qPrintable(out.previewText()));
    }

    void everyFormatComesBackByteForByte_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("encoding");
        for (const Format format : transfer::allFormats) {
            for (const Encoding encoding : {Encoding::text, Encoding::hex, Encoding::base64}) {
                if (usesEncoding(format) || encoding == Encoding::text)
                    QTest::addRow("%s %s", formatName(format).data(), encodingName(encoding).data())
                        << int(format) << int(encoding);
            }
        }
    }
    void everyFormatComesBackByteForByte() {
        QFETCH(int, format);
        QFETCH(int, encoding);
        using namespace std::string_literals;
        const std::map<std::string, std::string> hostile{{"\0"s, ""},
                                                         {"=1+1;@x", "=cmd|' /C calc'!A0"},
                                                         {"a\r\nb", "\r\n\t\0\x1a"s},
                                                         {"../../etc/passwd", "9007199254740993"},
                                                         {"\xff\xfe", "\xc3\x28\xed\xa0\x80"},
                                                         {"\xef\xbb\xbf", "\xef\xbb\xbfx"},
                                                         {std::string(300, 'k'), std::string(200'000, '\xf8')},
                                                         {"a", "1"},
                                                         {"a/b", "<img src=x>"},
                                                         {"*3\r\n$3\r\nSET\r\n", "$1\r\n"}};
        {
            RUSTCASK_VALUE(auto database, Database::open(path("db")));
            for (const auto& [key, value] : hostile)
                RUSTCASK_OK(database->put(key, value));
            RUSTCASK_OK(database->close());
            RUSTCASK_VALUE(auto empty, Database::open(path("back")));
            RUSTCASK_OK(empty->put("there", "before"));
            RUSTCASK_OK(empty->close());
        }
        OpenSession from(path("db"), browsingOptions(false));
        ExportDialog out(*from.get(), *m_settings, {});
        out.show();
        choose(out.formatBox(), Format(format));
        choose(out.encodingBox(), Encoding(encoding));
        out.setTarget(text("out"));
        waitForPreview(out);
        QVERIFY(runToEnd(out));
        QVERIFY2(out.banner().text().startsWith(QStringLiteral("10 records exported")),
                 qPrintable(out.banner().text()));
        OpenSession to(path("back"), browsingOptions(false));
        ImportDialog in(*to.get(), *m_settings);
        in.show();
        in.setSource(text("out"));
        waitForPreview(in);
        choose(in.formatBox(), Format(format));
        choose(in.encodingBox(), Encoding(encoding));
        in.headerBox()->setChecked(false);
        waitForPreview(in);
        QVERIFY(runToEnd(in));
        auto expected = hostile;
        expected["there"] = "before";
        QVERIFY2(all(*to.get()) == expected, qPrintable(in.banner().text()));
    }

    void exportsWhatIsAskedFor() {
        fill(path("db"), {.keys = 30, .valueBytes = 300});
        OpenSession session(path("db"), browsingOptions(false));
        const auto keys =
            std::make_shared<std::vector<std::string>>(std::vector<std::string>{keyName(7), "gone", keyName(3)});
        ExportRequest request;
        request.what = QStringLiteral("the 3 selected keys");
        request.count = keys->size();
        request.keyAt = [keys](std::size_t i) { return std::string_view((*keys)[i]); };
        ExportDialog dialog(*session.get(), *m_settings, request);
        dialog.show();
        choose(dialog.formatBox(), Format::jsonl);
        dialog.setTarget(text("chosen.jsonl"));
        waitForPreview(dialog);
        QVERIFY2(
            dialog.previewText().startsWith(QStringLiteral("{\"key\":\"%1\"").arg(QString::fromStdString(keyName(7)))),
            qPrintable(dialog.previewText()));
        QVERIFY(dialog.state().contains(QStringLiteral("3 keys")) && dialog.state().contains(QStringLiteral("cut")));
        QVERIFY(runToEnd(dialog));
        QVERIFY2(dialog.banner().text().contains(QStringLiteral("2 records exported")) &&
                     dialog.banner().text().contains(QStringLiteral("1 of the keys had been deleted")),
                 qPrintable(dialog.banner().text()));
        QCOMPARE(QByteArray::fromStdString(contentsOf(path("chosen.jsonl"))).count('\n'), 2);

        // The file is there now: it is replaced only when that is said.
        QVERIFY(dialog.replaceBox()->isVisible() && !dialog.startButton()->isEnabled());
        dialog.replaceBox()->setChecked(true);
        QVERIFY(dialog.startButton()->isEnabled());

        ExportRequest some;
        some.prefix = "key100000";
        ExportDialog byPrefix(*session.get(), *m_settings, some);
        byPrefix.show();
        waitForPreview(byPrefix);
        QVERIFY2(byPrefix.state().startsWith(QStringLiteral("10 keys, 2.9 KiB")), qPrintable(byPrefix.state()));
        byPrefix.prefixEdit()->setText(QStringLiteral("broken\\q"));
        waitForPreview(byPrefix);
        QVERIFY(!byPrefix.startButton()->isEnabled());
        QCOMPARE(rustcask::test::auditWidgets(byPrefix), QStringList());
    }

    // A cancelled import keeps what it stored and says how much; a cancelled export leaves nothing.
    void cancelsWithATrueTally() {
        fill(path("db"), {.keys = 3});
        {
            std::ofstream stream(path("large.tsv"), std::ios::binary);
            for (int i = 0; i < 400'000; ++i)
                stream << 'k' << i << "\tsome value or other " << i << '\n';
        }
        OpenSession session(path("db"), browsingOptions(false));
        ImportDialog dialog(*session.get(), *m_settings);
        dialog.show();
        dialog.setSource(text("large.tsv"));
        waitForPreview(dialog);
        QSignalSpy ended(&dialog, &TransferDialog::ended);
        StallWatchdog watchdog;
        dialog.startButton()->click();
        QVERIFY(dialog.isRunning());
        QTRY_VERIFY(dialog.task() == nullptr || dialog.task()->counts().recordsDone > 1000);
        QVERIFY(dialog.task() != nullptr);
        dialog.reject(); // only hides
        QVERIFY(!dialog.isVisible() && dialog.isRunning());
        dialog.task()->cancel();
        QVERIFY(ended.count() == 1 || ended.wait(10'000));
        QVERIFY2(watchdog.longestStallMs() < 500, qPrintable(QString::number(watchdog.longestStallMs())));
        const std::size_t stored = all(*session.get()).size() - 3;
        QVERIFY(stored > 1000 && stored < 400'000);
        const QString tally = ended[0][0].toString();
        QVERIFY2(tally.contains(QLocale(QLocale::English).toString(qulonglong(stored)) +
                                QStringLiteral(" records imported")),
                 qPrintable(tally));
        QVERIFY(!ended[0][1].toBool());

        // The export waits for its cancel within, far behind what a preview reads: it cannot end before.
        const auto cancelled = std::make_shared<std::atomic<bool>>(false);
        ExportRequest request;
        request.what = QStringLiteral("the chosen keys");
        request.count = 2000;
        request.keyAt = [cancelled](std::size_t i) {
            for (int tries = 0; i == 1000 && !*cancelled && tries < 10'000; ++tries)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return std::string_view("k0");
        };
        ExportDialog out(*session.get(), *m_settings, request);
        out.show();
        choose(out.formatBox(), Format::csv);
        out.setTarget(text("out.csv"));
        waitForPreview(out);
        QSignalSpy outEnded(&out, &TransferDialog::ended);
        out.startButton()->click();
        out.task()->cancel();
        *cancelled = true;
        QVERIFY(outEnded.count() == 1 || outEnded.wait(10'000));
        QVERIFY(!std::filesystem::exists(path("out.csv")));
        QVERIFY(outEnded[0][0].toString().contains(QStringLiteral("no file was written")));
    }

    void aLostSourceIsSaid() {
        fill(path("db"), {.keys = 1});
        OpenSession session(path("db"), browsingOptions(false));
        ImportDialog dialog(*session.get(), *m_settings);
        dialog.show();
        dialog.setSource(text("missing.csv"));
        waitForPreview(dialog);
        QVERIFY(!dialog.startButton()->isEnabled());
        QVERIFY2(dialog.state().contains(QStringLiteral("missing.csv")), qPrintable(dialog.state()));
        // A pipe to which nobody writes must not hold anything up.
        QCOMPARE(::mkfifo(path("pipe").c_str(), 0600), 0);
        dialog.setSource(text("pipe"));
        waitForPreview(dialog);
        QVERIFY2(dialog.state().contains(QStringLiteral("pipe or device")), qPrintable(dialog.state()));
        ExportDialog out(*session.get(), *m_settings, {});
        out.show();
        out.setTarget(text("pipe"));
        waitForPreview(out);
        out.replaceBox()->setChecked(true);
        QVERIFY(runToEnd(out));
        QVERIFY(out.banner().text().contains(QStringLiteral("pipe or device")));
        // A folder in which the database lies would import itself.
        dialog.setSource(QString::fromStdString(m_directory->path().string()));
        waitForPreview(dialog);
        QVERIFY(runToEnd(dialog));
        QVERIFY2(dialog.banner().text().contains(QStringLiteral("lies inside it")), qPrintable(dialog.banner().text()));
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestTransferDialogs)
#include "tst_transfer_dialogs.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The value panel on its own: what is shown, what is typed, and that nothing else changes a byte.
#include <QAction>
#include <QBuffer>
#include <QClipboard>
#include <QElapsedTimer>
#include <QFile>
#include <QImage>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTest>

#include <zlib.h>

#include "pages/keys/external_decoder.h"
#include "pages/keys/value_hex_view.h"
#include "pages/keys/value_image_view.h"
#include "pages/keys/value_json_view.h"
#include "pages/keys/value_panel.h"
#include "pages/keys/value_tree_view.h"
#include "settings/settings.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/stall_watchdog.h"
#include "support/temporary_directory.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "widgets/hex_editor.h"
#include "widgets/states.h"

using namespace rustcask;
using namespace rustcask::ui;
using rustcask::test::StallWatchdog;
using rustcask::test::TemporaryDirectory;

namespace {

QByteArray gzipped(const QByteArray& bytes) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
    QByteArray out(static_cast<qsizetype>(deflateBound(&stream, static_cast<uLong>(bytes.size()))), '\0');
    QByteArray in = bytes;
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.truncate(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return out;
}

QByteArray pngOf(const QSize& size) {
    QImage image(size, QImage::Format_RGB32);
    image.fill(Qt::red);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

qint64 residentBytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').value(1).toLongLong() * 4096 : 0;
}

} // namespace

class TestValuePanel : public QObject {
    Q_OBJECT

    std::unique_ptr<TemporaryDirectory> m_directory;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<TaskRunner> m_tasks;
    std::unique_ptr<ValuePanel> m_panel;
    QAction m_save;
    QAction m_discard;
    QAction m_load;
    QAction m_saveFile;

    void show(const QByteArray& bytes, const QByteArray& key = "key") {
        KeyInfo info;
        info.location.recordBytes = 1;
        m_panel->showDocument(makeDocument(key, bytes, info));
        QTRY_VERIFY(!m_panel->isPreparing() && m_panel->shown() != nullptr);
    }
    [[nodiscard]] QPlainTextEdit* editor(const char* name) const {
        for (auto* candidate : m_panel->findChildren<QPlainTextEdit*>()) {
            if (candidate->accessibleName() == QLatin1String(name)) {
                return candidate;
            }
        }
        return nullptr;
    }
    void visitEveryTab() {
        for (const auto tab : {ValuePanel::textTab, ValuePanel::jsonTab, ValuePanel::treeTab, ValuePanel::hexTab}) {
            m_panel->setTab(tab);
            QTRY_VERIFY(!m_panel->isPreparing());
        }
    }

private Q_SLOTS:
    void init() {
        m_directory = std::make_unique<TemporaryDirectory>();
        m_settings = std::make_unique<Settings>(m_directory->text() + QStringLiteral("/settings.ini"));
        m_tasks = std::make_unique<TaskRunner>(2);
        m_save.setText(QStringLiteral("Save"));
        m_discard.setText(QStringLiteral("Discard"));
        m_load.setText(QStringLiteral("From file…"));
        m_saveFile.setText(QStringLiteral("To file…"));
        m_panel =
            std::make_unique<ValuePanel>(ValuePanel::Actions{&m_save, &m_discard, &m_load, &m_saveFile}, *m_settings);
        m_panel->setTasks(m_tasks.get());
        m_panel->resize(620, 520);
        m_panel->show();
    }
    void cleanup() {
        m_panel.reset();
        m_tasks.reset();
        m_settings.reset();
        m_directory.reset();
    }

    void isAccessible() {
        QCOMPARE(rustcask::test::auditWidgets(*m_panel), QStringList());
        show("{\"a\": 1}");
        QCOMPARE(rustcask::test::auditWidgets(*m_panel), QStringList());
        ExternalDecodersDialog dialog(*m_settings, nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QCOMPARE(rustcask::test::auditWidgets(dialog), QStringList());
    }

    void viewingChangesNothing() {
        rustcask::test::SeededRandom random;
        QList<QByteArray> values{QByteArray(),
                                 "plain",
                                 "a\r\nb\r\n",
                                 "mixed\r\n\n",
                                 QByteArray("nul\0", 4),
                                 "\xEF\xBB\xBFmark",
                                 "\xff\xfe\xfd",
                                 "{\"n\": 9007199254740993, \"z\": 1.10, \"a\": []}",
                                 QByteArray::fromHex("82a7636f6d70616374c3a6736368656d6100"),
                                 QByteArray::fromHex("bf6346756ef563416d7421ff"),
                                 gzipped("packed"),
                                 pngOf({4, 4}),
                                 QByteArray("long line ").repeated(20'000),
                                 QByteArray("lines\n").repeated(300'000)};
        for (int i = 0; i < 40; ++i) {
            // Without the bytes that begin characters: Qt warns of scripts that no font here has.
            QByteArray bytes = QByteArray::fromStdString(random.bytes(random.below(300)));
            for (char& byte : bytes) {
                const auto value = static_cast<unsigned char>(byte);
                byte = value >= 0xC0 && value < 0xF8 ? '\xFF' : byte;
            }
            values << bytes;
        }
        for (const QByteArray& value : std::as_const(values)) {
            show(value);
            visitEveryTab();
            m_panel->edit();
            visitEveryTab();
            QVERIFY2(!m_panel->isDirty(), value.left(40).toHex().constData());
            QVERIFY(!m_save.isEnabled());
            QCOMPARE(m_panel->document().bytes, value);
        }
    }

    void hexOverwritesAndInserts() {
        show(QByteArray::fromHex("00112233"));
        m_panel->setTab(ValuePanel::hexTab);
        HexEditor* hex = m_panel->hexView().editor();
        hex->setFocus();
        hex->select(1, 0);
        QTest::keyClicks(hex, QStringLiteral("ab"));
        QCOMPARE(m_panel->editedBytes().value(), QByteArray::fromHex("00ab2233"));
        QVERIFY(m_panel->isDirty());
        QCOMPARE(hex->cursor(), std::optional<quint64>(2));
        QTest::keyClick(hex, Qt::Key_Delete); // overwriting: the length stays
        QCOMPARE(m_panel->editedBytes().value().size(), qsizetype{4});
        QTest::keyClick(hex, Qt::Key_Insert);
        QCOMPARE(hex->mode(), HexEditor::Mode::insert);
        hex->select(2, 0);
        QTest::keyClicks(hex, QStringLiteral("cd"));
        QCOMPARE(m_panel->editedBytes().value(), QByteArray::fromHex("00abcd2233"));
        QTest::keyClick(hex, Qt::Key_Backspace);
        QCOMPARE(m_panel->editedBytes().value(), QByteArray::fromHex("00ab2233"));
        hex->select(0, 2);
        QTest::keyClick(hex, Qt::Key_Delete);
        QCOMPARE(m_panel->editedBytes().value(), QByteArray::fromHex("2233"));
        QTest::keyClick(hex, Qt::Key_End, Qt::ControlModifier); // behind the last byte
        QTest::keyClicks(hex, QStringLiteral("44"));
        QCOMPARE(m_panel->editedBytes().value(), QByteArray::fromHex("223344"));
        QTest::keyClick(hex, Qt::Key_Space, Qt::ControlModifier); // the text column
        QTest::keyClicks(hex, QStringLiteral("A"));
        QCOMPARE(m_panel->editedBytes().value(), QByteArray::fromHex("22334441"));
        QGuiApplication::clipboard()->setText(QStringLiteral("zz"));
        hex->paste();
        QCOMPARE(m_panel->editedBytes().value(), QByteArray::fromHex("223344417a7a"));
        for (int i = 0; i < 20; ++i) {
            hex->undo();
        }
        QCOMPARE(m_panel->editedBytes().value(), QByteArray::fromHex("00112233"));
        QVERIFY(!m_panel->isDirty());
        for (int i = 0; i < 20; ++i) {
            hex->redo();
        }
        QCOMPARE(m_panel->editedBytes().value(), QByteArray::fromHex("223344417a7a"));
        // The other views follow what was typed.
        m_panel->setTab(ValuePanel::textTab);
        QCOMPARE(editor("Value as text")->toPlainText(), QStringLiteral("\"3DAzz"));
        m_panel->discard();
        QVERIFY(!m_panel->isDirty());
        m_panel->setReadOnly(true);
        m_panel->setTab(ValuePanel::hexTab);
        QTest::keyClicks(hex, QStringLiteral("ff"));
        QVERIFY(!m_panel->isDirty());
        QCOMPARE(hex->bytes(), QByteArray::fromHex("00112233"));
    }

    void jsonIsValidatedAndStoredAsTyped() {
        show("{\"b\":1,\"a\":9007199254740993}");
        QCOMPARE(m_panel->tab(), ValuePanel::jsonTab);
        m_panel->edit();
        QPlainTextEdit* json = editor("Value as JSON, as stored");
        QVERIFY(json->isVisible());
        QCOMPARE(json->toPlainText(), QStringLiteral("{\"b\":1,\"a\":9007199254740993}"));
        json->setPlainText(QStringLiteral("{\"b\":1,\n\"a\":9007199254740993 ,}"));
        QTRY_VERIFY(m_panel->jsonView().problem().contains(QStringLiteral("Line 2, column 23")));
        QVERIFY(m_panel->isDirty());
        QVERIFY(!m_save.isEnabled());
        // As text it can be stored all the same.
        Q_EMIT m_panel->jsonView().textWanted();
        QTRY_COMPARE(m_panel->tab(), ValuePanel::textTab);
        QVERIFY(m_save.isEnabled());
        QCOMPARE(m_panel->editedBytes().value(), QByteArray("{\"b\":1,\n\"a\":9007199254740993 ,}"));
        m_panel->setTab(ValuePanel::jsonTab);
        m_panel->discard();
        m_panel->edit();
        json->setPlainText(QStringLiteral("{ \"b\": 1.50,  \"a\":9007199254740995}"));
        QTRY_VERIFY(m_save.isEnabled());
        QCOMPARE(m_panel->editedBytes().value(), QByteArray("{ \"b\": 1.50,  \"a\":9007199254740995}"));
    }

    void packedValuesAreUnpacked() {
        show(gzipped("{\"packed\": true}"));
        QCOMPARE(m_panel->shown()->packing, Packing::gzip);
        QCOMPARE(m_panel->shown()->content.kind, ContentKind::json);
        visitEveryTab();
        QVERIFY(!m_panel->isDirty());
        m_panel->choosePacking(Packing::none);
        QTRY_VERIFY(!m_panel->isPreparing());
        QCOMPARE(m_panel->shown()->content.kind, ContentKind::binary);
        m_panel->choosePacking(Packing::zstd);
        QTRY_VERIFY(!m_panel->isPreparing());
        QVERIFY(!m_panel->shown()->unpackProblem.isEmpty());
        // A bomb is cut.
        show(gzipped(QByteArray(80 << 20, '\0')), "bomb");
        QVERIFY(m_panel->shown()->unpackCut);
        QVERIFY(m_panel->shown()->bytes.size() <= maxUnpackedBytes);
    }

    void looksAreRememberedByPrefix() {
        show("{\"a\": 1}", "order:1");
        m_panel->findChild<QTabBar*>()->setCurrentIndex(ValuePanel::treeTab);
        show("{\"a\": 2}", "user:1");
        QCOMPARE(m_panel->tab(), ValuePanel::treeTab); // the last look at JSON
        m_panel->findChild<QTabBar*>()->setCurrentIndex(ValuePanel::hexTab);
        show("{\"a\": 3}", "order:2");
        QCOMPARE(m_panel->tab(), ValuePanel::treeTab);
        show("{\"a\": 3}", "user:2");
        QCOMPARE(m_panel->tab(), ValuePanel::hexTab);
        m_panel->choosePacking(Packing::lz4);
        QTRY_VERIFY(!m_panel->isPreparing());
        show("{\"a\": 4}", "user:3");
        QCOMPARE(m_panel->shown()->packing, Packing::lz4);
        // A tab that does not fit is not forced upon a value.
        show("no JSON", "order:3");
        QCOMPARE(m_panel->tab(), ValuePanel::textTab);
        QCOMPARE(ViewMemory::prefixOf("order:2026:17"), QByteArray("order:"));
        QCOMPARE(ViewMemory::prefixOf("a.b/c"), QByteArray("a.b/"));
        QCOMPARE(ViewMemory::prefixOf("plain"), QByteArray());
        ViewMemory memory(*m_settings);
        ViewChoice choice;
        choice.encoding = TextEncoding::utf16be;
        choice.treeFormat = TreeFormat::cbor;
        choice.packing = Packing::none;
        choice.command = QStringLiteral("name; with = signs");
        memory.remember(QByteArray("\0:x", 3), choice);
        QVERIFY(ViewMemory(*m_settings).choiceFor(QByteArray("\0:y", 3)) == choice);
        for (int i = 0; i < 300; ++i) {
            memory.remember(QByteArray::number(i) + ":", choice);
        }
        QVERIFY(memory.choiceFor("299:") == choice);
        QVERIFY(memory.choiceFor("0:") == ViewChoice{});
    }

    void externalDecodersRunOnlyWhenChosen() {
        setExternalDecoders(*m_settings, {{QStringLiteral("upper"), QStringLiteral("tr a-z A-Z")},
                                          {QStringLiteral("fails"), QStringLiteral("false")},
                                          {QStringLiteral("missing"), QStringLiteral("/no/such/program")}});
        show("some text", "x:1");
        QCOMPARE(m_panel->shown()->bytes, QByteArray("some text"));
        m_panel->chooseCommand(QStringLiteral("upper"), false);
        QTRY_VERIFY(!m_panel->isPreparing());
        QCOMPARE(m_panel->shown()->bytes, QByteArray("SOME TEXT"));
        QVERIFY(!m_panel->isDirty());
        QVERIFY(editor("Value as text")->isReadOnly());
        show("other", "x:2"); // not bound: not run
        QCOMPARE(m_panel->shown()->bytes, QByteArray("other"));
        m_panel->chooseCommand(QStringLiteral("upper"), true);
        QTRY_VERIFY(!m_panel->isPreparing());
        m_panel->showDocument(makeDocument("x:3", "bound", {}));
        QTRY_VERIFY(!m_panel->isPreparing());
        QCOMPARE(m_panel->shown()->bytes, QByteArray("BOUND"));
        for (const char* name : {"fails", "missing"}) {
            m_panel->chooseCommand(QString::fromLatin1(name), false);
            QTRY_VERIFY(!m_panel->isPreparing());
        }
        // Limits: time, output; and no shell.
        const auto run = [](const QString& command, int timeoutMs) {
            ExternalRun external({QStringLiteral("x"), command}, "in", nullptr, timeoutMs);
            QSignalSpy finished(&external, &ExternalRun::finished);
            finished.wait(20'000);
            return finished.isEmpty() ? QVariantList{QByteArray(), QStringLiteral("never")} : finished.first();
        };
        QVERIFY(!run(QStringLiteral("sleep 30"), 200)[1].toString().isEmpty());
        const QVariantList endless = run(QStringLiteral("yes"), 10'000);
        QCOMPARE(endless[0].toByteArray().size(), qsizetype{ExternalRun::maxOutputBytes});
        QVERIFY(!endless[1].toString().isEmpty());
        QCOMPARE(run(QStringLiteral("echo \"a b\" ; rm"), 5000)[0].toByteArray(), QByteArray("a b ; rm\n"));
    }

    void imagesHaveLimits() {
        QByteArray png = pngOf({30, 20});
        const DecodedImage fine = decodeImage(png, ImageFormat::png);
        QCOMPARE(fine.image.size(), QSize(30, 20));
        show(png);
        QCOMPARE(m_panel->tab(), ValuePanel::imageTab);
        // 50,000 by 50,000 pixels, says the header.
        png.replace(16, 8, QByteArray::fromHex("0000c3500000c350"));
        const quint32 checksum =
            static_cast<quint32>(crc32(0, reinterpret_cast<const Bytef*>(png.constData() + 12), 17));
        for (int i = 0; i < 4; ++i) {
            png[29 + i] = static_cast<char>(checksum >> (24 - 8 * i));
        }
        const DecodedImage refused = decodeImage(png, ImageFormat::png);
        QVERIFY(refused.image.isNull());
        QVERIFY(refused.problem.contains(QStringLiteral("50,000")));
        QVERIFY(!decodeImage("\x89PNG\r\n\x1a\nrubbish", ImageFormat::png).problem.isEmpty());
    }

    void hugeValuesPageIn() {
        // 100 MB in a database, as Studio opens one.
        std::string value;
        for (int i = 0; value.size() < 100'000'000; ++i) {
            value += "line " + std::to_string(i) + " of a large value\n";
        }
        value.replace(99'000'000, 6, "needle");
        Options options;
        options.readStrategy = ReadStrategy::keepOpen;
        RUSTCASK_VALUE(const auto database, Database::open(m_directory->path() / "database", options));
        RUSTCASK_OK(database->put("huge", value));
        Progress progress;
        RUSTCASK_VALUE(const auto document, openDocument(*database, "huge", {}, progress));
        QVERIFY(document && document->isPaged());
        QCOMPARE(document->bytes.size(), textPageBytes);
        QCOMPARE(document->size, quint64{value.size()});
        StallWatchdog watchdog;
        m_panel->showDocument(*document);
        QTRY_VERIFY(!m_panel->isPreparing());
        QVERIFY(m_panel->shown()->parseOffered);
        visitEveryTab();
        HexEditor* hex = m_panel->hexView().editor();
        QCOMPARE(hex->size(), quint64{value.size()});
        hex->select(50'000'000, 16);
        QTRY_COMPARE(hex->selectedBytes(), QByteArray::fromStdString(value.substr(50'000'000, 16)));
        m_panel->hexView().focusFind();
        for (auto* field : m_panel->hexView().findChildren<QLineEdit*>()) {
            if (field->accessibleName() == QStringLiteral("Text or bytes to find in the value")) {
                field->setText(QStringLiteral("needle"));
                QTest::keyClick(field, Qt::Key_Return);
            }
        }
        QTRY_COMPARE(hex->selectionOffset(), quint64{99'000'000});
        m_panel->setTab(ValuePanel::textTab);
        QTRY_VERIFY(editor("Value as text")->toPlainText().startsWith(QStringLiteral("line 0 of")));
        QVERIFY(editor("Value as text")->isReadOnly());
        QVERIFY(!m_panel->isDirty());
        QTest::qWait(20);
        QVERIFY2(watchdog.longestStallMs() < 500, qPrintable(QString::number(watchdog.longestStallMs())));
        // To a file and back, byte for byte.
        const QString path = m_directory->text() + QStringLiteral("/out");
        Progress writing;
        RUSTCASK_OK(writeDocument(*document, path, writing));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll() == QByteArray::fromStdString(value));
        Progress cancelled;
        cancelled.cancel();
        RUSTCASK_FAILS(writeDocument(*document, path + QStringLiteral("2"), cancelled), ErrorCode::cancelled);
        QVERIFY(!QFile::exists(path + QStringLiteral("2")));
        m_panel->showNothing({}, {});
    }

    /// Prints what selecting a value costs; asserts nothing. RUSTCASK_MEASURE=1 tst_value_panel measuresSelection
    void measuresSelection() {
        if (qEnvironmentVariableIntValue("RUSTCASK_MEASURE") == 0) {
            QSKIP("only with RUSTCASK_MEASURE=1");
        }
        Options options;
        options.readStrategy = ReadStrategy::keepOpen;
        const auto directory = m_directory->path() / "database";
        std::shared_ptr<Database> database(Database::open(directory, options).value());
        const auto text = [](std::size_t size) {
            std::string value;
            for (int i = 0; value.size() < size; ++i) {
                value += "line " + std::to_string(i) + " of a value\n";
            }
            value.resize(size);
            return value;
        };
        std::string json = "{\"items\": [";
        for (int i = 0; json.size() < 1'000'000; ++i) {
            json += "{\"id\": " + std::to_string(i) + ", \"name\": \"item\", \"price\": 12.50},\n";
        }
        json += "null]}";
        rustcask::test::SeededRandom random;
        for (const auto& [key, value] : {std::pair<std::string, std::string>("1 MB of text", text(1'000'000)),
                                         {"1 MB of JSON", json},
                                         {"1 MB of bytes", random.bytes(1'000'000)},
                                         {"100 MB of text", text(100'000'000)},
                                         {"100 MB of bytes", random.bytes(100'000'000)}}) {
            RUSTCASK_OK(database->put(key, value));
        }
        RUSTCASK_OK(database->rotate());
        for (const char* name :
             {"1 MB of text", "1 MB of JSON", "1 MB of bytes", "100 MB of text", "100 MB of bytes"}) {
            const QByteArray key(name);
            m_panel->showNothing({}, {});
            QTest::qWait(100);
            const qint64 before = residentBytes();
            StallWatchdog watchdog;
            QElapsedTimer clock;
            clock.start();
            bool shown = false;
            m_tasks->start<std::optional<ValueDocument>>(
                QString(),
                [database, key, request = m_panel->requestFor(key)](Progress& progress) {
                    return openDocument(*database, key, request, progress);
                },
                m_panel.get(),
                [&](Result<std::optional<ValueDocument>> read) {
                    m_panel->showDocument(**read);
                    shown = true;
                });
            QTRY_VERIFY(shown && !m_panel->isPreparing());
            m_panel->repaint();
            const qint64 ms = clock.elapsed();
            QTest::qWait(30);
            qInfo("%s: shown after %lld ms, longest stall %lld ms, %+.1f MiB", name, ms, watchdog.longestStallMs(),
                  static_cast<double>(residentBytes() - before) / (1 << 20));
        }
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestValuePanel)
#include "tst_value_panel.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDateTime>
#include <QFile>
#include <QHeaderView>
#include <QLockFile>
#include <QSignalSpy>
#include <QSplitter>
#include <QStandardItemModel>
#include <QTableView>
#include <QTest>

#include <chrono>
#include <thread>

#include <unistd.h>

#include "settings/settings.h"
#include "support/stall_watchdog.h"
#include "support/temporary_directory.h"
#include "support/widget_test_main.h"

using namespace rustcask::ui;

class TestSettings : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_file = m_directory.text() + QStringLiteral("/%1.ini").arg(QString::fromLatin1(QTest::currentTestFunction()));
    }

    void valuesKeepTheirType() {
        const Setting<int> number{"test/number", 7};
        const Setting<bool> flag{"test/flag", true};
        {
            Settings settings(m_file);
            QCOMPARE(settings.get(number), 7);
            settings.set(number, 12);
            settings.set(flag, false);
            QSignalSpy changed(&settings, &Settings::changed);
            settings.set(number, 12);
            QCOMPARE(changed.count(), 0);
            settings.set(number, 13);
            QCOMPARE(changed.count(), 1);
        }
        Settings again(m_file);
        QCOMPARE(again.get(number), 13);
        QCOMPARE(again.get(flag), false);
    }

    void nonsenseInTheFileCountsAsAbsent() {
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[test]\nnumber=many\n[recent]\ndirectories=@Invalid()\n");
        file.close();
        Settings settings(m_file);
        QCOMPARE(settings.get(Setting<int>{"test/number", 7}), 7);
        QCOMPARE(settings.recentDirectories(), QStringList());
    }

    // Whoever dies while the settings are written leaves the old ones or the new ones, never a part.
    void theFileIsReplacedNotOverwritten() {
        const Setting<int> number{"test/number", 7};
        { Settings(m_file).set(number, 1); }
        const QString other = m_file + QStringLiteral(".link");
        QCOMPARE(::link(qPrintable(m_file), qPrintable(other)), 0); // shows what is written into the file itself
        { Settings(m_file).set(number, 2); }
        QFile before(other);
        QVERIFY(before.open(QIODevice::ReadOnly) && before.readAll().contains("number=1"));
        QCOMPARE(Settings(m_file).get(number), 2);
    }

    void aCutOrForeignFileCountsAsAbsentAndIsWrittenAnew() {
        const Setting<int> number{"test/number", 7};
        for (const QByteArray& contents : {QByteArray("[te"), QByteArray("[test]\nnumb"), QByteArray(1000, '\0'),
                                           QByteArray("\xff\xfe\x00[test]\x00\n", 12)}) {
            QFile file(m_file);
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(contents) == contents.size());
            file.close();
            {
                Settings settings(m_file);
                QCOMPARE(settings.get(number), 7);
                settings.set(number, 9);
            }
            QCOMPARE(Settings(m_file).get(number), 9);
        }
    }

    // QSettings waits for the file's lock, and for the disk. The lock can be held here.
    void writingNeverHoldsUpTheWindow() {
        const Setting<int> number{"test/number", 7};
        Settings settings(m_file);
        QLockFile lock(m_file + QStringLiteral(".lock"));
        QVERIFY(lock.lock());
        std::thread freeing([&lock] {
            std::this_thread::sleep_for(std::chrono::seconds(1));
            lock.unlock();
        });
        rustcask::test::StallWatchdog watchdog;
        settings.set(number, 12);
        const auto isWritten = [this] {
            QFile file(m_file);
            return file.open(QIODevice::ReadOnly) && file.readAll().contains("number=12");
        };
        QTest::qWait(400);
        const bool early = isWritten();
        const bool written = QTest::qWaitFor(isWritten, 20'000);
        freeing.join();
        QVERIFY(!early && written);
        QVERIFY2(watchdog.longestStallMs() < 300, qPrintable(QString::number(watchdog.longestStallMs())));
    }

    void whatAnotherProcessSetStays() {
        const Setting<int> number{"test/number", 7};
        const Setting<int> other{"test/other", 7};
        {
            Settings first(m_file);
            Settings second(m_file);
            first.set(number, 1);
            second.set(other, 2);
        }
        QCOMPARE(Settings(m_file).get(number), 1);
        QCOMPARE(Settings(m_file).get(other), 2);
    }

    void recentDirectoriesAreNewestFirstAndFew() {
        Settings settings(m_file);
        QSignalSpy changed(&settings, &Settings::recentDirectoriesChanged);
        for (int i = 0; i < 20; ++i) {
            settings.addRecentDirectory(QStringLiteral("/data/%1").arg(i));
        }
        QCOMPARE(settings.recentDirectories().size(), 12);
        QCOMPARE(settings.recentDirectories().first(), QStringLiteral("/data/19"));
        settings.addRecentDirectory(QStringLiteral("/data/15/"));
        QCOMPARE(settings.recentDirectories().first(), QStringLiteral("/data/15"));
        QCOMPARE(settings.recentDirectories().count(QStringLiteral("/data/15")), 1);
        QVERIFY(settings.lastOpened(QStringLiteral("/data/15")).secsTo(QDateTime::currentDateTime()) < 60);
        settings.removeRecentDirectory(QStringLiteral("/data/15"));
        QVERIFY(!settings.recentDirectories().contains(QStringLiteral("/data/15")));
        QVERIFY(!settings.lastOpened(QStringLiteral("/data/15")).isValid());
        QCOMPARE(changed.count(), 22);
    }

    void splittersAndHeadersRemember() {
        Settings settings(m_file);
        QList<int> kept;
        {
            QSplitter splitter;
            splitter.addWidget(new QWidget);
            splitter.addWidget(new QWidget);
            splitter.resize(400, 100);
            splitter.show();
            settings.keep(&splitter, QStringLiteral("test"));
            splitter.setSizes({300, 100});
            Q_EMIT splitter.splitterMoved(300, 1);
            kept = splitter.sizes();
        }
        QSplitter splitter;
        splitter.addWidget(new QWidget);
        splitter.addWidget(new QWidget);
        splitter.resize(400, 100);
        settings.keep(&splitter, QStringLiteral("test"));
        splitter.show();
        QCOMPARE(splitter.sizes(), kept);

        QStandardItemModel model(1, 2);
        {
            QTableView table;
            table.setModel(&model);
            settings.keep(table.horizontalHeader(), QStringLiteral("test"));
            table.setColumnWidth(0, 217);
        }
        QTableView table;
        table.setModel(&model);
        settings.keep(table.horizontalHeader(), QStringLiteral("test"));
        QCOMPARE(table.columnWidth(0), 217);
    }

private:
    rustcask::test::TemporaryDirectory m_directory;
    QString m_file;
};

RUSTCASK_WIDGET_TEST_MAIN(TestSettings)
#include "tst_ui_settings.moc"

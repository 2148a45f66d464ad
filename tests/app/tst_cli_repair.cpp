// SPDX-License-Identifier: Apache-2.0
// verify, repair and backup as a person or script runs them.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "app/program.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using rustcask::test::fingerprint;
using rustcask::test::Run;
using rustcask::test::run;
using rustcask::test::TemporaryDirectory;

namespace {

constexpr int done = 0;
constexpr int usage = 2;
constexpr int error = 3;

QJsonObject json(const QByteArray& text) {
    return QJsonDocument::fromJson(text).object();
}

} // namespace

class TestCliRepair : public QObject {
    Q_OBJECT

    std::unique_ptr<TemporaryDirectory> m_directory;
    QString m_database;

    [[nodiscard]] QString beside(const char* name) const {
        return m_directory->text() + QLatin1Char('/') + QLatin1String(name);
    }
    [[nodiscard]] QString exported(const QString& database) const {
        return QString::fromLatin1(run({"export", database, "--format", "tsv", "--encoding", "hex"}).out);
    }
    // Two flips far apart: no single bit explains them.
    void damage(const QString& name) const {
        QFile file(m_database + QLatin1Char('/') + name);
        QVERIFY(file.open(QIODevice::ReadWrite));
        for (const qint64 at : {80, 95}) {
            file.seek(at);
            const char byte = file.read(1).at(0);
            file.seek(at);
            file.write(QByteArray(1, char(byte ^ 0x11)));
        }
    }

private Q_SLOTS:
    void init() {
        m_directory = std::make_unique<TemporaryDirectory>();
        m_database = beside("db");
        COMPARE_RUN(run({"generate", m_database, "--keys", "400", "--value-size", "50", "--overwrites", "100",
                         "--deletes", "20", "--data-file-size", "8KiB"}),
                    done);
    }

    void repairsHintFiles() {
        const QByteArray sound = fingerprint(m_database);
        COMPARE_RUN(run({"repair", m_database, "--dry-run"}), done);
        QCOMPARE(fingerprint(m_database), sound);
        QVERIFY(QFile::remove(m_database + QStringLiteral("/2.rustcask.hint")));
        const QByteArray before = fingerprint(m_database);
        const Run looked = run({"repair", m_database, "--dry-run", "--json"});
        COMPARE_RUN(looked, done);
        QCOMPARE(json(looked.out)["files"][1]["state"].toString(), QStringLiteral("missing"));
        QCOMPARE(fingerprint(m_database), before);
        const Run repaired = run({"repair", m_database});
        COMPARE_RUN(repaired, done);
        QVERIFY(repaired.out.contains("1 hint files written"));
        QVERIFY(QFile::exists(m_database + QStringLiteral("/2.rustcask.hint")));
        COMPARE_RUN(run({"verify", m_database}), done);
    }

    void salvagesAndTellsWhatWasLost() {
        damage(QStringLiteral("3.rustcask.data"));
        COMPARE_RUN(run({"verify", m_database}), error);
        COMPARE_RUN(run({"repair", m_database}), error); // the data is still damaged
        const QByteArray before = fingerprint(m_database);
        const Run salvaged = run({"repair", m_database, "--salvage", beside("new"), "--json"});
        COMPARE_RUN(salvaged, error);
        QCOMPARE(fingerprint(m_database), before);
        const QJsonObject report = json(salvaged.out);
        QCOMPARE(report["complete"].toBool(true), false);
        const QJsonObject lost = report["lost"][0].toObject();
        QVERIFY(lost["file"].toString().endsWith(QLatin1String("3.rustcask.data")));
        QVERIFY(lost["offset"].toInt() >= 32);
        QVERIFY(lost["bytes"].toInt() > 0);
        QVERIFY(lost.contains(QLatin1String("key")));
        COMPARE_RUN(run({"verify", beside("new")}), done);
        const Run text = run({"repair", m_database, "--salvage", beside("text")});
        QVERIFY2(text.out.contains("lost: 3.rustcask.data at byte "), text.out.constData());
    }

    void inPlaceKeepsTheDamagedOne() {
        damage(QStringLiteral("3.rustcask.data"));
        const Run salvaged = run({"repair", m_database, "--in-place"});
        COMPARE_RUN(salvaged, error);
        QVERIFY(salvaged.out.contains("db.damaged"));
        COMPARE_RUN(run({"verify", m_database}), done);
        COMPARE_RUN(run({"verify", beside("db.damaged")}), error);
        COMPARE_RUN(run({"put", m_database, "key", "value"}), done);
    }

    void refusesWhatDoesNotGoTogether() {
        COMPARE_RUN(run({"repair", m_database, "--in-place", "--salvage", beside("new")}), usage);
        COMPARE_RUN(run({"repair", m_database, "--in-place", "--dry-run"}), usage);
        COMPARE_RUN(run({"backup", m_database}), usage);
        COMPARE_RUN(run({"repair", beside("nothing")}), error);
        COMPARE_RUN(run({"backup", beside("nothing"), beside("new")}), error);
        QVERIFY(!QFile::exists(beside("new")));
    }

    void backsUp() {
        const QByteArray before = fingerprint(m_database);
        const Run linked = run({"backup", m_database, beside("linked"), "--json"});
        COMPARE_RUN(linked, done);
        QVERIFY(json(linked.out)["filesLinked"].toInt() > 2);
        QVERIFY(json(linked.out)["verified"].toBool());
        QCOMPARE(fingerprint(m_database), before);
        const Run copied = run({"backup", m_database, beside("copied"), "--copy"});
        COMPARE_RUN(copied, done);
        QVERIFY(copied.out.contains("no damage"));
        for (const char* copy : {"linked", "copied"})
            QCOMPARE(exported(beside(copy)), exported(m_database));
        COMPARE_RUN(run({"backup", m_database, beside("copied")}), usage); // it is there
        damage(QStringLiteral("3.rustcask.data"));
        COMPARE_RUN(run({"backup", m_database, beside("damaged"), "--copy"}), error);
        COMPARE_RUN(run({"verify", beside("damaged")}), error);
    }
};

RUSTCASK_TEST_MAIN(TestCliRepair)
#include "tst_cli_repair.moc"

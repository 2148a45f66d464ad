// SPDX-License-Identifier: Apache-2.0
// The project keeps the house rules. rules.h says what each one is; tst_rules shows that each can fail.
#include "rules.h"

#include "support/test_main.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

using namespace rustcask::house;

class TestLayering : public QObject {
    Q_OBJECT

private:
    SourceTree m_tree = SourceTree::read(QStringLiteral(RUSTCASK_SOURCE_DIR));

    static void verify(const QStringList& findings) {
        QVERIFY2(findings.isEmpty(), qPrintable(QLatin1Char('\n') + findings.join(QLatin1Char('\n'))));
    }

private Q_SLOTS:
    void theTreeWasRead() {
        QVERIFY(m_tree.files().size() > 50);
        QVERIFY(m_tree.contains(QStringLiteral("engine/include/rustcask/database.h")));
    }
    void noQtBelowTheWindow() { verify(qtBelowTheWindow(m_tree)); }
    void privateHeadersStayPrivate() { verify(privateHeadersOutside(m_tree)); }
    void roomsIncludeOneWay() { verify(roomsTheWrongWay(m_tree)); }
    void engineLayersIncludeOneWay() { verify(engineLayersTheWrongWay(m_tree)); }
    void chartsStayInTheirRoom() { verify(chartsElsewhere(m_tree)); }
    void everySourceSaysItsLicence() { verify(wrongLicence(m_tree)); }
    void filesAreShort() { verify(longFiles(m_tree)); }
    void everyTestIsRegistered() {
        QFile list(QStringLiteral(RUSTCASK_REGISTERED_TESTS));
        QVERIFY(list.open(QIODevice::ReadOnly));
        const QStringList registered = QString::fromUtf8(list.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QVERIFY(registered.contains(QStringLiteral("tests/house/tst_layering.cpp")));
        verify(unregisteredTests(m_tree, registered));
    }
    void nothingHoldsUpTheEventLoop() { verify(blockedEventLoops(m_tree)); }
    void everyLinkLeadsSomewhere() {
        const QDir root(QStringLiteral(RUSTCASK_SOURCE_DIR));
        QStringList documents{QStringLiteral("README.md")};
        const QStringList manuals =
            QDir(root.filePath(QStringLiteral("engine/doc"))).entryList({QStringLiteral("*.md")});
        for (const QString& name : manuals)
            documents << QStringLiteral("engine/doc/") + name;
        for (const QString& path : std::as_const(documents)) {
            QFile file(root.filePath(path));
            QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(path));
            verify(brokenLinks({path, QString::fromUtf8(file.readAll())},
                               [&root](const QString& target) { return QFileInfo::exists(root.filePath(target)); }));
        }
    }
    void nothingIsLeftForLater() { verify(unfinishedBusiness(m_tree)); }
};

RUSTCASK_TEST_MAIN(TestLayering)
#include "tst_layering.moc"

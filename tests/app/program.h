// SPDX-License-Identifier: Apache-2.0
// How to use: runs the built command line as a person or script would.
//
//     const Run run = rustcask::test::run({"get", directory, "key"});
//     QCOMPARE(run.exitCode, 0);
#pragma once

#include <QCryptographicHash>
#include <QDateTime>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QStringList>
#include <QTest>

#include <string>

namespace rustcask::test {

struct Run {
    int exitCode = -1;
    QByteArray out{};
    QByteArray err{};

    /// For QVERIFY2 where a run ends otherwise than expected.
    [[nodiscard]] std::string text() const {
        return "exit status " + std::to_string(exitCode) + "\n" + out.left(2000).toStdString() +
               err.left(2000).toStdString();
    }
};

[[nodiscard]] inline Run finish(QProcess& process) {
    if (!process.waitForFinished(60'000)) {
        process.kill();
        process.waitForFinished();
        return {.exitCode = -2, .err = "the program did not end"};
    }
    const bool ended = process.exitStatus() == QProcess::NormalExit;
    return {.exitCode = ended ? process.exitCode() : -3,
            .out = process.readAllStandardOutput(),
            .err = process.readAllStandardError()};
}

[[nodiscard]] inline Run run(const QStringList& arguments, const QByteArray& input = {}) {
    QProcess process;
    process.start(QStringLiteral(RUSTCASK_PROGRAM), arguments);
    process.write(input);
    process.closeWriteChannel();
    return finish(process);
}

/// A command line of sh, in which "$0" is the program and "$1" … are `arguments`.
[[nodiscard]] inline Run runInShell(const QString& line, const QStringList& arguments) {
    QProcess process;
    process.start(QStringLiteral("/bin/sh"),
                  QStringList{QStringLiteral("-c"), line, QStringLiteral(RUSTCASK_PROGRAM)} + arguments);
    process.closeWriteChannel();
    return finish(process);
}

/// Everything about a directory that writing would change: names, lengths, times, contents.
[[nodiscard]] inline QByteArray fingerprint(const QString& directory) {
    QStringList lines;
    QDirIterator files(directory, QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                       QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QFileInfo info(files.next());
        QCryptographicHash hash(QCryptographicHash::Sha256);
        QFile file(info.filePath());
        if (info.isFile() && file.open(QIODevice::ReadOnly))
            hash.addData(&file);
        lines << info.filePath() + QLatin1Char(' ') + QString::number(info.size()) + QLatin1Char(' ') +
                     QString::number(info.lastModified().toMSecsSinceEpoch()) + QLatin1Char(' ') +
                     QString::fromLatin1(hash.result().toHex());
    }
    lines.sort();
    return lines.join(QLatin1Char('\n')).toUtf8();
}

} // namespace rustcask::test

#define COMPARE_RUN(theRun, expectedCode)                                                                              \
    do {                                                                                                               \
        const rustcask::test::Run& rustcaskRun = (theRun);                                                             \
        QVERIFY2(rustcaskRun.exitCode == (expectedCode), rustcaskRun.text().c_str());                                  \
    } while (false)

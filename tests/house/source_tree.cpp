// SPDX-License-Identifier: Apache-2.0
#include "source_tree.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>

#include <algorithm>

namespace rustcask::house {

namespace {
bool byPath(const SourceFile& a, const SourceFile& b) {
    return a.path < b.path;
}

QString folderOf(const QString& path) {
    return path.left(path.lastIndexOf(QLatin1Char('/')) + 1);
}

SourceFile readFile(const QDir& root, const QString& path) {
    QFile file(root.filePath(path));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(file.fileName()));
    return {path, QString::fromUtf8(file.readAll())};
}
} // namespace

SourceTree::SourceTree(QList<SourceFile> files) : m_files(std::move(files)) {
    std::sort(m_files.begin(), m_files.end(), byPath);
}

SourceTree SourceTree::read(const QString& root) {
    const QDir top(root);
    QList<SourceFile> files;
    for (const QString& room : {QStringLiteral("app"), QStringLiteral("engine"), QStringLiteral("packaging"),
                                QStringLiteral("resources"), QStringLiteral("tests"), QStringLiteral("ui")}) {
        QDirIterator iterator(top.filePath(room), QDir::Files, QDirIterator::Subdirectories);
        while (iterator.hasNext()) {
            const QString path = top.relativeFilePath(iterator.next());
            if (isCpp(path) || isBuildFile(path))
                files << readFile(top, path);
        }
    }
    files << readFile(top, QStringLiteral("CMakeLists.txt"));
    return SourceTree(files);
}

QString SourceTree::text(const QString& path) const {
    const auto found = std::lower_bound(m_files.begin(), m_files.end(), SourceFile{path, QString()}, byPath);
    return found != m_files.end() && found->path == path ? found->text : QString();
}

bool SourceTree::contains(const QString& path) const {
    return std::binary_search(m_files.begin(), m_files.end(), SourceFile{path, QString()}, byPath);
}

QString SourceTree::resolve(const QString& target, const QString& path) const {
    QStringList roots{folderOf(path)};
    // Every folder above the including file may be on its include path; those of other rooms come after.
    for (QString folder = folderOf(path); !folder.isEmpty();) {
        folder = folderOf(folder.chopped(1));
        roots << folder << folder + QStringLiteral("include/") << folder + QStringLiteral("src/");
    }
    roots << QStringLiteral("engine/include/") << QStringLiteral("engine/transfer/include/")
          << QStringLiteral("engine/bench/include/") << QStringLiteral("ui/") << QStringLiteral("engine/src/")
          << QStringLiteral("engine/") << QStringLiteral("app/") << QStringLiteral("app/cli/")
          << QStringLiteral("app/studio/") << QStringLiteral("tests/") << QStringLiteral("engine/transfer/src/")
          << QStringLiteral("engine/bench/src/");
    for (const QString& root : std::as_const(roots)) {
        const QString candidate = QDir::cleanPath(root + target);
        if (contains(candidate))
            return candidate;
    }
    return {};
}

bool isCpp(const QString& path) {
    return path.endsWith(QLatin1String(".cpp")) || path.endsWith(QLatin1String(".h"));
}

bool isBuildFile(const QString& path) {
    return path.endsWith(QLatin1String("CMakeLists.txt")) || path.endsWith(QLatin1String(".cmake")) ||
           path.endsWith(QLatin1String(".sh")) || path.endsWith(QLatin1String(".py"));
}

QString codeOnly(const QString& cpp) {
    static const QRegularExpression hidden(
        QStringLiteral(R"re(//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])')re"),
        QRegularExpression::DotMatchesEverythingOption);
    QString result;
    qsizetype copied = 0;
    for (auto matches = hidden.globalMatch(cpp); matches.hasNext();) {
        const auto match = matches.next();
        result += cpp.mid(copied, match.capturedStart() - copied);
        result += QString(match.captured().count(QLatin1Char('\n')), QLatin1Char('\n')) + QLatin1Char(' ');
        copied = match.capturedEnd();
    }
    return result + cpp.mid(copied);
}

QList<Include> includesOf(const SourceFile& file) {
    static const QRegularExpression directive(QStringLiteral(R"(^\s*#\s*include\s*["<]([^">]+)[">])"));
    QList<Include> includes;
    int number = 0;
    const QStringList lines = file.text.split(QLatin1Char('\n'));
    for (const QString& line : lines) {
        ++number;
        if (const auto match = directive.match(line); match.hasMatch())
            includes << Include{match.captured(1), number};
    }
    return includes;
}

} // namespace rustcask::house

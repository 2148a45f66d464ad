// SPDX-License-Identifier: Apache-2.0
#include "rules.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>

namespace rustcask::house {

namespace {

bool isUnder(const QString& path, const char* folder) {
    return path.startsWith(QLatin1String(folder));
}

QString finding(const QString& path, int line, const QString& sentence) {
    return QStringLiteral("%1:%2: %3").arg(path).arg(line).arg(sentence);
}

bool isQtHeader(const QString& target) {
    static const QRegularExpression qt(QStringLiteral("^(Qt[A-Z]\\w*/|Q[A-Za-z]\\w*$|q[a-z]+\\.h$)"));
    return qt.match(target).hasMatch();
}

bool isChartHeader(const QString& target) {
    static const QRegularExpression charts(
        QStringLiteral("^QtCharts|^Q(\\w*Series|\\w*Chart|ChartView|\\w*Axis|BarSet|PieSlice|BoxSet|CandlestickSet|"
                       "\\w*Legend\\w*|\\w*ModelMapper)$"));
    return charts.match(target).hasMatch();
}

/// The rooms of the house, as far as includes are concerned.
enum class Room { engine, transfer, bench, ui, commandLine, studio, tests, none };

Room roomOf(const QString& path) {
    if (isUnder(path, "engine/bench/"))
        return Room::bench;
    if (isUnder(path, "engine/transfer/"))
        return Room::transfer;
    if (isUnder(path, "engine/"))
        return Room::engine;
    if (isUnder(path, "ui/"))
        return Room::ui;
    if (isUnder(path, "app/cli/"))
        return Room::commandLine;
    if (isUnder(path, "app/studio/"))
        return Room::studio;
    if (isUnder(path, "tests/"))
        return Room::tests;
    return Room::none;
}

bool mayInclude(Room from, Room to) {
    if (from == to)
        return true;
    switch (from) {
    case Room::engine:
        return false;
    case Room::transfer:
    case Room::bench:
        return to == Room::engine;
    case Room::ui:
    case Room::commandLine:
        return to == Room::engine || to == Room::bench || to == Room::transfer;
    case Room::studio:
        return to == Room::engine || to == Room::bench || to == Room::transfer || to == Room::ui;
    case Room::tests:
        return true;
    case Room::none:
        return false;
    }
    return false;
}

/// Position of a file of engine/src in the engine's order; 0 for headers that all layers share. Sources in src/ itself
/// that name no layer are the database's.
int engineLayer(const QString& path) {
    static const QStringList order{QStringLiteral("format"), QStringLiteral("io"),       QStringLiteral("keydir"),
                                   QStringLiteral("log"),    QStringLiteral("recovery"), QStringLiteral("database")};
    static const QStringList top{QStringLiteral("merge"),    QStringLiteral("inspect"), QStringLiteral("verify"),
                                 QStringLiteral("history"),  QStringLiteral("repair"),  QStringLiteral("backup"),
                                 QStringLiteral("version"),  QStringLiteral("value"),   QStringLiteral("foreign"),
                                 QStringLiteral("analysis"), QStringLiteral("past")};
    const QString rest = path.mid(qsizetype(qstrlen("engine/src/")));
    const qsizetype slash = rest.indexOf(QLatin1Char('/'));
    // "merge_plan.cpp" belongs to merge as merge/plan.cpp would.
    const QString name =
        slash >= 0 ? rest.left(slash) : rest.section(QLatin1Char('.'), 0, 0).section(QLatin1Char('_'), 0, 0);
    const int database = int(order.indexOf(QStringLiteral("database"))) + 1;
    if (name == QLatin1String("cursor") || name == QLatin1String("snapshot"))
        return database;
    if (const qsizetype position = order.indexOf(name); position >= 0)
        return int(position) + 1;
    if (top.contains(name))
        return database + 1;
    return slash < 0 && path.endsWith(QLatin1String(".cpp")) ? database : 0;
}

/// Applies `check` (path of includer, include, path of what it resolves to) to each include; it returns a sentence.
template <typename Check>
QStringList forEachInclude(const SourceTree& tree, Check check) {
    QStringList findings;
    for (const SourceFile& file : tree.files()) {
        if (!isCpp(file.path))
            continue;
        const QList<Include> includes = includesOf(file);
        for (const Include& include : includes) {
            const QString sentence = check(file.path, include.target, tree.resolve(include.target, file.path));
            if (!sentence.isEmpty())
                findings << finding(file.path, include.line, sentence);
        }
    }
    return findings;
}

/// Applies `pattern` to each line of code, comments and strings left out.
QStringList forEachLine(const SourceFile& file, const QString& text, const QRegularExpression& pattern,
                        const QString& sentence) {
    QStringList findings;
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (int i = 0; i < lines.size(); ++i) {
        if (const auto match = pattern.match(lines[i]); match.hasMatch())
            findings << finding(file.path, i + 1, sentence.arg(match.captured().trimmed()));
    }
    return findings;
}

} // namespace

QStringList qtBelowTheWindow(const SourceTree& tree) {
    return forEachInclude(tree, [](const QString& path, const QString& target, const QString& resolved) -> QString {
        const bool below = isUnder(path, "engine/") || isUnder(path, "app/cli/");
        return below && resolved.isEmpty() && isQtHeader(target) ? QStringLiteral("includes Qt: ") + target : QString();
    });
}

QStringList privateHeadersOutside(const SourceTree& tree) {
    return forEachInclude(tree, [](const QString& path, const QString& target, const QString& resolved) -> QString {
        const bool inside = isUnder(path, "engine/src/") || isUnder(path, "tests/engine/") ||
                            isUnder(path, "tests/fuzz/") || isUnder(path, "tests/micro/");
        return !inside && isUnder(resolved, "engine/src/")
                   ? QStringLiteral("includes a private header of the engine: ") + target
                   : QString();
    });
}

QStringList roomsTheWrongWay(const SourceTree& tree) {
    return forEachInclude(tree, [](const QString& path, const QString& target, const QString& resolved) -> QString {
        if (resolved.isEmpty() || mayInclude(roomOf(path), roomOf(resolved)))
            return {};
        return QStringLiteral("includes the wrong way: %1 (%2)").arg(target, resolved);
    });
}

QStringList engineLayersTheWrongWay(const SourceTree& tree) {
    return forEachInclude(tree, [](const QString& path, const QString& target, const QString& resolved) -> QString {
        if (isUnder(path, "engine/include/") && isUnder(resolved, "engine/src/"))
            return QStringLiteral("a public header includes a private one: ") + target;
        if (!isUnder(path, "engine/src/") || !isUnder(resolved, "engine/src/"))
            return {};
        return engineLayer(resolved) > engineLayer(path) ? QStringLiteral("includes a later layer: ") + target
                                                         : QString();
    });
}

QStringList chartsElsewhere(const SourceTree& tree) {
    return forEachInclude(tree, [](const QString& path, const QString& target, const QString& resolved) -> QString {
        const bool allowed = isUnder(path, "ui/charts/") || isUnder(path, "tests/ui/");
        return !allowed && resolved.isEmpty() && isChartHeader(target) ? QStringLiteral("includes Qt Charts: ") + target
                                                                       : QString();
    });
}

QStringList wrongLicence(const SourceTree& tree) {
    QStringList findings;
    for (const SourceFile& file : tree.files()) {
        const bool gpl = isUnder(file.path, "ui/") || isUnder(file.path, "app/studio/") ||
                         isUnder(file.path, "resources/") || isUnder(file.path, "tests/ui/");
        const QString licence = gpl ? QStringLiteral("GPL-3.0-or-later") : QStringLiteral("Apache-2.0");
        const QStringList lines = file.text.split(QLatin1Char('\n'));
        // The interpreter of a script has the first line.
        const QString line = lines.value(lines.value(0).startsWith(QLatin1String("#!")) ? 1 : 0);
        const QString expected = (isCpp(file.path) ? QStringLiteral("// ") : QStringLiteral("# ")) +
                                 QStringLiteral("SPDX-License-Identifier: ") + licence;
        if (line != expected)
            findings << finding(file.path, 1, QStringLiteral("does not begin with \"%1\"").arg(expected));
    }
    return findings;
}

QStringList longFiles(const SourceTree& tree) {
    constexpr int mostLines = 600;
    QStringList findings;
    for (const SourceFile& file : tree.files()) {
        if (const int lines = int(file.text.count(QLatin1Char('\n'))); lines > mostLines)
            findings << finding(file.path, lines, QStringLiteral("has more than %1 lines").arg(mostLines));
    }
    return findings;
}

QStringList unregisteredTests(const SourceTree& tree, const QStringList& registered) {
    QStringList findings;
    for (const SourceFile& file : tree.files()) {
        const QFileInfo info(file.path);
        if (!isUnder(file.path, "tests/") || !info.fileName().startsWith(QLatin1String("tst_")) ||
            info.suffix() != QLatin1String("cpp"))
            continue;
        const bool known = std::any_of(registered.begin(), registered.end(), [&file](const QString& entry) {
            return entry == file.path || (entry.endsWith(QLatin1Char('/')) && file.path.startsWith(entry));
        });
        if (!known)
            findings << finding(file.path, 1, QStringLiteral("is not registered with rustcask_add_test"));
    }
    return findings;
}

QStringList blockedEventLoops(const SourceTree& tree) {
    static const QRegularExpression blocking(
        QStringLiteral("\\bprocessEvents\\b|\\bQEventLoop\\b|\\bwaitFor(Finished|Done)\\b|(\\.|->)exec\\s*\\("));
    QStringList findings;
    for (const SourceFile& file : tree.files()) {
        if (isUnder(file.path, "ui/") && isCpp(file.path))
            findings << forEachLine(file, codeOnly(file.text), blocking, QStringLiteral("holds up the event loop: %1"));
    }
    return findings;
}

QStringList brokenLinks(const SourceFile& markdown, const std::function<bool(const QString&)>& exists) {
    static const QRegularExpression link(QStringLiteral("\\]\\(([^)\\s]+)\\)"));
    const QString folder = QFileInfo(markdown.path).path();
    QStringList findings;
    const QStringList lines = markdown.text.split(QLatin1Char('\n'));
    for (int i = 0; i < lines.size(); ++i) {
        for (auto matches = link.globalMatch(lines[i]); matches.hasNext();) {
            const QString target = matches.next().captured(1).section(QLatin1Char('#'), 0, 0);
            if (!target.isEmpty() && !target.contains(QLatin1String("://")) &&
                !exists(QDir::cleanPath(folder + QLatin1Char('/') + target)))
                findings << finding(markdown.path, i + 1, QStringLiteral("a link leads nowhere: ") + target);
        }
    }
    return findings;
}

QStringList unfinishedBusiness(const SourceTree& tree) {
    // Written in two parts, or this file would be its own finding.
    static const QRegularExpression marks(QStringLiteral("\\bTO"
                                                         "DO\\b|\\bFIX"
                                                         "ME\\b|\\bX"
                                                         "XX\\b|coming "
                                                         "soon|not yet "
                                                         "implemented"),
                                          QRegularExpression::CaseInsensitiveOption);
    QStringList findings;
    for (const SourceFile& file : tree.files()) {
        if (!isUnder(file.path, "tests/house/"))
            findings << forEachLine(file, file.text, marks, QStringLiteral("leaves something for later: %1"));
    }
    return findings;
}

} // namespace rustcask::house

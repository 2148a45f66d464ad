// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace rustcask::house {

/// One text file of the project; `path` is relative to its root and uses slashes.
struct SourceFile {
    QString path{};
    QString text{};
};

/// An #include directive.
struct Include {
    QString target{}; ///< what stands between the quotes or angle brackets
    int line = 0;
};

/// The files that rules are applied to.
class SourceTree {
public:
    explicit SourceTree(QList<SourceFile> files);
    /// All sources, scripts and build files of the project at `root`; build trees are not part of it.
    [[nodiscard]] static SourceTree read(const QString& root);

    [[nodiscard]] const QList<SourceFile>& files() const { return m_files; }
    /// The text of `path`, empty when there is no such file.
    [[nodiscard]] QString text(const QString& path) const;
    [[nodiscard]] bool contains(const QString& path) const;
    /// Path of the project's file that `target`, included by the file at `path`, means; empty when it is another's.
    [[nodiscard]] QString resolve(const QString& target, const QString& path) const;

private:
    QList<SourceFile> m_files; // by path
};

[[nodiscard]] bool isCpp(const QString& path);
[[nodiscard]] bool isBuildFile(const QString& path);
/// The text with comments, and what is inside string literals, blanked out; line numbers stay.
[[nodiscard]] QString codeOnly(const QString& cpp);
[[nodiscard]] QList<Include> includesOf(const SourceFile& file);

} // namespace rustcask::house

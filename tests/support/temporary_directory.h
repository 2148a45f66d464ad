// SPDX-License-Identifier: Apache-2.0
// How to use: a directory that is new, unique and removed with all its contents at the end of the scope.
//
//     rustcask::test::TemporaryDirectory directory;
//     auto database = Database::open(directory / "database");
//
// With RUSTCASK_TEST_KEEP=1 in the environment it is kept and its path printed.
#pragma once

#include <QString>
#include <QTemporaryDir>
#include <QtGlobal>

#include <filesystem>
#include <string_view>
#include <system_error>

namespace rustcask::test {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        if (!m_directory.isValid())
            qFatal("no temporary directory: %s", qPrintable(m_directory.errorString()));
        if (qEnvironmentVariableIntValue("RUSTCASK_TEST_KEEP") != 0) {
            m_directory.setAutoRemove(false);
            qInfo("keeping %s", qPrintable(m_directory.path()));
        }
    }
    // QTemporaryDir cannot remove what has a name that is no UTF-8.
    ~TemporaryDirectory() {
        if (!m_directory.autoRemove())
            return;
        m_directory.setAutoRemove(false);
        std::error_code error;
        std::filesystem::remove_all(path(), error);
        if (error)
            qWarning("cannot remove %s: %s", qPrintable(text()), error.message().c_str());
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] std::filesystem::path path() const { return m_directory.path().toStdString(); }
    [[nodiscard]] QString text() const { return m_directory.path(); } ///< the same for Qt
    /// A path inside; nothing is made.
    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path() / name; }

private:
    QTemporaryDir m_directory;
};

} // namespace rustcask::test

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QThreadPool>
#include <QTimer>
#include <QVariant>

QT_BEGIN_NAMESPACE
class QSettings;
class QHeaderView;
class QSplitter;
class QWidget;
QT_END_NAMESPACE

namespace rustcask::ui {

/// Name, type and default of one setting. Pages define theirs beside their own code; the shell's are in `settings::`.
template <typename T>
struct Setting {
    const char* name; ///< "keys/match-mode"
    T fallback;
};

/// What is remembered between runs, typed, over one QSettings file. A value of the wrong type counts as absent.
///
/// The file is read once. What is set is written a moment later, by a worker: QSettings syncs the file to the disk, and
/// with a disk that is busy that takes longer than the window may wait. The destructor waits for what is not written
/// yet.
class Settings : public QObject {
    Q_OBJECT
public:
    /// The user's settings file.
    explicit Settings(QObject* parent = nullptr);
    /// The settings in `file`, for tests and screenshots.
    explicit Settings(const QString& file, QObject* parent = nullptr);
    ~Settings() override;

    template <typename T>
    [[nodiscard]] T get(const Setting<T>& setting) const {
        return get<T>(QString::fromLatin1(setting.name), setting.fallback);
    }
    template <typename T>
    void set(const Setting<T>& setting, const T& value) {
        set(QString::fromLatin1(setting.name), QVariant::fromValue(value));
    }
    template <typename T>
    [[nodiscard]] T get(const QString& name, const T& fallback = T()) const {
        const QVariant stored = m_values.value(name);
        if (!stored.isValid()) {
            return fallback;
        }
        QVariant converted = stored;
        return converted.convert(QMetaType::fromType<T>()) ? converted.value<T>() : fallback;
    }
    void set(const QString& name, const QVariant& value);

    /// Restores the sizes of a splitter or header now, and keeps what the user makes of them from now on.
    void keep(QSplitter* splitter, const QString& name);
    void keep(QHeaderView* header, const QString& name);
    /// Restores position and size of a window; false: none was kept. Save with `saveGeometry`.
    bool restoreGeometry(QWidget* window, const QString& name) const;
    void saveGeometry(const QWidget* window, const QString& name);

    /// Directories opened lately, newest first, at most twelve.
    [[nodiscard]] QStringList recentDirectories() const;
    void addRecentDirectory(const QString& directory);
    void removeRecentDirectory(const QString& directory);
    [[nodiscard]] QDateTime lastOpened(const QString& directory) const;

Q_SIGNALS:
    void changed(const QString& name);
    void recentDirectoriesChanged();

private:
    using Values = QHash<QString, QVariant>;
    Settings(const QSettings& store, QObject* parent);
    void write();

    QString m_file;
    Values m_values{};
    Values m_unwritten{};
    QTimer m_writing{};
    QThreadPool m_writer{}; // of one thread: what was set last is written last; waits for that when it goes
};

namespace settings {
inline const Setting<QString> theme{"appearance/theme", QStringLiteral("system")}; ///< system, light, dark
inline const Setting<QString> page{"window/page", QStringLiteral("keys")};         ///< the page shown last
} // namespace settings

} // namespace rustcask::ui

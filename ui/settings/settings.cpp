// SPDX-License-Identifier: GPL-3.0-or-later
#include "settings/settings.h"

#include <QDateTime>
#include <QDir>
#include <QHeaderView>
#include <QSettings>
#include <QSplitter>

#include <chrono>
#include <utility>

namespace rustcask::ui {

namespace {

constexpr int maxRecentDirectories = 12;
constexpr std::chrono::milliseconds writeDelay{200}; // a splitter that is dragged changes with every pixel

QString recentName() {
    return QStringLiteral("recent/directories");
}

} // namespace

Settings::Settings(QObject* parent)
    : Settings(
          QSettings(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("rustcask"), QStringLiteral("studio")),
          parent) {}

Settings::Settings(const QString& file, QObject* parent) : Settings(QSettings(file, QSettings::IniFormat), parent) {}

Settings::Settings(const QSettings& store, QObject* parent) : QObject(parent), m_file(store.fileName()) {
    const QStringList names = store.allKeys();
    for (const QString& name : names) {
        m_values.insert(name, store.value(name));
    }
    m_writer.setMaxThreadCount(1);
    m_writing.setSingleShot(true);
    m_writing.setInterval(writeDelay);
    connect(&m_writing, &QTimer::timeout, this, &Settings::write);
}

Settings::~Settings() {
    write();
}

void Settings::set(const QString& name, const QVariant& newValue) {
    QVariant& value = m_values[name];
    if (value == newValue) {
        return;
    }
    value = newValue;
    m_unwritten.insert(name, newValue);
    if (!m_writing.isActive()) {
        m_writing.start();
    }
    Q_EMIT changed(name);
}

void Settings::write() {
    if (m_unwritten.isEmpty()) {
        return;
    }
    m_writer.start([file = m_file, values = std::exchange(m_unwritten, {})] {
        // Only what was set here: another window's process may have set the rest.
        QSettings store(file, QSettings::IniFormat);
        for (auto each = values.cbegin(); each != values.cend(); ++each) {
            store.setValue(each.key(), each.value());
        }
        store.sync();
    });
}

void Settings::keep(QSplitter* splitter, const QString& name) {
    const QString path = QStringLiteral("splitters/") + name;
    splitter->setObjectName(name);
    if (const auto state = get<QByteArray>(path); !state.isEmpty()) {
        splitter->restoreState(state);
    }
    connect(splitter, &QSplitter::splitterMoved, this, [this, splitter, path] { set(path, splitter->saveState()); });
}

void Settings::keep(QHeaderView* header, const QString& name) {
    const QString path = QStringLiteral("headers/") + name;
    if (const auto state = get<QByteArray>(path); !state.isEmpty()) {
        header->restoreState(state);
    }
    const auto save = [this, header, path] { set(path, header->saveState()); };
    connect(header, &QHeaderView::sectionResized, this, save);
    connect(header, &QHeaderView::sectionMoved, this, save);
    connect(header, &QHeaderView::sortIndicatorChanged, this, save);
}

bool Settings::restoreGeometry(QWidget* window, const QString& name) const {
    const auto state = get<QByteArray>(QStringLiteral("windows/") + name);
    return !state.isEmpty() && window->restoreGeometry(state);
}

void Settings::saveGeometry(const QWidget* window, const QString& name) {
    set(QStringLiteral("windows/") + name, window->saveGeometry());
}

QStringList Settings::recentDirectories() const {
    return get<QStringList>(recentName());
}

QDateTime Settings::lastOpened(const QString& directory) const {
    const QStringList times = get<QStringList>(QStringLiteral("recent/opened"));
    const qsizetype at = recentDirectories().indexOf(directory);
    return at >= 0 && at < times.size() ? QDateTime::fromString(times[at], Qt::ISODate) : QDateTime();
}

void Settings::addRecentDirectory(const QString& directory) {
    const QString path = QDir::cleanPath(directory);
    QStringList directories = recentDirectories();
    QStringList times = get<QStringList>(QStringLiteral("recent/opened"));
    times.resize(directories.size());
    if (const qsizetype at = directories.indexOf(path); at >= 0) {
        directories.removeAt(at);
        times.removeAt(at);
    }
    directories.prepend(path);
    times.prepend(QDateTime::currentDateTime().toString(Qt::ISODate));
    directories.resize(std::min<qsizetype>(directories.size(), maxRecentDirectories));
    times.resize(directories.size());
    set(QStringLiteral("recent/opened"), times);
    set(recentName(), directories);
    Q_EMIT recentDirectoriesChanged();
}

void Settings::removeRecentDirectory(const QString& directory) {
    QStringList directories = recentDirectories();
    QStringList times = get<QStringList>(QStringLiteral("recent/opened"));
    times.resize(directories.size());
    if (const qsizetype at = directories.indexOf(directory); at >= 0) {
        directories.removeAt(at);
        times.removeAt(at);
        set(QStringLiteral("recent/opened"), times);
        set(recentName(), directories);
        Q_EMIT recentDirectoriesChanged();
    }
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
// The desktop's wish for light or dark, from the settings portal: Qt asks it itself only from 6.5 on.
#include "theme/theme.h"

#include <QVariant>

#ifdef RUSTCASK_HAS_DBUS
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#endif

namespace rustcask::ui {

namespace {

QString appearanceGroup() {
    return QStringLiteral("org.freedesktop.appearance");
}

QString schemeName() {
    return QStringLiteral("color-scheme");
}

} // namespace

void Theme::askPortal() {
#ifdef RUSTCASK_HAS_DBUS
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        return;
    }
    const QString service = QStringLiteral("org.freedesktop.portal.Desktop");
    const QString path = QStringLiteral("/org/freedesktop/portal/desktop");
    const QString interface = QStringLiteral("org.freedesktop.portal.Settings");
    QDBusMessage call = QDBusMessage::createMethodCall(service, path, interface, QStringLiteral("Read"));
    call << appearanceGroup() << schemeName();
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* done) {
        done->deleteLater();
        const QDBusPendingReply<QVariant> reply = *done;
        if (!reply.isError()) {
            portalSettingChanged(appearanceGroup(), schemeName(), reply.value());
        }
    });
    bus.connect(service, path, interface, QStringLiteral("SettingChanged"), this,
                SLOT(portalSettingChanged(QString, QString, QVariant)));
#endif
}

void Theme::portalSettingChanged(const QString& group, const QString& name, const QVariant& value) {
    if (group != appearanceGroup() || name != schemeName()) {
        return;
    }
    QVariant inner = value;
#ifdef RUSTCASK_HAS_DBUS
    while (inner.canConvert<QDBusVariant>()) { // Read wraps it twice
        inner = inner.value<QDBusVariant>().variant();
    }
#endif
    m_portalScheme = inner.toInt();
    apply();
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/desktop_scheme.h"

#include <utility>

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QObject>

namespace rustcask::ui {

namespace {

QString appearanceGroup() {
    return QStringLiteral("org.freedesktop.appearance");
}

QString schemeName() {
    return QStringLiteral("color-scheme");
}

/// Listens to org.freedesktop.portal.Settings.
class PortalListener : public QObject {
    Q_OBJECT
public:
    PortalListener(QObject* context, std::function<void(DesktopScheme)> changed)
        : QObject(context), m_changed(std::move(changed)) {
        QDBusConnection bus = QDBusConnection::sessionBus();
        if (!bus.isConnected()) {
            return;
        }
        const QString service = QStringLiteral("org.freedesktop.portal.Desktop");
        const QString path = QStringLiteral("/org/freedesktop/portal/desktop");
        const QString interface = QStringLiteral("org.freedesktop.portal.Settings");
        bus.connect(service, path, interface, QStringLiteral("SettingChanged"), this,
                    SLOT(settingChanged(QString, QString, QDBusVariant)));
        QDBusMessage call = QDBusMessage::createMethodCall(service, path, interface, QStringLiteral("Read"));
        call << appearanceGroup() << schemeName();
        auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
        connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* done) {
            done->deleteLater();
            const QDBusPendingReply<QDBusVariant> reply = *done;
            if (!reply.isError()) {
                settingChanged(appearanceGroup(), schemeName(), reply.value());
            }
        });
    }

private Q_SLOTS:
    void settingChanged(const QString& group, const QString& name, const QDBusVariant& value) {
        if (group != appearanceGroup() || name != schemeName()) {
            return;
        }
        QVariant inner = value.variant();
        while (inner.canConvert<QDBusVariant>()) { // Read wraps it twice
            inner = inner.value<QDBusVariant>().variant();
        }
        const uint scheme = inner.toUInt();
        m_changed(scheme == 1 ? DesktopScheme::dark : scheme == 2 ? DesktopScheme::light : DesktopScheme::noPreference);
    }

private:
    std::function<void(DesktopScheme)> m_changed;
};

} // namespace

void watchDesktopScheme(QObject* context, std::function<void(DesktopScheme)> changed) {
    new PortalListener(context, std::move(changed)); // belongs to the context
}

} // namespace rustcask::ui

#include "desktop_scheme_dbus.moc"

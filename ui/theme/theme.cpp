// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/theme.h"

#include <QApplication>
#include <QStyleFactory>

#include "theme/tokens.h"

namespace rustcask::ui {

ThemeMode themeModeFromName(const QString& name) {
    return name == QLatin1String("light")  ? ThemeMode::light
           : name == QLatin1String("dark") ? ThemeMode::dark
                                           : ThemeMode::system;
}

QString themeModeName(ThemeMode mode) {
    switch (mode) {
    case ThemeMode::light:
        return QStringLiteral("light");
    case ThemeMode::dark:
        return QStringLiteral("dark");
    case ThemeMode::system:
        break;
    }
    return QStringLiteral("system");
}

Theme::Theme(QApplication& application)
    : QObject(&application), m_application(application), m_desktopPaletteDark(tokensFor(application.palette()).dark) {
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    application.setFont(interfaceFont(application.font()));
    watchDesktopScheme(this, [this](DesktopScheme scheme) {
        m_desktopScheme = scheme;
        apply();
    });
    apply();
}

void Theme::setMode(ThemeMode mode) {
    m_mode = mode;
    apply();
}

bool Theme::desktopIsDark() const {
    return m_desktopScheme == DesktopScheme::dark ||
           (m_desktopScheme == DesktopScheme::noPreference && m_desktopPaletteDark);
}

void Theme::apply() {
    const bool dark = m_mode == ThemeMode::dark || (m_mode == ThemeMode::system && desktopIsDark());
    if (m_applied && dark == m_dark) {
        return;
    }
    m_dark = dark;
    m_applied = true;
    const Tokens& tokens = dark ? darkTokens() : lightTokens();
    m_application.setPalette(paletteFrom(tokens));
    m_application.setStyleSheet(styleSheetFrom(tokens));
    Q_EMIT changed();
}

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QObject>
#include <QPalette>
#include <QString>

#include "theme/desktop_scheme.h"

QT_BEGIN_NAMESPACE
class QApplication;
QT_END_NAMESPACE

namespace rustcask::ui {

enum class ThemeMode { system, light, dark };

[[nodiscard]] ThemeMode themeModeFromName(const QString& name); ///< system for an unknown name
[[nodiscard]] QString themeModeName(ThemeMode mode);

/// Puts Fusion, the palette, the fonts and the style sheet on the application, and changes them while it runs. Make
/// one, after the application and before any widget.
class Theme : public QObject {
    Q_OBJECT
public:
    explicit Theme(QApplication& application);

    void setMode(ThemeMode mode);
    [[nodiscard]] ThemeMode mode() const { return m_mode; }
    [[nodiscard]] bool isDark() const { return m_dark; }

Q_SIGNALS:
    void changed();

private:
    void apply();
    [[nodiscard]] bool desktopIsDark() const;

    QApplication& m_application;
    ThemeMode m_mode = ThemeMode::system;
    bool m_dark = false;
    bool m_applied = false;
    bool m_desktopPaletteDark;
    DesktopScheme m_desktopScheme = DesktopScheme::noPreference;
};

} // namespace rustcask::ui

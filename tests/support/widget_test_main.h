// SPDX-License-Identifier: Apache-2.0
// How to use: end a test with widgets with
//
//     RUSTCASK_WIDGET_TEST_MAIN(TestHexView)
//     #include "tst_hex_view.moc"
//
// As RUSTCASK_TEST_MAIN of support/test_main.h (warnings fail), under a QApplication with the Fusion style, that of
// Studio. Settings go to a place of their own and are empty when the program starts.
#pragma once

#include "support/test_main.h"

#include <QApplication>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#define RUSTCASK_WIDGET_TEST_MAIN(TestClass)                                                                           \
    int main(int argc, char** argv) {                                                                                  \
        QTemporaryDir settingsFolder;                                                                                  \
        QStandardPaths::setTestModeEnabled(true);                                                                      \
        QSettings::setDefaultFormat(QSettings::IniFormat);                                                             \
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settingsFolder.path());                         \
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, settingsFolder.path());                      \
        QApplication::setStyle(QStringLiteral("Fusion"));                                                              \
        QApplication application(argc, argv);                                                                          \
        TestClass object;                                                                                              \
        QTEST_SET_MAIN_SOURCE_PATH                                                                                     \
        return rustcask::test::runStrict(object, argc, argv);                                                          \
    }

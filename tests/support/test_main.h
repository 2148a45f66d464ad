// SPDX-License-Identifier: Apache-2.0
// How to use: end a test that needs no window with
//
//     RUSTCASK_TEST_MAIN(TestHint)
//     #include "tst_hint.moc"
//
// in place of QTEST_GUILESS_MAIN. It runs the class under a QCoreApplication and turns every qWarning and qCritical of
// a test function into a failure of that function. A warning that a test provokes on purpose is announced before with
// QTest::ignoreMessage(QtWarningMsg, …); a qCritical always fails.
// Tests with widgets take RUSTCASK_WIDGET_TEST_MAIN of support/widget_test_main.h.
#pragma once

#include <QCoreApplication>
#include <QRegularExpression>
#include <QTest>

namespace rustcask::test {

namespace detail {
inline QtMessageHandler testLibraryHandler = nullptr;

/// Wraps the handler that Qt Test installs. That one knows which messages are ignored and which fail; all that is added
/// here is that every warning is of the kind that fails.
inline void strictMessageHandler(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    // The offscreen platform says so for raise(), window masks and the like; no test can help it.
    if (type == QtWarningMsg && message.startsWith(QLatin1String("This plugin does not support")))
        return;
    if (type == QtWarningMsg)
        QTest::failOnWarning(QRegularExpression()); // holds to the end of the test function
    testLibraryHandler(type, context, message);
    if (type == QtCriticalMsg)
        QTest::qFail("a qCritical was logged", context.file ? context.file : "", context.line);
}
} // namespace detail

/// Runs the test functions of `object` as QTest::qExec does, with warnings as failures.
inline int runStrict(QObject& object, int argc, char** argv) {
    QTest::qInit(&object, argc, argv); // installs Qt Test's message handler, so ours goes in after it
    detail::testLibraryHandler = qInstallMessageHandler(detail::strictMessageHandler);
    const int status = QTest::qRun();
    qInstallMessageHandler(detail::testLibraryHandler);
    QTest::qCleanup();
    return status;
}

} // namespace rustcask::test

#define RUSTCASK_TEST_MAIN(TestClass)                                                                                  \
    int main(int argc, char** argv) {                                                                                  \
        QCoreApplication application(argc, argv);                                                                      \
        TestClass object;                                                                                              \
        QTEST_SET_MAIN_SOURCE_PATH                                                                                     \
        return rustcask::test::runStrict(object, argc, argv);                                                          \
    }

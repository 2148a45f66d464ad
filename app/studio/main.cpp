// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <string_view>
#include <variant>

#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QIcon>
#include <QTemporaryDir>

#include "screenshot_walker.h"
#include "settings/settings.h"
#include "theme/theme.h"
#include "window/main_window.h"
#include "window/studio.h"

namespace {

using namespace rustcask::ui;

struct Arguments {
    QString directory{};
    bool readOnly = false;
    bool sample = false;
    QString page{};
    QString theme{};
    bool traceStartup = false;
    QString screenshots{};
};

class Main {
    Q_DECLARE_TR_FUNCTIONS(Main)
};

/// Text goes to the terminal and pictures to files without a display.
bool needsNoDisplay(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--help" || argument == "-h" || argument == "--version" || argument == "-v" ||
            argument.starts_with("--screenshots")) {
            return true;
        }
    }
    return false;
}

/// The arguments, or an exit status when there is nothing more to do.
std::variant<Arguments, int> parse(const QStringList& words) {
    QCommandLineParser parser;
    parser.setApplicationDescription(Main::tr(
        "Browse and edit Bitcask databases, compare benchmarks by eye, learn how the storage works.\n"
        "Without DIR the start page is shown. Opening a directory that holds no database changes nothing in it."));
    parser.addPositionalArgument(QStringLiteral("DIR"), Main::tr("Directory of the database to open."),
                                 QStringLiteral("[DIR]"));
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")}, Main::tr("Show this text."));
    const QCommandLineOption version = parser.addVersionOption();
    const QCommandLineOption readOnly(
        QStringLiteral("read-only"),
        Main::tr("Write nothing, not even a lock, and follow what another process writes."));
    const QCommandLineOption sample(QStringLiteral("sample"),
                                    Main::tr("Open the sample database; it is made first if there is none."));
    const QCommandLineOption page(
        QStringLiteral("page"), Main::tr("Show this page: keys, storage, benchmark or learn."), QStringLiteral("NAME"));
    const QCommandLineOption theme(QStringLiteral("theme"),
                                   Main::tr("Colours: light, dark, or system for those of the desktop."),
                                   QStringLiteral("NAME"));
    const QCommandLineOption trace(QStringLiteral("trace-startup"),
                                   Main::tr("Print the milestones of starting on standard error, in ms."));
    const QCommandLineOption screenshots(
        QStringLiteral("screenshots"),
        Main::tr("Save pictures of every page and dialog in FOLDER, of DIR or else of a sample database, and exit."),
        QStringLiteral("FOLDER"));
    parser.addOptions({help, readOnly, sample, page, theme, trace, screenshots});

    const auto wrong = [](const QString& message) {
        std::fprintf(stderr, "rustcask-studio: %s\n%s\n", qPrintable(message),
                     qPrintable(Main::tr("Try rustcask-studio --help.")));
        return 2;
    };
    if (!parser.parse(words)) {
        return wrong(parser.errorText());
    }
    if (parser.isSet(help)) {
        std::fputs(qPrintable(parser.helpText()), stdout);
        return 0;
    }
    if (parser.isSet(version)) {
        std::printf("%s %s\n", "rustcask-studio", qPrintable(QCoreApplication::applicationVersion()));
        return 0;
    }
    if (parser.positionalArguments().size() > 1) {
        return wrong(Main::tr("one directory at most can be given"));
    }
    Arguments arguments;
    arguments.directory = parser.positionalArguments().value(0);
    arguments.readOnly = parser.isSet(readOnly);
    arguments.sample = parser.isSet(sample);
    arguments.page = parser.value(page);
    arguments.theme = parser.value(theme);
    arguments.traceStartup = parser.isSet(trace);
    arguments.screenshots = parser.value(screenshots);
    if (arguments.sample && !arguments.directory.isEmpty()) {
        return wrong(Main::tr("--sample and a directory exclude each other"));
    }
    if (!arguments.theme.isEmpty() && themeModeName(themeModeFromName(arguments.theme)) != arguments.theme) {
        return wrong(Main::tr("unknown theme: %1").arg(arguments.theme));
    }
    const QStringList pages{QStringLiteral("keys"), QStringLiteral("storage"), QStringLiteral("benchmark"),
                            QStringLiteral("learn")};
    if (!arguments.page.isEmpty() && !pages.contains(arguments.page)) {
        return wrong(Main::tr("unknown page: %1").arg(arguments.page));
    }
    return arguments;
}

int takeScreenshots(QApplication& application, Theme& theme, const Arguments& arguments) {
    // Settings of their own: neither are the user's shown nor are they changed.
    QTemporaryDir scratch;
    Settings settings(scratch.filePath(QStringLiteral("settings.ini")));
    Studio studio(settings, theme);
    ScreenshotWalker walker(studio, arguments.screenshots, arguments.directory);
    int status = 0;
    QObject::connect(&walker, &ScreenshotWalker::finished, &application, [&](int code) {
        status = code;
        studio.closeAll();
        if (studio.windows().isEmpty()) {
            QCoreApplication::quit();
        }
    });
    QObject::connect(&studio, &Studio::lastWindowClosed, &application, &QCoreApplication::quit, Qt::QueuedConnection);
    QMetaObject::invokeMethod(&walker, &ScreenshotWalker::start, Qt::QueuedConnection);
    QApplication::exec();
    return status;
}

} // namespace

int main(int argc, char** argv) {
    QElapsedTimer sinceStart;
    sinceStart.start();
    if (needsNoDisplay(argc, argv) && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("rustcask"));
    QApplication::setApplicationName(QStringLiteral("rustcask-studio"));
    QApplication::setApplicationDisplayName(QStringLiteral("Rustcask Studio"));
    QApplication::setApplicationVersion(QStringLiteral(RUSTCASK_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("org.rustcask.Studio"));
    QApplication::setQuitOnLastWindowClosed(false); // a hidden window may still be closing its database

    const auto parsed = parse(QApplication::arguments());
    if (const int* status = std::get_if<int>(&parsed)) {
        return *status;
    }
    const auto& arguments = std::get<Arguments>(parsed);

    Theme theme(application);
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/rustcask/org.rustcask.Studio.svg")));
    Settings settings;
    theme.setMode(themeModeFromName(arguments.theme.isEmpty() ? settings.get(settings::theme) : arguments.theme));
    if (!arguments.screenshots.isEmpty()) {
        return takeScreenshots(application, theme, arguments);
    }

    Studio studio(settings, theme);
    QObject::connect(&studio, &Studio::lastWindowClosed, &application, &QCoreApplication::quit, Qt::QueuedConnection);
    MainWindow* window = studio.addWindow();
    if (arguments.traceStartup) {
        QObject::connect(window, &MainWindow::milestone, &application, [&sinceStart](const QString& name) {
            std::fprintf(stderr, "%lld ms: %s\n", static_cast<long long>(sinceStart.elapsed()), qPrintable(name));
        });
    }
    if (!arguments.page.isEmpty()) {
        window->setPreferredPage(arguments.page);
    }
    window->show();
    if (arguments.sample) {
        studio.openSample(window);
    } else if (!arguments.directory.isEmpty()) {
        studio.open(arguments.directory, arguments.readOnly, window);
    } else if (arguments.page == QLatin1String("benchmark") || arguments.page == QLatin1String("learn")) {
        window->showPage(arguments.page); // these two need no database
    }
    return QApplication::exec();
}

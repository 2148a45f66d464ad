// SPDX-License-Identifier: GPL-3.0-or-later
// The Storage page in a window, as the main window holds it.
#pragma once

#include <QAction>
#include <QMainWindow>
#include <QTemporaryDir>

#include "actions/action_registry.h"
#include "pages/storage/byte_map_store.h"
#include "pages/storage/byte_map_view.h"
#include "pages/storage/files_card.h"
#include "pages/storage/storage_page.h"
#include "settings/settings.h"

namespace rustcask::ui::test {

struct Stage {
    QTemporaryDir settingsDirectory;
    QMainWindow window;
    ActionRegistry actions{&window};
    Settings settings{settingsDirectory.filePath(QStringLiteral("settings.ini"))};
    StoragePage* page = new StoragePage({actions, settings});

    Stage() {
        window.setCentralWidget(page);
        window.resize(1200, 800);
        window.show();
    }
    ~Stage() { page->setSession(nullptr); }
    [[nodiscard]] ByteMapStore* store() const { return page->files()->store(); }
    [[nodiscard]] ByteMapView* map() const { return page->files()->map(); }
    /// All files are known, which takes a first sample of the statistics, and their records read.
    [[nodiscard]] bool isRead() const { return !store()->files().empty() && store()->isRefined(); }
    [[nodiscard]] QAction* action(const char* id) const { return actions.action(QString::fromLatin1(id)); }
};

} // namespace rustcask::ui::test

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/keys/value_document.h"

namespace rustcask::ui {

class Settings;

/// How the user looks at values, remembered for all keys that begin alike: up to the first of : / | or the first dot.
class ViewMemory {
public:
    explicit ViewMemory(Settings& settings) : m_settings(settings) {}

    /// "order:" of "order:2026:17"; empty: nothing is remembered for such a key.
    [[nodiscard]] static QByteArray prefixOf(const QByteArray& key);
    [[nodiscard]] ViewChoice choiceFor(const QByteArray& key) const;
    /// The latest 200 prefixes are kept.
    void remember(const QByteArray& key, const ViewChoice& choice);

private:
    Settings& m_settings;
};

} // namespace rustcask::ui

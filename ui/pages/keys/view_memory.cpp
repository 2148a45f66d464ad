// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/view_memory.h"

#include <algorithm>
#include <cstring>

#include "settings/settings.h"

namespace rustcask::ui {

namespace {

const Setting<QStringList> viewsSetting{"values/views", {}};
constexpr qsizetype maxPrefixes = 200;
constexpr qsizetype maxPrefixBytes = 200;
constexpr qsizetype fields = 6; // prefix, tab, packing, encoding, tree format, command; "" where nothing is chosen

QString packingText(std::optional<Packing> packing) {
    return !packing ? QString() : *packing == Packing::none ? QStringLiteral("none") : packingName(*packing);
}

} // namespace

QByteArray ViewMemory::prefixOf(const QByteArray& key) {
    for (const char* separators : {":/|", "."}) {
        const auto* const end = std::find_if(
            key.begin(), key.end(), [&](char c) { return c != '\0' && std::strchr(separators, c) != nullptr; });
        if (end != key.end() && end != key.begin()) {
            return key.first(std::min<qsizetype>(end - key.begin() + 1, maxPrefixBytes));
        }
    }
    return {};
}

ViewChoice ViewMemory::choiceFor(const QByteArray& key) const {
    ViewChoice choice;
    const QByteArray prefix = prefixOf(key);
    if (prefix.isEmpty()) {
        return choice;
    }
    const QString id = QString::fromLatin1(prefix.toHex());
    const QStringList stored = m_settings.get(viewsSetting);
    for (qsizetype i = 0; i + fields <= stored.size(); i += fields) {
        if (stored[i] != id) {
            continue;
        }
        bool isTab = false;
        const int tab = stored[i + 1].toInt(&isTab);
        choice.tab = isTab ? std::optional(tab) : std::nullopt;
        choice.packing = stored[i + 2].isEmpty() ? std::nullopt : std::optional(packingFromName(stored[i + 2]));
        choice.encoding = stored[i + 3].isEmpty() ? std::nullopt : std::optional(encodingFromName(stored[i + 3]));
        choice.treeFormat = stored[i + 4].isEmpty() ? std::nullopt : std::optional(treeFormatFromName(stored[i + 4]));
        choice.command = stored[i + 5];
        break;
    }
    return choice;
}

void ViewMemory::remember(const QByteArray& key, const ViewChoice& choice) {
    const QByteArray prefix = prefixOf(key);
    if (prefix.isEmpty()) {
        return;
    }
    const QString id = QString::fromLatin1(prefix.toHex());
    QStringList stored = m_settings.get(viewsSetting);
    stored.resize(stored.size() - stored.size() % fields);
    for (qsizetype i = 0; i < stored.size(); i += fields) {
        if (stored[i] == id) {
            stored.remove(i, fields);
            break;
        }
    }
    if (choice != ViewChoice{}) {
        const QStringList entry{id,
                                choice.tab ? QString::number(*choice.tab) : QString(),
                                packingText(choice.packing),
                                choice.encoding ? encodingName(*choice.encoding) : QString(),
                                choice.treeFormat ? treeFormatName(*choice.treeFormat) : QString(),
                                choice.command};
        stored = entry + stored;
    }
    stored.resize(std::min(stored.size(), maxPrefixes * fields));
    m_settings.set(viewsSetting, stored);
}

} // namespace rustcask::ui

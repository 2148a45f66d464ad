// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QObject>

#include "pages/keys/value_document.h"

namespace rustcask::ui {

/// What has been typed and not saved, by key: it outlives the selection, sorting, filters and reloads, and goes only
/// when it is saved or discarded.
class UnsavedEdits : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Takes what the editor holds now. The record it began from stays that of the first time; `base` is that record
    /// (nullopt: the key was absent).
    void keep(Draft draft, std::optional<rustcask::Sequence> base);
    /// nullptr: there is none. Valid until the next change.
    [[nodiscard]] const Draft* find(const QByteArray& key) const;
    void forget(const QByteArray& key);
    void clear();
    /// The typing goes on from another record: our own save.
    void rebase(const QByteArray& key, rustcask::Sequence base);
    /// The key has another name now. Its record is not known yet, so saving will ask.
    void rename(const QByteArray& from, const QByteArray& to);
    [[nodiscard]] QList<QByteArray> keys() const { return m_drafts.keys(); } ///< in byte order
    [[nodiscard]] bool isEmpty() const { return m_drafts.isEmpty(); }

Q_SIGNALS:
    void keysChanged(); ///< a key has unsaved edits, or has none any more

private:
    QMap<QByteArray, Draft> m_drafts;
};

} // namespace rustcask::ui

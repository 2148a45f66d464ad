// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/unsaved_edits.h"

namespace rustcask::ui {

void UnsavedEdits::keep(Draft draft, std::optional<rustcask::Sequence> base) {
    const auto before = m_drafts.constFind(draft.key);
    const bool known = before != m_drafts.cend();
    draft.base = known ? before->base : base;
    m_drafts.insert(draft.key, std::move(draft));
    if (!known) {
        Q_EMIT keysChanged();
    }
}

const Draft* UnsavedEdits::find(const QByteArray& key) const {
    const auto kept = m_drafts.constFind(key);
    return kept == m_drafts.cend() ? nullptr : &*kept;
}

void UnsavedEdits::forget(const QByteArray& key) {
    if (m_drafts.remove(key) > 0) {
        Q_EMIT keysChanged();
    }
}

void UnsavedEdits::clear() {
    if (!m_drafts.isEmpty()) {
        m_drafts.clear();
        Q_EMIT keysChanged();
    }
}

void UnsavedEdits::rebase(const QByteArray& key, rustcask::Sequence base) {
    if (const auto kept = m_drafts.find(key); kept != m_drafts.end()) {
        kept->base = base;
    }
}

void UnsavedEdits::rename(const QByteArray& from, const QByteArray& to) {
    if (m_drafts.contains(from)) {
        Draft draft = m_drafts.take(from);
        draft.key = to;
        draft.base = std::nullopt;
        m_drafts.insert(to, draft);
        Q_EMIT keysChanged();
    }
}

} // namespace rustcask::ui

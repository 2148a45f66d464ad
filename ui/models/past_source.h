// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <rustcask/past_keys.h>

#include "models/key_source.h"

namespace rustcask::ui {

/// The keys of an earlier moment, or those that have been deleted, as a list shows them. Of a deleted key place and
/// size are those of its last value, number and time those of its deletion.
class PastSource final : public KeySource {
public:
    explicit PastSource(std::shared_ptr<const rustcask::PastKeys> keys) : m_keys(std::move(keys)) {}

    [[nodiscard]] const rustcask::PastKeys& keys() const noexcept { return *m_keys; }
    [[nodiscard]] std::size_t size() const noexcept override { return m_keys->size(); }
    [[nodiscard]] rustcask::SnapshotEntry entry(std::size_t index) const noexcept override {
        const rustcask::PastKey past = m_keys->key(index);
        return {.key = past.key,
                .generation = past.version.location.generation,
                .offset = past.version.location.offset,
                .valueBytes = past.version.valueBytes,
                .sequence = past.removedBy.value > 0 ? past.removedBy : past.version.sequence};
    }
    [[nodiscard]] rustcask::Result<rustcask::Timestamp> timestamp(std::size_t index) const override {
        const rustcask::PastKey past = m_keys->key(index);
        return past.removedBy.value > 0 ? past.removedAt : past.version.time;
    }
    [[nodiscard]] rustcask::Result<std::string> value(std::size_t index) const override { return m_keys->value(index); }

private:
    std::shared_ptr<const rustcask::PastKeys> m_keys;
};

} // namespace rustcask::ui

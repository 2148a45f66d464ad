// SPDX-License-Identifier: Apache-2.0
#include <rustcask/version_files.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "format/checksum.h"
#include "history_file.h"

namespace rustcask {

class VersionFiles::Impl {
public:
    explicit Impl(std::filesystem::path directory) : m_directory(std::move(directory)) {}

    Result<std::string> read(const Version& version) {
        auto held = std::find_if(m_open.begin(), m_open.end(),
                                 [&](const Open& each) { return each.generation == version.location.generation; });
        if (held == m_open.end()) {
            auto opened = versions::openVersionFile(m_directory, version);
            if (!opened)
                return failure(std::move(opened.error()));
            if (m_open.size() == maxOpen)
                m_open.pop_back();
            m_open.push_front({version.location.generation, std::move(opened->file), std::move(opened->path)});
            held = m_open.begin();
        }
        return value(*held, version);
    }

private:
    static constexpr std::size_t maxOpen = 16;
    struct Open {
        Generation generation{};
        std::unique_ptr<io::File> file{};
        std::filesystem::path path{};
    };

    static Result<std::string> value(const Open& open, const Version& version) {
        const std::string_view changed = "another record, or none, stands where this version was";
        auto fileBytes = open.file->size();
        if (!fileBytes)
            return failure(std::move(fileBytes.error()));
        const std::uint64_t offset = version.location.offset;
        const std::uint64_t bytes = version.location.recordBytes;
        if (bytes < format::recordHeaderBytes || offset > *fileBytes || bytes > *fileBytes - offset)
            return versions::corruptVersion(open.path, version, std::string(changed));
        std::string record(static_cast<std::size_t>(bytes), '\0'); // the file has that much
        auto read = open.file->readAt(offset, record.data(), record.size());
        if (!read)
            return failure(std::move(read.error()));
        record.resize(*read);
        if (record.size() < bytes)
            return versions::corruptVersion(open.path, version, std::string(changed));
        const format::RecordHeader header = format::decodeRecordHeader(record.data());
        if (!isPlausible(header) || header.sequence != version.sequence || header.recordBytes() != bytes)
            return versions::corruptVersion(open.path, version, std::string(changed));
        const std::string_view covered = std::string_view(record).substr(format::record_at::sequence);
        if (format::crc32c(covered) != header.checksum)
            return versions::corruptVersion(open.path, version, "the record's checksum does not match");
        record.erase(0, format::recordHeaderBytes + header.keySize);
        return record;
    }

    std::filesystem::path m_directory;
    std::deque<Open> m_open; // the one opened last first
};

VersionFiles::VersionFiles(std::filesystem::path directory) : m_impl(std::make_unique<Impl>(std::move(directory))) {}
VersionFiles::~VersionFiles() = default;

Result<std::string> VersionFiles::read(const Version& version) {
    return m_impl->read(version);
}

} // namespace rustcask

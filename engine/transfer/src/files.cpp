// SPDX-License-Identifier: Apache-2.0
#include <rustcask/transfer/files.h>

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace rustcask::transfer {

namespace {

/// A descriptor of a pipe or device, which cannot be renamed to.
class DeviceSink final : public ByteSink {
public:
    DeviceSink(int descriptor, const std::filesystem::path& path) : m_sink(descriptor, path.string()) {}
    ~DeviceSink() override { ::close(m_sink.descriptor()); }
    Result<void> write(std::string_view bytes) override { return m_sink.write(bytes); }
    Result<void> flush() override { return m_sink.flush(); }

private:
    FileSink m_sink;
};

/// The first bytes of a source, as if there were no more.
class HeadSource final : public ByteSource {
public:
    HeadSource(ByteSource& source, std::uint64_t maxBytes) : m_source(source), m_left(maxBytes) {}
    Result<std::size_t> read(char* buffer, std::size_t bytes) override {
        const auto got = m_source.read(buffer, std::min<std::uint64_t>(bytes, m_left));
        m_left -= got.value_or(0);
        return got;
    }
    std::string name() const override { return m_source.name(); }
    bool isCut() const noexcept { return m_left == 0; }

private:
    ByteSource& m_source;
    std::uint64_t m_left;
};

Result<TransferReport> writeAll(ByteSink& sink, const Form& form, const ExportBody& body) {
    const auto writer = makeRecordWriter(form.format, sink, form.text);
    return body(*writer);
}

} // namespace

bool isInside(const std::filesystem::path& path, const std::filesystem::path& folder) {
    std::error_code error;
    const auto inner = std::filesystem::weakly_canonical(path, error);
    if (error)
        return false;
    const auto outer = std::filesystem::weakly_canonical(folder, error);
    if (error)
        return false;
    const auto [rest, ignored] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
    return rest == outer.end();
}

Result<Input> openInput(const std::filesystem::path& source, const Form& form, const std::filesystem::path& database,
                        Progress& progress, const NoticeListener& notices) {
    Input input;
    if (form.format != Format::folder) {
        auto file = FileSource::open(source, &progress);
        if (!file)
            return failure(std::move(file.error()));
        input.source = std::move(*file);
        progress.setTotals(0, 0, input.source->size().value_or(0));
        input.reader = makeRecordReader(form.format, *input.source, form.text);
        return input;
    }
    if (isInside(database, source))
        return failure(Error{.code = ErrorCode::invalidArgument,
                             .operation = "import the folder",
                             .file = source,
                             .detail = "the database " + database.string() + " lies inside it"});
    const auto totals = FolderReader::measure(source, progress);
    if (!totals)
        return failure(totals.error());
    progress.setTotals(totals->files, totals->files, totals->bytes);
    auto reader = FolderReader::open(source, notices);
    if (!reader)
        return failure(std::move(reader.error()));
    input.reader = std::move(*reader);
    return input;
}

Result<Preview> previewRecords(const std::filesystem::path& source, const Form& form, std::size_t maxRecords,
                               std::uint64_t maxBytes, Progress& progress) {
    std::unique_ptr<FileSource> file;
    std::unique_ptr<HeadSource> head;
    std::unique_ptr<RecordReader> reader;
    if (form.format == Format::folder) {
        auto opened = FolderReader::open(source, {});
        if (!opened)
            return failure(std::move(opened.error()));
        reader = std::move(*opened);
    } else {
        auto opened = FileSource::open(source, &progress);
        if (!opened)
            return failure(std::move(opened.error()));
        file = std::move(*opened);
        head = std::make_unique<HeadSource>(*file, maxBytes);
        reader = makeRecordReader(form.format, *head, form.text);
    }
    Preview preview;
    while (preview.records.size() < maxRecords && reader->bytesRead() < maxBytes) {
        if (auto alive = progress.checkpoint("preview the records"); !alive)
            return failure(std::move(alive.error()));
        Record record;
        const auto more = reader->next(record.key, record.value);
        const bool cut = head && head->isCut();
        if (!more) {
            if (more.error().code != ErrorCode::invalidArgument)
                return failure(more.error());
            if (!cut) // otherwise it is only our scissors
                preview.error = more.error();
            return preview;
        }
        if (!*more) {
            preview.complete = !cut;
            return preview;
        }
        preview.records.push_back(std::move(record));
    }
    return preview;
}

Result<TransferReport> exportTo(const std::filesystem::path& target, const Form& form, bool replace,
                                const std::filesystem::path& database, const NoticeListener& notices,
                                const ExportBody& body) {
    if (isInside(target, database))
        return failure(Error{.code = ErrorCode::invalidArgument,
                             .operation = "export",
                             .file = target,
                             .detail = "it lies inside the database"});
    if (form.format == Format::folder) {
        const auto writer = FolderWriter::create(target, replace, notices);
        if (!writer)
            return failure(writer.error());
        return body(**writer);
    }
    std::error_code error;
    if (std::filesystem::is_other(std::filesystem::status(target, error))) {
        const int descriptor = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
        if (descriptor < 0)
            return failure(systemFailure("write", target, errno));
        DeviceSink sink(descriptor, target);
        return writeAll(sink, form, body);
    }
    const auto file = AtomicFile::create(target, replace);
    if (!file)
        return failure(file.error());
    auto report = writeAll(**file, form, body);
    if (!report)
        return report;
    if (auto done = (*file)->commit(); !done)
        return failure(std::move(done.error()));
    return report;
}

} // namespace rustcask::transfer

// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer/transfer_job.h"

#include <algorithm>
#include <memory>

#include <QCoreApplication>
#include <QPointer>

#include <rustcask/value_reader.h>

#include "commands/edit_command.h"
#include "session/session.h"
#include "tasks/task_runner.h"
#include "theme/format.h"
#include "transfer/transfer_text.h"

namespace rustcask::ui {

namespace {

namespace transfer = rustcask::transfer;

class TransferJob {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::TransferJob)
};

constexpr std::size_t previewedRecords = 50;
constexpr std::uint64_t previewedBytes = std::uint64_t{4} << 20;
constexpr std::size_t shownRecords = 6;
constexpr std::size_t shownValueBytes = 160;
constexpr std::uint64_t wholeValueBytes = 1 << 20; // of a longer value the preview reads no more than it shows

QString nameOf(const std::filesystem::path& path) {
    const std::string name = path.has_filename() ? path.filename().string() : path.string();
    return displayKey(QByteArrayView(name.data(), qsizetype(name.size())), 60);
}

Task* start(Session& session, const QString& title, QObject* context, std::function<void(TransferOutcome)> done,
            std::function<TransferOutcome(rustcask::Progress&)> body) {
    TaskOptions options;
    options.pausable = true;
    return session.tasks().start<TransferOutcome>(
        title,
        [body = std::move(body)](rustcask::Progress& progress) -> rustcask::Result<TransferOutcome> {
            return body(progress);
        },
        context,
        [done = std::move(done)](rustcask::Result<TransferOutcome> outcome) {
            if (outcome) {
                done(std::move(*outcome));
                return;
            }
            TransferOutcome failed; // cancelled before it began, or out of memory
            failed.error = std::move(outcome.error());
            done(std::move(failed));
        },
        options);
}

/// Stores records so that they can be undone in one step, as long as they are not too many.
class UndoableStore {
public:
    UndoableStore(rustcask::Database& database, transfer::ConflictPolicy policy, TransferOutcome& outcome)
        : m_database(database), m_policy(policy), m_outcome(outcome) {
        m_outcome.step = std::make_shared<EditRecord>();
    }

    rustcask::Result<transfer::Stored> operator()(std::string_view key, std::string_view value) {
        if (m_outcome.step && m_outcome.step->step.size() >= TransferOutcome::maxUndoRecords) {
            m_outcome.step.reset();
            m_outcome.tooManyToUndo = true;
        }
        if (!m_outcome.step || key.empty() || key.size() > rustcask::maxKeyBytes) {
            return storeRecord(m_database, key, value, m_policy);
        }
        const bool overwrite = m_policy == transfer::ConflictPolicy::overwrite;
        const bool there = overwrite && m_database.contains(key).value_or(false);
        KeyChange change;
        change.key = QByteArray(key.data(), qsizetype(key.size()));
        // A step keeps small values only: a large one need not be copied for it.
        change.value = value.size() > EditStep::maxHeldBytes
                           ? QByteArray::fromRawData(value.data(), qsizetype(value.size()))
                           : QByteArray(value.data(), qsizetype(value.size()));
        change.guarded = !overwrite;
        EditTally tally;
        m_outcome.step->step.makeOne(m_database, change, true, tally);
        if (tally.error) {
            return rustcask::failure(std::move(*tally.error));
        }
        if (tally.conflicts > 0) {
            return m_policy == transfer::ConflictPolicy::fail
                       ? rustcask::Result<transfer::Stored>(rustcask::failure(transfer::conflictWith(key)))
                       : transfer::Stored::kept;
        }
        return there ? transfer::Stored::over : transfer::Stored::fresh;
    }

private:
    rustcask::Database& m_database;
    transfer::ConflictPolicy m_policy;
    TransferOutcome& m_outcome;
};

TransferOutcome import(rustcask::Database& database, const ImportJob& job, rustcask::Progress& progress) {
    TransferOutcome outcome;
    if (auto plain = checkPlain(job.source, TransferJob::tr("import")); !plain) {
        outcome.error = std::move(plain.error());
        return outcome;
    }
    const auto input =
        transfer::openInput(job.source, job.form, database.directory(), progress,
                            [&](const transfer::Notice& notice) { outcome.addNote(noticeText(notice)); });
    if (!input) {
        outcome.error = input.error();
        return outcome;
    }
    UndoableStore store(database, job.conflicts, outcome);
    const transfer::ImportOptions options{
        .conflicts = job.conflicts,
        .skipMalformed = job.skipMalformed,
        .onMalformed = [&](const rustcask::Error& error) { outcome.addNote(errorText(error)); },
        .store = std::ref(store)};
    auto imported = transfer::importRecords(database, *input->reader, options, progress, outcome.report);
    if (!imported) {
        outcome.error = std::move(imported.error());
    }
    progress.setPhase(rustcask::Phase::syncing);
    if (auto synced = outcome.report.records > 0 ? database.sync() : rustcask::Result<void>();
        !synced && !outcome.error) {
        outcome.error = std::move(synced.error());
    }
    if (outcome.step) {
        outcome.step->needed = outcome.step->step.neededFiles(false);
    }
    return outcome;
}

TransferOutcome exportTo(rustcask::Database& database, const ExportJob& job, rustcask::Progress& progress) {
    TransferOutcome outcome;
    if (auto plain = checkPlain(job.target, TransferJob::tr("export")); !plain) {
        outcome.error = std::move(plain.error());
        return outcome;
    }
    const auto body = [&](transfer::RecordWriter& writer) -> rustcask::Result<transfer::TransferReport> {
        if (job.chosen.keyAt) {
            const ExportRequest& chosen = job.chosen;
            return chosen.valueAt ? transfer::exportKeys(chosen.count, chosen.keyAt, chosen.valueAt, writer, progress)
                                  : transfer::exportKeys(database, chosen.count, chosen.keyAt, writer, progress);
        }
        const auto snapshot = database.snapshot();
        if (!snapshot) {
            return rustcask::failure(snapshot.error());
        }
        return transfer::exportRecords(**snapshot, job.selection, writer, progress);
    };
    auto written = transfer::exportTo(
        job.target, job.form, job.replace, database.directory(),
        [&](const transfer::Notice& notice) { outcome.addNote(noticeText(notice)); }, body);
    if (written) {
        outcome.report = *written;
    } else {
        outcome.error = std::move(written.error());
    }
    return outcome;
}

/// A record of the preview: the value, or what of it is to be shown and a little more.
struct ShownRecord {
    std::string key{};
    std::string value{};
    std::uint64_t valueBytes = 0;
};

/// Reads the value of the record's key as it is now. False: the key is absent.
rustcask::Result<bool> beginningOf(const rustcask::Database& database, ShownRecord& record) {
    const auto info = database.info(record.key);
    if (!info) {
        return rustcask::failure(info.error());
    }
    if (!*info || (*info)->valueBytes <= wholeValueBytes) {
        auto found = database.get(record.key, record.value);
        record.valueBytes = record.value.size();
        return found;
    }
    const auto reader = database.openValue(record.key);
    if (!reader) {
        return rustcask::failure(reader.error());
    }
    if (!*reader) {
        return false;
    }
    record.value.resize(shownValueBytes + 1);
    const auto got = (*reader)->read(0, record.value.data(), record.value.size());
    if (!got) {
        return rustcask::failure(got.error());
    }
    record.value.resize(*got);
    record.valueBytes = (*reader)->size();
    return true;
}

// Never through the middle of a character: the rest would look like binary data.
std::string shortened(const std::string& value, bool& cut) {
    if (value.size() <= shownValueBytes) {
        return value;
    }
    cut = true;
    std::size_t length = shownValueBytes;
    while (length > shownValueBytes - 4 && (static_cast<unsigned char>(value[length]) & 0xc0) == 0x80) {
        --length;
    }
    return value.substr(0, length);
}

QString fileName(const std::string& key) {
    if (transfer::isSafeRelativePath(key)) {
        return displayKey(QByteArrayView(key.data(), qsizetype(key.size())), 160);
    }
    const auto escaped = transfer::escapedFileName(key);
    return QString::fromStdString(std::string(transfer::escapedFolderName) + "/" + escaped.value_or("+1.value"));
}

// One line of text a line of the file; what is no text there as \xNN.
QString textOf(const std::string& bytes, transfer::Format format) {
    QString text;
    for (std::size_t begin = 0; begin < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
        std::string_view line(bytes.data() + begin, end - begin);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        text += format == transfer::Format::resp
                    ? QString::fromStdString(transfer::encode(line, transfer::Encoding::text))
                    : QString::fromUtf8(line.data(), qsizetype(line.size()));
        text += QLatin1Char('\n');
        begin = end + 1;
    }
    return text;
}

rustcask::Result<QString> sample(const std::vector<ShownRecord>& records, const transfer::Form& form, bool& cut) {
    if (form.format == transfer::Format::folder) {
        QStringList names;
        for (const ShownRecord& record : records) {
            names << TransferJob::tr("%1   (%2)").arg(fileName(record.key), formatBytes(record.valueBytes));
        }
        return names.join(QLatin1Char('\n'));
    }
    transfer::StringSink sink;
    const auto writer = makeRecordWriter(form.format, sink, form.text);
    for (const ShownRecord& record : records) {
        if (auto written = writer->write(record.key, shortened(record.value, cut)); !written) {
            return rustcask::failure(written.error());
        }
    }
    if (auto finished = writer->finish(); !finished) {
        return rustcask::failure(finished.error());
    }
    return textOf(sink.bytes(), form.format);
}

} // namespace

void TransferOutcome::addNote(const QString& text) {
    ++noteCount;
    if (notes.size() < maxNotes) {
        notes << text;
    }
}

Task* startImport(Session& session, const ImportJob& job, QObject* context, std::function<void(TransferOutcome)> done) {
    const QString name = nameOf(job.source);
    const auto adopted = [home = QPointer<Session>(&session), name, done = std::move(done)](TransferOutcome outcome) {
        if (home && outcome.step && outcome.step->step.size() > 0) {
            outcome.step->text = TransferJob::tr("Import %1").arg(name);
            outcome.step->tally.wanted = outcome.step->tally.made = outcome.step->step.size();
            home->adopt(outcome.step);
        }
        done(std::move(outcome));
    };
    return start(session, TransferJob::tr("Importing %1").arg(name), context, adopted,
                 [database = session.database(), job](rustcask::Progress& progress) {
                     return import(*database, job, progress);
                 });
}

Task* startExport(Session& session, const ExportJob& job, QObject* context, std::function<void(TransferOutcome)> done) {
    return start(session, TransferJob::tr("Exporting to %1").arg(nameOf(job.target)), context, std::move(done),
                 [database = session.database(), job](rustcask::Progress& progress) {
                     return exportTo(*database, job, progress);
                 });
}

rustcask::Result<void> checkPlain(const std::filesystem::path& path, const QString& operation) {
    std::error_code error;
    if (!std::filesystem::is_other(std::filesystem::status(path, error))) {
        return {};
    }
    return rustcask::failure(
        rustcask::Error{.code = rustcask::ErrorCode::invalidArgument,
                        .operation = operation.toStdString(),
                        .file = path,
                        .detail = TransferJob::tr("it is a pipe or device, neither file nor folder").toStdString(),
                        .advice = TransferJob::tr("The command line reads and writes pipes.").toStdString()});
}

rustcask::Result<ImportPreview> previewImport(const rustcask::Database& database, const std::filesystem::path& source,
                                              const transfer::Form& form, rustcask::Progress& progress) {
    if (auto plain = checkPlain(source, TransferJob::tr("preview the import")); !plain) {
        return rustcask::failure(std::move(plain.error()));
    }
    auto preview = transfer::previewRecords(source, form, previewedRecords, previewedBytes, progress);
    if (!preview) {
        return rustcask::failure(std::move(preview.error()));
    }
    ImportPreview result;
    result.preview = std::move(*preview);
    for (const transfer::Record& record : result.preview.records) {
        result.present.push_back(database.contains(record.key).value_or(false));
    }
    return result;
}

rustcask::Result<ExportPreview> previewExport(const rustcask::Database& database, const ExportJob& job,
                                              rustcask::Progress& progress) {
    ExportPreview result;
    std::vector<ShownRecord> records;
    if (job.chosen.keyAt) {
        result.keys = job.chosen.count;
        for (std::size_t i = 0; i < job.chosen.count && records.size() < shownRecords; ++i) {
            ShownRecord record{.key = std::string(job.chosen.keyAt(i))};
            const auto found = job.chosen.valueAt ? job.chosen.valueAt(i, record.value) : beginningOf(database, record);
            if (!found) {
                return rustcask::failure(found.error());
            }
            if (job.chosen.valueAt) {
                record.valueBytes = record.value.size();
            }
            if (*found) {
                records.push_back(std::move(record));
            }
        }
    } else {
        const auto snapshot = database.snapshot();
        if (!snapshot) {
            return rustcask::failure(snapshot.error());
        }
        std::vector<std::string_view> first; // the smallest keys, in order
        quint64 bytes = 0;
        const std::size_t count = (*snapshot)->size();
        for (std::size_t i = 0; i < count; ++i) {
            if ((i & 0xfff) == 0) {
                if (auto alive = progress.checkpoint("preview the export"); !alive) {
                    return rustcask::failure(std::move(alive.error()));
                }
            }
            const rustcask::SnapshotEntry entry = (*snapshot)->entry(i);
            if (!job.selection.matches(entry.key)) {
                continue;
            }
            ++result.keys;
            bytes += entry.valueBytes;
            if (first.size() < shownRecords || entry.key < first.back()) {
                first.insert(std::upper_bound(first.begin(), first.end(), entry.key), entry.key);
                first.resize(std::min(first.size(), shownRecords));
            }
        }
        result.valueBytes = bytes;
        for (const std::string_view key : first) {
            ShownRecord record{.key = std::string(key)};
            const auto found = beginningOf(database, record);
            if (!found) {
                return rustcask::failure(found.error());
            }
            if (*found) {
                records.push_back(std::move(record));
            }
        }
    }
    auto text = sample(records, job.form, result.valuesCut);
    if (!text) {
        return rustcask::failure(std::move(text.error()));
    }
    result.text = std::move(*text);
    return result;
}

} // namespace rustcask::ui

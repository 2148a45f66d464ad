// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include <QFileInfo>

#include "commands/edit_command.h"
#include "session/event_hub.h"
#include "session/version_finder.h"
#include "theme/format.h"

namespace rustcask::ui {

namespace {

constexpr int changeIntervalMs = 100;
constexpr int statsIntervalMs = 200;
constexpr int followIntervalMs = 500;

const TaskOptions quiet{.cancellable = false, .pausable = false, .visible = false, .cancelWithContext = false};

QByteArray bytes(const std::string& text) {
    return {text.data(), static_cast<qsizetype>(text.size())};
}

rustcask::Error makeError(ErrorCode code, const QString& operation, const QString& detail) {
    rustcask::Error error;
    error.code = code;
    error.operation = operation.toStdString();
    error.detail = detail.toStdString();
    return error;
}

Result<std::optional<QByteArray>> readValue(const rustcask::Database& database, const QByteArray& key) {
    const auto value = database.get(bytesOf(key));
    if (!value) {
        return rustcask::failure(value.error());
    }
    return *value ? std::optional(bytes(**value)) : std::nullopt;
}

} // namespace

Session::Session(std::shared_ptr<rustcask::Database> database, std::shared_ptr<EventHub> events, QObject* parent)
    : QObject(parent), m_database(std::move(database)), m_events(std::move(events)), m_edits(1), m_service(2) {
    m_directory = QFileInfo(QString::fromStdString(m_database->directory().string())).absoluteFilePath();
    m_readOnly = m_database->options().readOnly;
    m_versions = std::make_unique<VersionFinder>(*this);
    m_undoStack.setUndoLimit(1000);
    m_clock.start();
    m_sinceChange.start();
    m_changeTimer.setSingleShot(true);
    m_statsTimer.setSingleShot(true);
    m_statsTimer.setInterval(statsIntervalMs);
    connect(&m_changeTimer, &QTimer::timeout, this, &Session::emitChange);
    connect(&m_statsTimer, &QTimer::timeout, this, &Session::sampleStats);
    if (m_events) {
        m_events->setWake([this] { QMetaObject::invokeMethod(this, &Session::noteChange, Qt::QueuedConnection); });
        m_events->rearm();
    }
    if (m_readOnly) {
        m_followTimer.setInterval(followIntervalMs);
        connect(&m_followTimer, &QTimer::timeout, this, &Session::follow);
        m_followTimer.start();
    }
    QTimer::singleShot(0, this, &Session::sampleStats);
    QTimer::singleShot(0, this, &Session::deliverEvents);
}

Session::~Session() {
    if (m_events) {
        m_events->setWake({});
    }
    m_closing = true;
    m_undoStack.clear();
}

QString Session::name() const {
    return QFileInfo(m_directory).fileName();
}

QString Session::formatName() const {
    return tr("Rustcask v1");
}

quint64 Session::appendCount() const {
    return m_events ? m_events->appendCount() : 0;
}

void Session::keepAppends(bool keep) {
    if (m_events) {
        m_events->keepAppends(keep);
    }
}

std::vector<LoggedAppend> Session::fetchAppends(quint64& dropped) {
    dropped = m_events ? m_events->takeDropped() : 0;
    return m_events ? m_events->fetchAppends() : std::vector<LoggedAppend>();
}

bool Session::refuse(QObject* context, const std::function<void(const rustcask::Error&)>& tell) {
    std::optional<rustcask::Error> error;
    if (m_closing || !m_database) {
        error = makeError(ErrorCode::closed, tr("change the database"), QString());
    } else if (m_readOnly) {
        error = makeError(ErrorCode::readOnly, tr("change the database"), QString());
    }
    if (error && tell) {
        // Later, as every other answer: callers need not care which way it came.
        QMetaObject::invokeMethod(
            this,
            [tell, error, guard = QPointer<QObject>(context), has = context != nullptr] {
                if (!has || guard) {
                    tell(*error);
                }
            },
            Qt::QueuedConnection);
    }
    return error.has_value();
}

void Session::put(const QByteArray& key, const QByteArray& value, QObject* context,
                  std::function<void(Result<void>)> done) {
    apply(tr("Put %1").arg(displayKey(key, 40)), {{key, value}}, context, [done](Result<quint64> count) {
        if (done) {
            done(count ? Result<void>() : Result<void>(rustcask::failure(count.error())));
        }
    });
}

void Session::remove(const QByteArray& key, QObject* context, std::function<void(Result<bool>)> done) {
    apply(tr("Delete %1").arg(displayKey(key, 40)), {{key, std::nullopt}}, context, [done](Result<quint64> count) {
        if (done) {
            done(count ? Result<bool>(*count > 0) : Result<bool>(rustcask::failure(count.error())));
        }
    });
}

namespace {

struct EditOutcome {
    EditTally tally{};
    QSet<quint64> needed{};
};

} // namespace

Task* Session::apply(const QString& text, QVector<KeyChange> changes, QObject* context,
                     std::function<void(Result<quint64>)> done) {
    const auto count = static_cast<quint64>(changes.size());
    ChangeList list{count, [changes = std::make_shared<const QVector<KeyChange>>(std::move(changes))](quint64 index) {
                        return changes->at(static_cast<qsizetype>(index));
                    }};
    return applyAll(text, std::move(list), context, [done](const EditTally& tally) {
        if (!done) {
            return;
        }
        if (!tally.error) {
            done(tally.made);
            return;
        }
        rustcask::Error error = *tally.error;
        if (tally.made > 0) {
            error.detail +=
                tr(" %n change(s) had been made before.", nullptr, static_cast<int>(tally.made)).toStdString();
        }
        done(rustcask::failure(std::move(error)));
    });
}

Task* Session::applyAll(const QString& text, ChangeList changes, QObject* context,
                        std::function<void(const EditTally&)> done) {
    const quint64 wanted = changes.count;
    if (refuse(context, [done, wanted](const rustcask::Error& error) {
            if (done) {
                EditTally refused;
                refused.wanted = wanted;
                refused.error = error;
                done(refused);
            }
        })) {
        return nullptr;
    }
    TaskOptions options;
    options.visible = wanted > 1;
    options.cancelWithContext = false; // an edit is made whether or not somebody waits for the news
    auto record = std::make_shared<EditRecord>();
    record->step.setTimes(m_times);
    record->text = text;
    Task* task = m_edits.start<EditOutcome>(
        text,
        [database = m_database, changes = std::move(changes), record](Progress& progress) -> Result<EditOutcome> {
            EditOutcome outcome{record->step.make(*database, changes, progress), {}};
            outcome.needed = record->step.neededFiles(false);
            return outcome;
        },
        this,
        [this, wanted, record, done, guard = QPointer<QObject>(context),
         has = context != nullptr](const Result<EditOutcome>& result) {
            EditTally tally = result ? result->tally : EditTally{};
            if (!result) {
                tally.wanted = wanted;
                tally.error = result.error();
            } else {
                record->needed = result->needed;
            }
            record->tally = tally;
            record->time = QDateTime::currentDateTime();
            if (tally.made > 0) {
                m_undoStack.push(new EditCommand(this, record));
                tellEdited(record->step);
            }
            if (tally.error) {
                sampleStats(); // a failed write may have turned the database read-only
            }
            if (done && (!has || guard)) {
                done(tally);
            }
        });
    if (wanted > 1) {
        Q_EMIT bulkEditStarted(task);
    }
    return task;
}

void Session::adopt(const std::shared_ptr<EditRecord>& record) {
    record->time = QDateTime::currentDateTime();
    m_undoStack.push(new EditCommand(this, record));
    tellEdited(record->step);
}

void Session::tellEdited(const EditStep& step) {
    Q_EMIT keysEdited(step.keys(maxKeysTold), step.size());
    noteChange();
}

void Session::replay(const std::shared_ptr<EditRecord>& record, bool forward) {
    const auto failed = [this, record](const rustcask::Error& error) { Q_EMIT undoFailed(record->text, error); };
    if (refuse(this, failed)) {
        return;
    }
    TaskOptions options;
    options.visible = record->step.size() > 1;
    options.cancelWithContext = false;
    record->running = true;
    Task* task = m_edits.start<EditOutcome>(
        forward ? tr("Redo: %1").arg(record->text) : tr("Undo: %1").arg(record->text),
        [database = m_database, record, forward](Progress& progress) -> Result<EditOutcome> {
            EditOutcome outcome{record->step.replay(*database, forward, progress), {}};
            outcome.needed = record->step.neededFiles(!forward);
            return outcome;
        },
        this,
        [this, record, forward, failed](const Result<EditOutcome>& result) {
            EditTally tally = result ? result->tally : EditTally{};
            if (!result) {
                tally.wanted = record->step.size();
                tally.error = result.error();
            } else {
                record->needed = result->needed;
            }
            record->running = false;
            record->tally = tally;
            record->gone = tally.lost > 0 ? shortfallText(tally) : QString();
            tellEdited(record->step);
            Q_EMIT replayed(record->text, forward, tally);
            if (tally.error) {
                sampleStats();
                if (tally.error->code != ErrorCode::cancelled) { // whoever cancelled needs no message about it
                    failed(*tally.error);
                }
            } else if (const QString shortfall = shortfallText(tally); !shortfall.isEmpty()) {
                failed(makeError(ErrorCode::invalidArgument, record->text, shortfall));
            }
        });
    if (options.visible) {
        Q_EMIT bulkEditStarted(task);
    }
}

// After a merge, values that only the old files held are gone: the steps that would need them say so beforehand.
void Session::noteMerges() {
    QSet<quint64> files;
    quint64 newest = 0;
    for (const rustcask::FileStats& file : m_stats.files) {
        files.insert(file.generation.value);
        newest = std::max<quint64>(newest, file.generation.value);
    }
    for (int i = 0; i < m_undoStack.count(); ++i) {
        EditRecord& record = *static_cast<const EditCommand*>(m_undoStack.command(i))->record();
        const bool gone = std::any_of(record.needed.cbegin(), record.needed.cend(), [&](quint64 generation) {
            return generation <= newest && !files.contains(generation); // a newer file is not in the sample yet
        });
        if (record.gone.isEmpty() && gone) {
            record.gone = tr("A merge has removed the file that held the former values.");
        }
    }
}

void Session::get(const QByteArray& key, QObject* context,
                  std::function<void(Result<std::optional<QByteArray>>)> done) {
    if (m_closing || !m_database) {
        return;
    }
    m_tasks.start<std::optional<QByteArray>>(tr("Read %1").arg(displayKey(key, 40)),
                                             [database = m_database, times = m_times, key](Progress&) {
                                                 const OperationTimes::Timer timer(times.get(), OperationTimes::read);
                                                 return readValue(*database, key);
                                             },
                                             context, std::move(done), {.visible = false});
}

void Session::noteChange() {
    if (m_closing || m_changeTimer.isActive()) {
        return;
    }
    m_changeTimer.start(static_cast<int>(std::max<qint64>(0, changeIntervalMs - m_sinceChange.elapsed())));
}

void Session::emitChange() {
    m_sinceChange.restart();
    if (m_events) {
        m_events->rearm();
    }
    deliverEvents();
    Q_EMIT contentChanged();
    if (!m_statsTimer.isActive()) {
        m_statsTimer.start();
    }
}

void Session::deliverEvents() {
    if (!m_events) {
        return;
    }
    if (const QVector<EngineEvent> events = m_events->fetch(); !events.isEmpty()) {
        Q_EMIT eventsArrived(events);
    }
}

void Session::sampleStats() {
    if (m_closing || !m_database) {
        return;
    }
    if (m_sampling) {
        m_sampleAgain = true;
        return;
    }
    m_sampling = true;
    struct Sample {
        rustcask::Stats stats;
        std::optional<rustcask::Error> fault;
    };
    m_service.start<Sample>(
        tr("Sample statistics"),
        [database = m_database](Progress&) -> Result<Sample> {
            return Sample{database->stats(), database->fault()};
        },
        this,
        [this](Result<Sample> sample) {
            m_sampling = false;
            if (!sample || m_closing) {
                return;
            }
            const bool merged = sample->stats.merges != m_stats.merges;
            m_stats = std::move(sample->stats);
            if (merged) {
                noteMerges();
            }
            Q_EMIT statsSampled(m_stats, m_clock.elapsed());
            if (sample->fault && !m_faultTold) {
                m_faultTold = true;
                m_readOnly = true;
                Q_EMIT faulted(*sample->fault);
            }
            if (std::exchange(m_sampleAgain, false) || m_stats.mergeRunning) {
                m_statsTimer.start();
            }
        },
        quiet);
}

void Session::follow() {
    if (m_closing || m_following || !m_database) {
        return;
    }
    m_following = true;
    m_service.start<bool>(
        tr("Follow the writer"), [database = m_database](Progress&) { return database->refresh(); }, this,
        [this](Result<bool> changed) {
            m_following = false;
            if (m_closing) {
                return;
            }
            if (!changed) {
                if (!std::exchange(m_faultTold, true)) {
                    Q_EMIT faulted(changed.error());
                }
            } else {
                m_faultTold = false;
                if (*changed) {
                    noteChange();
                }
            }
        },
        quiet);
}

void Session::close() {
    if (m_closing) {
        return;
    }
    m_closing = true;
    m_changeTimer.stop();
    m_statsTimer.stop();
    m_followTimer.stop();
    m_tasks.cancelAll();
    m_undoStack.clear();
    connect(&m_tasks, &TaskRunner::idle, this, &Session::finishClosing);
    connect(&m_edits, &TaskRunner::idle, this, &Session::finishClosing);
    connect(&m_service, &TaskRunner::idle, this, &Session::finishClosing);
    QTimer::singleShot(0, this, &Session::finishClosing);
}

void Session::finishClosing() {
    if (!m_database || !m_tasks.isIdle() || !m_edits.isIdle() || !m_service.isIdle()) {
        return; // edits already asked for are made, not cancelled
    }
    m_service.start<bool>(
        tr("Close the database"),
        [database = std::exchange(m_database, nullptr)](Progress&) mutable -> Result<bool> {
            const auto result = database->close();
            database.reset(); // the last reference goes here, on the worker
            return result ? Result<bool>(true) : Result<bool>(rustcask::failure(result.error()));
        },
        this, [this](Result<bool> result) { Q_EMIT closed(result ? nullptr : &result.error()); }, quiet);
}

} // namespace rustcask::ui

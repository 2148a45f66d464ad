// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include <QFileInfo>

#include "commands/edit_command.h"
#include "session/event_hub.h"
#include "theme/format.h"

namespace rustcask::ui {

namespace {

constexpr int changeIntervalMs = 100;
constexpr int statsIntervalMs = 200;
constexpr int followIntervalMs = 500;

const TaskOptions quiet{.cancellable = false, .pausable = false, .visible = false, .cancelWithContext = false};

std::string_view view(const QByteArray& bytes) {
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

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

/// What a run of edits came to: those made, and what stopped it.
struct EditOutcome {
    QVector<KeyEdit> made{};
    std::optional<rustcask::Error> error{};
};

Result<std::optional<QByteArray>> readValue(const rustcask::Database& database, const QByteArray& key) {
    const auto value = database.get(view(key));
    if (!value) {
        return rustcask::failure(value.error());
    }
    return *value ? std::optional(bytes(**value)) : std::nullopt;
}

Result<void> write(rustcask::Database& database, const QByteArray& key, const std::optional<QByteArray>& value) {
    if (value) {
        return database.put(view(key), view(*value));
    }
    const auto removed = database.remove(view(key));
    return removed ? Result<void>() : Result<void>(rustcask::failure(removed.error()));
}

QVector<QByteArray> keysOf(const QVector<KeyEdit>& edits) {
    QVector<QByteArray> keys;
    keys.reserve(edits.size());
    for (const KeyEdit& edit : edits) {
        keys.append(edit.key);
    }
    return keys;
}

constexpr const char* conflictOperation = "change the key";

/// As `write`, but only while the record is the one expected.
Result<void> writeGuarded(rustcask::Database& database, const KeyChange& change) {
    const auto conflict = [&] {
        return rustcask::failure(makeError(ErrorCode::invalidArgument, QString::fromLatin1(conflictOperation),
                                           Session::tr("It has been changed by somebody else meanwhile.")));
    };
    if (change.value) {
        const auto written = database.putIf(view(change.key), view(*change.value), change.expected);
        if (!written) {
            return rustcask::failure(written.error());
        }
        return *written ? Result<void>() : Result<void>(conflict());
    }
    const auto info = database.info(view(change.key));
    if (!info) {
        return rustcask::failure(info.error());
    }
    const auto now = *info ? std::optional((*info)->sequence) : std::nullopt;
    return now == change.expected ? write(database, change.key, change.value) : Result<void>(conflict());
}

EditOutcome makeChanges(rustcask::Database& database, const QVector<KeyChange>& changes, Progress& progress) {
    EditOutcome outcome;
    progress.setTotals(0, static_cast<std::uint64_t>(changes.size()), 0);
    for (const KeyChange& change : changes) {
        if (auto go = progress.checkpoint("edit"); !go) {
            outcome.error = go.error();
            break;
        }
        auto before = readValue(database, change.key);
        if (!before && before.error().code == ErrorCode::corruption && change.value) {
            before = std::nullopt; // a damaged value can be replaced; only its undo is lost
        }
        if (!before) {
            outcome.error = before.error();
            break;
        }
        if (!change.value && !*before) {
            continue;
        }
        const auto written =
            change.guarded ? writeGuarded(database, change) : write(database, change.key, change.value);
        if (!written) {
            outcome.error = written.error();
            break;
        }
        outcome.made.append({change.key, *before, change.value});
        progress.addRecords(1);
    }
    return outcome;
}

} // namespace

bool isConflict(const rustcask::Error& error) {
    return error.code == ErrorCode::invalidArgument && error.operation == conflictOperation;
}

Session::Session(std::shared_ptr<rustcask::Database> database, std::shared_ptr<EventHub> events, QObject* parent)
    : QObject(parent), m_database(std::move(database)), m_events(std::move(events)), m_edits(1), m_service(2) {
    m_directory = QFileInfo(QString::fromStdString(m_database->directory().string())).absoluteFilePath();
    m_readOnly = m_database->options().readOnly;
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

Task* Session::apply(const QString& text, QVector<KeyChange> changes, QObject* context,
                     std::function<void(Result<quint64>)> done) {
    if (refuse(context, [done](const rustcask::Error& error) {
            if (done) {
                done(rustcask::failure(error));
            }
        })) {
        return nullptr;
    }
    TaskOptions options;
    options.visible = changes.size() > 1;
    options.cancelWithContext = false; // an edit is made whether or not somebody waits for the news
    return m_edits.start<EditOutcome>(
        text,
        [database = m_database, changes = std::move(changes)](Progress& progress) -> Result<EditOutcome> {
            return makeChanges(*database, changes, progress);
        },
        this,
        [this, text, done, guard = QPointer<QObject>(context), has = context != nullptr](Result<EditOutcome> r) {
            const quint64 made = r ? static_cast<quint64>(r->made.size()) : 0;
            std::optional<rustcask::Error> error = r ? r->error : r.error();
            if (made > 0) {
                auto edits = std::make_shared<const QVector<KeyEdit>>(std::move(r->made));
                m_undoStack.push(new EditCommand(this, text, edits));
                Q_EMIT keysEdited(keysOf(*edits));
                noteChange();
            }
            if (error) {
                sampleStats(); // a failed write may have turned the database read-only
                if (made > 0) {
                    error->detail +=
                        tr(" %n change(s) had been made before.", nullptr, static_cast<int>(made)).toStdString();
                }
            }
            if (done && (!has || guard)) {
                done(error ? Result<quint64>(rustcask::failure(std::move(*error))) : Result<quint64>(made));
            }
        });
}

void Session::replay(const QString& text, std::shared_ptr<const QVector<KeyEdit>> edits, bool forward) {
    const auto failed = [this, text](const rustcask::Error& error) { Q_EMIT undoFailed(text, error); };
    if (refuse(this, failed)) {
        return;
    }
    TaskOptions options;
    options.visible = edits->size() > 1;
    m_edits.start<quint64>(
        text,
        [database = m_database, edits, forward](Progress& progress) -> Result<quint64> {
            progress.setTotals(0, static_cast<std::uint64_t>(edits->size()), 0);
            quint64 conflicts = 0;
            const qsizetype count = edits->size();
            for (qsizetype i = 0; i < count; ++i) {
                if (auto go = progress.checkpoint("undo"); !go) {
                    return rustcask::failure(go.error());
                }
                const KeyEdit& edit = edits->at(forward ? i : count - 1 - i);
                const auto& expected = forward ? edit.before : edit.after;
                const auto& wanted = forward ? edit.after : edit.before;
                const auto now = readValue(*database, edit.key);
                if (!now) {
                    return rustcask::failure(now.error());
                }
                if (*now != expected) {
                    conflicts += *now == wanted ? 0 : 1;
                    continue;
                }
                if (auto written = write(*database, edit.key, wanted); !written) {
                    return rustcask::failure(written.error());
                }
                progress.addRecords(1);
            }
            return conflicts;
        },
        this,
        [this, text, edits, failed](Result<quint64> conflicts) {
            Q_EMIT keysEdited(keysOf(*edits));
            noteChange();
            if (!conflicts) {
                sampleStats();
                failed(conflicts.error());
            } else if (*conflicts > 0) {
                failed(makeError(ErrorCode::invalidArgument, text,
                                 tr("%n key(s) were changed by somebody else since and have been left as they are",
                                    nullptr, static_cast<int>(*conflicts))));
            }
        });
}

void Session::get(const QByteArray& key, QObject* context,
                  std::function<void(Result<std::optional<QByteArray>>)> done) {
    if (m_closing || !m_database) {
        return;
    }
    m_tasks.start<std::optional<QByteArray>>(
        tr("Read %1").arg(displayKey(key, 40)),
        [database = m_database, key](Progress&) { return readValue(*database, key); }, context, std::move(done),
        {.visible = false});
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
            m_stats = std::move(sample->stats);
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

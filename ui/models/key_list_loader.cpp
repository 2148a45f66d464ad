// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_list_loader.h"

#include <utility>

#include "tasks/release.h"

namespace rustcask::ui {

namespace {

constexpr int pollMs = 60; // first hits of a filter, and its running counts

tl::unexpected<rustcask::Error> cancelledError(std::string operation) {
    rustcask::Error error;
    error.code = rustcask::ErrorCode::cancelled;
    error.operation = std::move(operation);
    return rustcask::failure(std::move(error));
}

struct Loaded {
    std::shared_ptr<const KeySource> source{};
    std::shared_ptr<const RowIds> rows{};
};

struct Orders {
    std::shared_ptr<const RowIds> byKey{};
    std::shared_ptr<const RowIds> order{};
};

} // namespace

KeyListLoader::KeyListLoader(KeyListModel* model, QObject* parent) : QObject(parent), m_model(model) {
    m_poll.setInterval(pollMs);
    connect(&m_poll, &QTimer::timeout, this, &KeyListLoader::showFirstHits);
}

void KeyListLoader::cancel(QPointer<Task>& task) {
    if (task) {
        task->cancel();
        task.clear();
    }
}

void KeyListLoader::start(TaskRunner* runner, Provider provider, CurrentValue currentValue) {
    stop();
    m_runner = runner;
    m_provider = std::move(provider);
    m_currentValue = std::move(currentValue);
    m_state = State::loading;
    m_firstTold = false;
    m_allTold = false;
    reload();
}

void KeyListLoader::stop() {
    ++m_serial;
    ++m_loadSerial;
    cancel(m_loadTask);
    cancel(m_orderTask);
    cancel(m_arrangeTask);
    cancel(m_timesTask);
    m_poll.stop();
    m_runner = nullptr;
    m_provider = nullptr;
    m_currentValue = nullptr;
    m_source.reset();
    m_hits.reset();
    m_edits.clear();
    m_editsShown = 0;
    m_editsAtLoad = 0;
    m_reloadAgain = false;
    m_state = State::empty;
    auto rows = m_model->rows();
    m_model->setSource(nullptr);
    for (auto* each : {&rows, &m_byKey, &m_order}) { // the model has let go of them by now
        releaseOnWorker(std::exchange(*each, nullptr));
    }
    Q_EMIT changed();
}

void KeyListLoader::reload() {
    if (!m_runner) {
        return;
    }
    if (isReloading()) {
        m_reloadAgain = true;
        return;
    }
    m_reloadAgain = false;
    m_loadClock.start();
    m_editsAtLoad = m_edits.size();
    m_loadTask = m_runner->start<Loaded>(
        tr("Read the keys"),
        [provider = m_provider, first = m_state != State::complete && m_state != State::partial](
            rustcask::Progress& progress) -> rustcask::Result<Loaded> {
            auto source = provider(progress);
            if (!source) {
                return rustcask::failure(source.error());
            }
            auto rows = first ? sourceRows((*source)->size()) : nullptr;
            return Loaded{releasedOnWorker(*std::move(source)), std::move(rows)};
        },
        this,
        [this, serial = ++m_loadSerial](rustcask::Result<Loaded> loaded) {
            if (!m_runner || serial != m_loadSerial) {
                return;
            }
            m_loadTask.clear();
            if (!loaded) {
                fail(loaded.error());
                return;
            }
            take(std::move(loaded->source), std::move(loaded->rows));
        },
        quietTask);
    Q_EMIT changed();
}

void KeyListLoader::take(std::shared_ptr<const KeySource> source, std::shared_ptr<const RowIds> rows) {
    m_source = std::move(source);
    m_byKey.reset();
    m_order.reset();
    cancel(m_orderTask);
    if (m_state == State::loading || m_state == State::failed) {
        // Something to see at once; sorted when it is.
        m_model->setSource(m_source, std::move(rows));
        m_edits.remove(0, m_editsAtLoad);
        m_editsAtLoad = 0;
        m_editsShown = 0;
        replay(0);
        m_state = m_filter.isEmpty() ? State::complete : State::partial;
        if (!std::exchange(m_firstTold, true)) {
            Q_EMIT firstRows();
        }
    }
    orderRows();
    if (m_state == State::partial) {
        arrangeRows();
    }
    Q_EMIT changed();
}

void KeyListLoader::orderRows() {
    if (!m_source || !m_runner) {
        return;
    }
    cancel(m_orderTask);
    m_orderTask = m_runner->start<Orders>(
        tr("Sort the keys"),
        [source = m_source, byKey = m_byKey, sort = m_sort](rustcask::Progress& progress) -> rustcask::Result<Orders> {
            Orders orders{byKey, nullptr};
            if (!orders.byKey) {
                auto sorted = sortByKey(*source, progress);
                if (!sorted) {
                    return cancelledError("sort the keys");
                }
                orders.byKey = releasedOnWorker(std::make_shared<const RowIds>(std::move(*sorted)));
            }
            if (sort == KeySort()) {
                orders.order = orders.byKey;
                return orders;
            }
            auto sorted = sortFrom(*source, *orders.byKey, sort, progress);
            if (!sorted) {
                return cancelledError("sort the keys");
            }
            orders.order = releasedOnWorker(std::make_shared<const RowIds>(std::move(*sorted)));
            return orders;
        },
        this,
        [this, source = m_source, sort = m_sort](rustcask::Result<Orders> orders) {
            if (!m_runner || source != m_source || sort != m_sort) {
                return; // superseded
            }
            m_orderTask.clear();
            if (!orders) {
                return;
            }
            m_byKey = orders->byKey;
            m_order = orders->order;
            m_orderSort = sort;
            if (m_model->source() == m_source) {
                m_model->setKeyOrder(m_byKey);
            }
            arrangeRows();
        },
        quietTask);
}

void KeyListLoader::arrangeRows() {
    if (!m_source || !m_runner) {
        return;
    }
    cancel(m_arrangeTask);
    const quint64 serial = ++m_serial;
    const bool ordered = m_order && m_orderSort == m_sort;
    const bool sameSource = m_model->source() == m_source;
    const KeyTable table =
        sameSource ? m_model->table() : KeyTable(m_source, std::make_shared<const KeyOverlay>(m_source->size()));
    const qsizetype editsBefore = sameSource ? m_editsShown : m_editsAtLoad;
    m_hits = std::make_shared<PartialHits>();
    m_firstHitsShown = false;
    ArrangeInput input{table, m_matcher, m_sort, m_byKey, ordered ? m_order : nullptr, m_currentValue, m_editable};
    m_arrangeTask = m_runner->start<Arrangement>(
        tr("Filter the keys"),
        [input = std::move(input), hits = m_hits](rustcask::Progress& progress) -> rustcask::Result<Arrangement> {
            auto arrangement = arrange(input, *hits, progress);
            if (!arrangement) {
                return cancelledError("filter the keys");
            }
            if (!arrangement->own) { // or else the rows have another owner beside this
                arrangement->rows = releasedOnWorker(std::move(arrangement->rows));
            }
            return std::move(*arrangement);
        },
        this,
        [this, serial, editsBefore, source = m_source, sort = m_sort,
         matcher = m_matcher](rustcask::Result<Arrangement> arrangement) {
            if (serial != m_serial || !m_runner) {
                return; // superseded
            }
            m_arrangeTask.clear();
            m_poll.stop();
            if (!arrangement) {
                return;
            }
            const bool isNew = source != m_model->source();
            m_state = State::complete;
            install(source, *arrangement, sort, matcher);
            if (isNew) {
                m_edits.remove(0, editsBefore); // the new source has them
                m_editsAtLoad = std::max<qsizetype>(0, m_editsAtLoad - editsBefore);
            }
            replay(isNew ? 0 : editsBefore);
            m_lastLoadMs = m_loadClock.elapsed();
            if (m_model->isSorted() && !std::exchange(m_allTold, true)) {
                Q_EMIT allRows();
            }
            Q_EMIT changed();
            if (m_reloadAgain) {
                reload();
            }
        },
        quietTask);
    m_poll.start();
    Q_EMIT changed();
}

void KeyListLoader::install(const std::shared_ptr<const KeySource>& source, const Arrangement& arrangement,
                            const KeySort& sort, const KeyMatcher& matcher) {
    auto rows = m_model->rows();
    m_model->setRows(source, arrangement, sort, matcher, source == m_source ? m_byKey : nullptr);
    releaseOnWorker(std::move(rows));
}

/// Lays the edits from number `from` on over the model.
void KeyListLoader::replay(qsizetype from) {
    if (!m_model->canTakeNotes()) {
        m_editsShown = std::min(m_editsShown, from);
        return;
    }
    QVector<KeyNote> newer;
    for (qsizetype i = from; i < m_edits.size(); ++i) {
        const KeyNote& edit = m_edits.at(i);
        const int row = edit.record ? m_model->rowOf(edit.key) : -1;
        if (row < 0 || m_model->entry(row).sequence <= edit.record->sequence) {
            newer.append(edit);
        }
    }
    m_model->note(newer);
    m_editsShown = m_edits.size();
}

void KeyListLoader::showFirstHits() {
    if (m_state != State::partial || !m_hits || !m_arrangeTask) {
        Q_EMIT changed();
        return;
    }
    if (!m_firstHitsShown && m_hits->count() > 0 && m_model->source() == m_source) {
        m_firstHitsShown = true;
        RowIds first = m_hits->first();
        const KeyTable table = m_model->table();
        std::sort(first.begin(), first.end(),
                  [&](RowId a, RowId b) { return keyPrecedes(m_sort, table.entry(a), table.entry(b)); });
        Arrangement hits;
        hits.rows = std::make_shared<const RowIds>(std::move(first));
        install(m_source, hits, m_sort, m_matcher);
    }
    Q_EMIT changed();
}

void KeyListLoader::fail(const rustcask::Error& error) {
    if (error.code == rustcask::ErrorCode::cancelled) {
        return;
    }
    m_error = error;
    if (m_state == State::loading) {
        m_state = State::failed;
    }
    Q_EMIT changed();
}

void KeyListLoader::setFilter(const KeyFilter& filter) {
    if (filter == m_filter) {
        return;
    }
    m_filter = filter;
    auto matcher = KeyMatcher::compile(filter);
    m_patternProblem = matcher ? QString() : matcher.error();
    if (!matcher) {
        Q_EMIT changed(); // the rows stay, or become, those of the last filter that made sense
        return;
    }
    m_matcher = std::move(*matcher);
    if (m_source) {
        m_state = State::partial;
        arrangeRows();
    }
}

void KeyListLoader::setSort(const KeySort& sort) {
    if (sort == m_sort) {
        return;
    }
    m_sort = sort;
    if (!m_source) {
        return;
    }
    orderRows(); // arranges the rows when it is done; the old order stays usable meanwhile
    Q_EMIT changed();
}

void KeyListLoader::note(const QVector<KeyNote>& notes) {
    if (!m_runner || !m_matcher.looksIntoValues() || !m_currentValue) {
        addNotes(notes);
        return;
    }
    // Whether an edited key belongs to the rows depends on its value, which has to be read.
    m_runner->start<QVector<KeyNote>>(
        tr("Look into edited values"),
        [notes = notes, matcher = m_matcher,
         currentValue = m_currentValue](rustcask::Progress&) mutable -> rustcask::Result<QVector<KeyNote>> {
            for (KeyNote& each : notes) {
                if (each.record && each.record->valueBytes <= maxSearchedValueBytes) {
                    const auto value = currentValue({each.key.constData(), static_cast<std::size_t>(each.key.size())});
                    each.valueMatches = value && *value && matcher.matches(**value);
                }
            }
            return notes;
        },
        this,
        [this, notes](rustcask::Result<QVector<KeyNote>> read) {
            if (m_runner) {
                addNotes(read ? *read : notes);
            }
        },
        quietTask);
}

void KeyListLoader::addNotes(const QVector<KeyNote>& notes) {
    m_edits += notes;
    if (m_model->canTakeNotes() && m_editsShown == m_edits.size() - notes.size()) {
        m_model->note(notes);
        m_editsShown = m_edits.size();
    }
    Q_EMIT changed();
}

rustcask::ProgressCounts KeyListLoader::counts() const {
    const QPointer<Task>& task = m_loadTask ? m_loadTask : m_arrangeTask;
    return task ? task->counts() : rustcask::ProgressCounts{};
}

quint64 KeyListLoader::hitsSoFar() const {
    return m_hits ? m_hits->count() : 0;
}

quint64 KeyListLoader::searchedSoFar() const {
    return m_arrangeTask ? m_arrangeTask->counts().recordsDone : 0;
}

void KeyListLoader::wantTimes(int firstRow, int lastRow) {
    m_wantFirst = firstRow;
    m_wantLast = lastRow;
    if (m_timesTask || !m_runner || !m_model->source()) {
        return; // the running batch asks again when it is done
    }
    const RowIds ids = m_model->rowsWithoutTime(firstRow, lastRow);
    if (ids.empty()) {
        return;
    }
    using Times = QVector<WrittenTime>;
    m_timesTask = m_runner->start<Times>(
        tr("Read times"),
        [source = m_model->source(), ids](rustcask::Progress& progress) -> rustcask::Result<Times> {
            Times times;
            for (const RowId id : ids) {
                if (progress.isCancelled()) {
                    return cancelledError("read times");
                }
                const auto time = source->timestamp(id);
                times.append({id, time ? std::optional(*time) : std::nullopt});
            }
            return times;
        },
        this,
        [this, source = m_model->source()](rustcask::Result<Times> times) {
            m_timesTask.clear();
            if (!m_runner || !times) {
                return;
            }
            m_model->setTimes(source, *times);
            wantTimes(m_wantFirst, m_wantLast);
        },
        quietTask);
}

} // namespace rustcask::ui

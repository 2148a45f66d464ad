// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QElapsedTimer>
#include <QPointer>
#include <QTimer>

#include "models/key_list_model.h"
#include "tasks/task_runner.h"

namespace rustcask::ui {

/// Fills a KeyListModel: takes sources, sorts and filters them on workers, drops what has been superseded, and says at
/// any moment what the list shows. Lives in the GUI thread and never blocks it.
class KeyListLoader : public QObject {
    Q_OBJECT
public:
    /// Called on a worker; takes the keys of this moment.
    using Provider = std::function<rustcask::Result<std::shared_ptr<const KeySource>>(rustcask::Progress& progress)>;
    /// Called on a worker; the value of a key at this moment, for searches in values. nullopt: it is absent.
    using CurrentValue = std::function<rustcask::Result<std::optional<std::string>>(std::string_view key)>;

    enum class State {
        empty,    ///< nothing to show: `start` was not called
        loading,  ///< the first source is on its way
        partial,  ///< a filter runs; rows are first hits, or still those of the filter before
        complete, ///< rows are exactly the keys that match
        failed,   ///< see `error`
    };

    explicit KeyListLoader(KeyListModel* model, QObject* parent = nullptr);

    void start(TaskRunner* runner, Provider provider, CurrentValue currentValue = {});
    void stop(); ///< cancels and shows nothing; must be called before the runner goes
    /// Takes a new source. The rows stay until its own are ready; edits noted meanwhile are laid over them.
    void reload();
    void setFilter(const KeyFilter& filter);
    void setSort(const KeySort& sort);

    /// Edits are to be expected: rows are made so that they can change at once.
    void setEditable(bool editable) { m_editable = editable; }
    /// Edits made by this window: shown at once, or as soon as a long list's order is known.
    void note(const QVector<KeyNote>& notes);
    /// The rows in view: fetches their times of writing in the background.
    void wantTimes(int firstRow, int lastRow);

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const rustcask::Error& error() const { return m_error; }
    [[nodiscard]] const QString& patternProblem() const { return m_patternProblem; } ///< empty: the filter is valid
    [[nodiscard]] const KeyFilter& filter() const { return m_filter; }
    [[nodiscard]] const KeySort& sort() const { return m_sort; }
    [[nodiscard]] bool isSorting() const {
        return m_orderTask || (m_state == State::complete && !(m_model->isSorted() && m_model->sort() == m_sort));
    }
    /// Of the newest source, null while it is being found.
    [[nodiscard]] const std::shared_ptr<const RowIds>& keyOrder() const { return m_byKey; }
    [[nodiscard]] bool isReloading() const { return m_loadTask || m_source != m_model->source(); }
    [[nodiscard]] quint64 hitsSoFar() const; ///< while partial
    [[nodiscard]] quint64 searchedSoFar() const;
    /// Counters of what is being done: taking the source (an earlier moment reads the whole log) or searching.
    [[nodiscard]] rustcask::ProgressCounts counts() const;
    [[nodiscard]] qint64 loadingMs() const { return m_loadClock.isValid() ? m_loadClock.elapsed() : 0; }
    /// How long the last source took from asking to rows, in ms: a measure of how often to ask.
    [[nodiscard]] qint64 lastLoadMs() const { return m_lastLoadMs; }

Q_SIGNALS:
    void changed();   ///< something that the members above tell
    void firstRows(); ///< once a `start`: keys are to be seen
    void allRows();   ///< once a `start`: all keys are there, sorted

private:
    void cancel(QPointer<Task>& task);
    void take(std::shared_ptr<const KeySource> source, std::shared_ptr<const RowIds> rows);
    void orderRows();
    void arrangeRows();
    void install(const std::shared_ptr<const KeySource>& source, const Arrangement& arrangement, const KeySort& sort,
                 const KeyMatcher& matcher);
    void addNotes(const QVector<KeyNote>& notes);
    void replay(qsizetype from);
    void showFirstHits();
    void fail(const rustcask::Error& error);

    KeyListModel* m_model;
    TaskRunner* m_runner = nullptr;
    Provider m_provider;
    CurrentValue m_currentValue;
    State m_state = State::empty;
    rustcask::Error m_error;
    KeyFilter m_filter;
    KeySort m_sort;
    KeyMatcher m_matcher;
    QString m_patternProblem;
    std::shared_ptr<const KeySource> m_source; // newest; the model may still show the one before
    std::shared_ptr<const RowIds> m_byKey;     // of m_source
    std::shared_ptr<const RowIds> m_order;     // of m_source, in m_orderSort
    KeySort m_orderSort;
    QVector<KeyNote> m_edits;    // since the model's source was asked for
    qsizetype m_editsShown = 0;  // how many of them the model has
    qsizetype m_editsAtLoad = 0; // how many of them were there when m_source was asked for
    bool m_editable = false;
    bool m_reloadAgain = false;
    bool m_firstTold = false;
    bool m_allTold = false;
    std::shared_ptr<PartialHits> m_hits;
    bool m_firstHitsShown = false;
    QTimer m_poll;
    QElapsedTimer m_loadClock;
    qint64 m_lastLoadMs = 0;
    QPointer<Task> m_loadTask;
    QPointer<Task> m_orderTask;
    QPointer<Task> m_arrangeTask;
    QPointer<Task> m_timesTask;
    int m_wantFirst = 0;
    int m_wantLast = -1;
    quint64 m_loadSerial = 0;
    quint64 m_serial = 0; // of the arrangement asked for last
};

} // namespace rustcask::ui

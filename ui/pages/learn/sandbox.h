// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include <rustcask/database.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>

#include "pages/learn/sandbox_state.h"
#include "pages/learn/scenario.h"

namespace rustcask::ui {

/// Runs scenarios on the real engine in one directory that belongs to it alone. `goTo` brings the directory to the
/// state after the first n operations: forwards by running what is missing, otherwise by emptying the directory and
/// running from the start, which gives the same bytes because nothing but the scenario goes into them.
///
/// For worker threads: every member does file I/O. One call at a time, from any thread.
class Sandbox {
public:
    /// Takes over `directory`, which is made when absent and emptied of database files before first use. A directory
    /// that holds anything else is refused with `invalidArgument`.
    explicit Sandbox(std::filesystem::path directory);
    ~Sandbox(); ///< closes the database; the directory stays

    /// States 0 to `count` of `scenario`, 0 being the freshly opened database. Errors: those of the engine, when a file
    /// cannot be read or the sandbox not be emptied; an operation that fails is an outcome and no error. `cancelled`.
    [[nodiscard]] Result<std::vector<std::shared_ptr<const SandboxState>>> goTo(const Scenario& scenario,
                                                                                qsizetype count, Progress& progress);

    [[nodiscard]] const std::filesystem::path& directory() const noexcept { return m_directory; }

private:
    class Recorder;

    [[nodiscard]] Result<void> empty();
    [[nodiscard]] Result<void> open(ReadStrategy strategy);
    [[nodiscard]] Result<void> restart(const Scenario& scenario);
    [[nodiscard]] Result<OperationOutcome> perform(const Operation& operation);
    /// Waits for what the engine does in the background after a file was sealed: its hint file. Without that a state
    /// would depend on who was faster.
    void settle();
    [[nodiscard]] Result<std::shared_ptr<const SandboxState>> record(OperationOutcome outcome);

    std::mutex m_mutex; // held by every public call: a page's last task may still run when the next begins
    std::filesystem::path m_directory;
    std::shared_ptr<Recorder> m_recorder;
    std::unique_ptr<Database> m_database;
    Scenario m_scenario;                                       // what the directory holds now …
    std::vector<std::shared_ptr<const SandboxState>> m_states; // … and the states that led there
};

} // namespace rustcask::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/benchmark/run_library.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace rustcask::ui::runLibrary {

namespace {

namespace fs = std::filesystem;

fs::path pathOf(const QString& text) {
    return fs::path(text.toStdString());
}

tl::unexpected<Error> ioFailure(std::string operation, const fs::path& file, const std::error_code& code) {
    return failure(Error{.code = ErrorCode::ioError,
                         .operation = std::move(operation),
                         .file = file,
                         .systemError = code.value(),
                         .detail = code.message()});
}

Result<void> makeFolder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return ioFailure("make the folder of saved runs", folder, error);
    return {};
}

Result<void> move(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (error)
        return ioFailure("move the saved run", from, error);
    return {};
}

} // namespace

Result<Listing> list(const QString& folder) {
    Listing listing;
    std::error_code error;
    const fs::path path = pathOf(folder);
    if (!fs::exists(path, error))
        return listing;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
        if (it->path().extension() != ".json")
            continue;
        if (auto summary = bench::loadRunSummary(it->path()))
            listing.runs.push_back(std::move(*summary));
        else
            ++listing.unreadable;
    }
    if (error)
        return ioFailure("list the saved runs", path, error);
    std::sort(listing.runs.begin(), listing.runs.end(), [](const bench::RunSummary& a, const bench::RunSummary& b) {
        return std::tie(b.created, b.id) < std::tie(a.created, a.id);
    });
    return listing;
}

Result<QString> store(const bench::Run& run, const QString& folder) {
    if (auto made = makeFolder(pathOf(folder)); !made)
        return failure(std::move(made.error()));
    const fs::path file = pathOf(folder) / (run.id + ".json");
    if (auto saved = bench::saveRun(run, file); !saved)
        return failure(std::move(saved.error()));
    return QString::fromStdString(file.string());
}

Result<QString> import(const QString& file, const QString& folder) {
    auto run = bench::loadRun(pathOf(file));
    if (!run)
        return failure(std::move(run.error()));
    if (run->name.empty())
        run->name = pathOf(file).stem().string();
    // An id from elsewhere becomes a file name here: only what cannot leave the folder is taken as it is.
    const bool plain = !run->id.empty() && std::all_of(run->id.begin(), run->id.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-';
    });
    std::error_code ignored;
    if (!plain || run->id.size() > 100 || fs::exists(pathOf(folder) / (run->id + ".json"), ignored))
        run->id = bench::newRunId();
    return store(*run, folder);
}

Result<std::shared_ptr<const bench::Run>> load(const QString& file) {
    auto run = bench::loadRun(pathOf(file));
    if (!run)
        return failure(std::move(run.error()));
    return std::make_shared<const bench::Run>(std::move(*run));
}

Result<void> rename(const QString& file, const QString& name) {
    auto run = bench::loadRun(pathOf(file));
    if (!run)
        return failure(std::move(run.error()));
    run->name = name.toStdString();
    return bench::saveRun(*run, pathOf(file));
}

Result<std::vector<QString>> discard(const std::vector<QString>& files) {
    std::vector<QString> binned;
    if (files.empty())
        return binned;
    const fs::path bin = pathOf(files.front()).parent_path() / "deleted";
    std::error_code ignored;
    fs::remove_all(bin, ignored);
    if (auto made = makeFolder(bin); !made)
        return failure(std::move(made.error()));
    for (const QString& file : files) {
        const fs::path to = bin / pathOf(file).filename();
        if (auto moved = move(pathOf(file), to); !moved)
            return failure(std::move(moved.error()));
        binned.push_back(QString::fromStdString(to.string()));
    }
    return binned;
}

Result<void> restore(const std::vector<QString>& binned) {
    for (const QString& file : binned) {
        const fs::path from = pathOf(file);
        if (auto moved = move(from, from.parent_path().parent_path() / from.filename()); !moved)
            return moved;
    }
    return {};
}

} // namespace rustcask::ui::runLibrary

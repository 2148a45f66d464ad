// SPDX-License-Identifier: Apache-2.0
// Puts keys into an engine and counts the calls that make anything durable, then dies by SIGKILL without closing:
//
//     bench_victim ENGINE PROFILE-CLASS DIRECTORY PUTS
//
// prints "syncs N" after the puts. The functions below take the place of the C library's for every library of the
// process; the system calls are made all the same.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rustcask/bench/engine.h>

namespace {

std::atomic<unsigned> syncs{0};

int counted(long result) {
    syncs.fetch_add(1, std::memory_order_relaxed);
    return static_cast<int>(result);
}

} // namespace

extern "C" {

// NOLINTBEGIN: the names are the C library's.
__attribute__((visibility("default"))) int fsync(int descriptor) {
    return counted(::syscall(SYS_fsync, descriptor));
}
__attribute__((visibility("default"))) int fdatasync(int descriptor) {
    return counted(::syscall(SYS_fdatasync, descriptor));
}
__attribute__((visibility("default"))) int msync(void* address, std::size_t bytes, int flags) {
    const long result = ::syscall(SYS_msync, address, bytes, flags);
    return (flags & MS_SYNC) != 0 ? counted(result) : static_cast<int>(result);
}
// NOLINTEND
}

int main(int argc, char** argv) {
    using namespace rustcask::bench;
    if (argc != 5)
        return 2;
    const EngineRegistry engines;
    const auto durability = durabilityFromName(argv[2]);
    const auto config = durability ? engines.matched(argv[1], *durability)
                                   : engines.configuration(argv[1]); // "-": the library's defaults
    if (!config) {
        std::fprintf(stderr, "%s\n", config.error().message().c_str());
        return 2;
    }
    const EngineKind* kind = engines.find(config->engine);
    const auto puts = std::strtoull(argv[4], nullptr, 10);
    auto engine = kind->open({argv[3], config->options, puts, puts * 200});
    if (!engine)
        return 3;
    auto session = (*engine)->session();
    if (!session)
        return 3;
    const unsigned before = syncs.load();
    for (unsigned long long i = 0; i < puts; ++i)
        if (!(*session)->put("key" + std::to_string(i), "value" + std::to_string(i)))
            return 3;
    std::printf("syncs %u\n", syncs.load() - before);
    std::fflush(stdout);
    ::kill(::getpid(), SIGKILL);
    return 4;
}

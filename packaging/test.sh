#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds and runs every test; ends at the first step that fails.
#
#   packaging/test.sh            the release build with every test (the fuzz corpus and clang's look at the locks among
#                                them), then the engine's tests under AddressSanitizer with
#                                UndefinedBehaviorSanitizer, and under ThreadSanitizer
#   packaging/test.sh --quick    the release build only
#
# Warnings of the compiler are errors. RUSTCASK_JOBS sets how many jobs run at once (default: one per core). How many
# random sequences and concurrent histories the tests try is theirs to say, and fewer under a sanitizer; set
# RUSTCASK_SEQUENCES, RUSTCASK_HISTORIES and RUSTCASK_CRASH_HISTORIES to try more. engine/doc/testing.md tells all.
set -euo pipefail

quick=false
case "${1:-}" in
    "") ;;
    --quick) quick=true ;;
    -h | --help) sed -n '3,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) echo "test.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/.."
jobs=${RUSTCASK_JOBS:-$(nproc)}
step() { printf '\n== %s (%s)\n' "$1" "$(date +%T)"; }

step "set up"
packaging/setup.sh

# run_preset PRESET [command…]: configures, builds and tests one preset; ctest runs under the command if there is one.
run_preset() {
    local preset=$1
    shift
    step "$preset: configure"
    cmake --preset "$preset" -DRUSTCASK_WARNINGS_AS_ERRORS=ON
    step "$preset: build, $jobs jobs"
    cmake --build --preset "$preset" -j "$jobs"
    step "$preset: test"
    "$@" ctest --preset "$preset" -j "$jobs" --timeout 300
}

# ThreadSanitizer of gcc 12 does not start where the kernel spreads addresses wider than it knows: then without.
tsan_launcher() {
    local probe
    probe=$(mktemp -d)
    echo 'int main() { return 0; }' >"$probe/probe.cpp"
    c++ -fsanitize=thread -o "$probe/probe" "$probe/probe.cpp"
    if ! "$probe/probe" >/dev/null 2>&1; then
        echo setarch "$(uname -m)" --addr-no-randomize
    fi
    rm -r "$probe"
}

# with_counts SEQUENCES HISTORIES CRASH_HISTORIES command…: what a sanitizer's tenfold time leaves room for.
with_counts() {
    RUSTCASK_SEQUENCES=${RUSTCASK_SEQUENCES:-$1} RUSTCASK_HISTORIES=${RUSTCASK_HISTORIES:-$2} \
        RUSTCASK_CRASH_HISTORIES=${RUSTCASK_CRASH_HISTORIES:-$3} "${@:4}"
}

run_preset release
if ! $quick; then
    with_counts 400 1800 60 run_preset asan
    read -r -a launcher <<<"$(tsan_launcher)"
    with_counts 100 900 30 run_preset tsan "${launcher[@]}"
fi

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds and runs every test; ends at the first step that fails.
#
#   packaging/test.sh            the release build with every test, then the engine's tests under AddressSanitizer with
#                                UndefinedBehaviorSanitizer, and under ThreadSanitizer
#   packaging/test.sh --quick    the release build only
#
# Warnings of the compiler are errors. RUSTCASK_JOBS sets how many jobs run at once (default: one per core).
set -euo pipefail

quick=false
case "${1:-}" in
    "") ;;
    --quick) quick=true ;;
    -h | --help) sed -n '3,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
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

run_preset release
if ! $quick; then
    run_preset asan
    read -r -a launcher <<<"$(tsan_launcher)"
    run_preset tsan "${launcher[@]}"
fi

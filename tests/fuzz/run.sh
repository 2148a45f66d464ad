#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes on, with clang's libFuzzer under AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   tests/fuzz/run.sh [SECONDS] [TARGET…]   fuzzes each target (default: all) for so long (default: 60)
#   tests/fuzz/run.sh --keep                 takes what the last runs found into tests/fuzz/corpus, as few and as short
#                                            inputs as cover the same
#
# Targets: record header hint merge_record import directory. What is found is kept in build/fuzz/found/TARGET; an input
# that crashes in build/fuzz/crash-TARGET-…, to be looked at with
# build/fuzz/fuzz/fuzz_TARGET FILE.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
corpus=$PWD/tests/fuzz/corpus
build=$PWD/build/fuzz

keep=false
seconds=60
case "${1:-}" in
    -h | --help) sed -n '3,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    --keep) keep=true; shift ;;
    [0-9]*) seconds=$1; shift ;;
esac
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(record header hint merge_record import directory)

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -j "${RUSTCASK_JOBS:-$(nproc)}"
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
failed=0
for target in "${targets[@]}"; do
    found=$build/found/$target
    mkdir -p "$found" "$corpus/$target"
    if $keep; then
        kept=$(mktemp -d)
        # What is in the corpus comes first, so that names stay; then the shortest that add something.
        "$build/fuzz/fuzz_$target" -merge=1 -max_len=1024 "$kept" "$corpus/$target" "$found" 2>/dev/null || failed=1
        find "$kept" -type f -printf '%s %p\n' | sort -n | head -n 60 | cut -d' ' -f2- |
            xargs -r -I{} cp -n {} "$corpus/$target/"
        rm -r "$kept"
        echo "$target: $(find "$corpus/$target" -type f | wc -l) inputs"
        continue
    fi
    echo "== $target, $seconds s"
    "$build/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=2048 -timeout=20 \
        -print_final_stats=1 -artifact_prefix="$build/crash-$target-" "$found" "$corpus/$target" 2>"$build/$target.log" ||
        failed=1
    grep -E "^stat::(number_of_executed_units|average_exec_per_sec|new_units_added|peak_rss_mb)|ERROR|SUMMARY|broken promise" \
        "$build/$target.log" || tail -n 20 "$build/$target.log"
done
exit $failed

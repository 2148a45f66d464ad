#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Renders every page and dialog of Rustcask Studio from its sample database, and from two benchmark runs made for the
# occasion, light and dark, without a display.
#
#   packaging/screenshots.sh [FOLDER]    default: screenshots/ in the top folder; pictures go to FOLDER/light, FOLDER/dark
#   packaging/screenshots.sh --readme    the same, and renews the README's pictures in packaging/screenshots
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readme=false
if [ "${1:-}" = --readme ]; then
    readme=true
    shift
fi
folder=$(realpath -m "${1:-$root/screenshots}")
cd "$root"
packaging/setup.sh
cmake --preset release
cmake --build --preset release -j "$(nproc)" --target rustcask rustcask-studio

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 700 "$work"
export QT_QPA_PLATFORM=offscreen QT_LOGGING_RULES='qt.qpa.*=false' LC_ALL=C.UTF-8 TZ=UTC
# Two small runs for the Benchmark page, which opens on the newest.
bench() {
    build/release/bin/rustcask bench run --rounds 3 --dir "$work/scratch" --out "$work/$1.json" "${@:2}" >/dev/null 2>&1
}
bench 1-writes --name "Write paths" --workloads fillrandom,overwrite --keys 200000 \
    --config mapped --config direct:writePath=direct --config buffered:writePath=buffered
bench 2-reads --name "Read strategies" --workloads fillrandom,readrandom,ycsb-a --keys 200000 \
    --config mapped --config kept-open:readStrategy=keepOpen --config open-per-read:readStrategy=openPerRead

for theme in light dark; do
    mkdir -p "$folder/$theme" "$work/$theme/data/rustcask/rustcask-studio"
    mkdir "$work/$theme/data/rustcask/rustcask-studio/benchmarks"
    cp "$work"/*.json "$work/$theme/data/rustcask/rustcask-studio/benchmarks"
    # A home of its own for each run: nothing of the user's must show.
    env -u DBUS_SESSION_BUS_ADDRESS HOME="$work/$theme" XDG_CONFIG_HOME="$work/$theme/config" \
        XDG_DATA_HOME="$work/$theme/data" XDG_RUNTIME_DIR="$work" timeout 600 \
        build/release/bin/rustcask-studio --theme "$theme" --screenshots "$folder/$theme"
done
for theme in light dark; do
    count=$(find "$folder/$theme" -name '*.png' | wc -l)
    echo "$count pictures in $folder/$theme"
    [ "$count" -gt 0 ] || exit 1
done

if $readme; then
    pictures=$root/packaging/screenshots
    mkdir -p "$pictures"
    cp "$folder/light/keys-versions.png" "$pictures/keys.png" # a value and its history say more than the first key
    for page in storage benchmark; do
        cp "$folder/light/$page.png" "$pictures/$page.png"
    done
    cp "$folder/dark/learn-overwrite.png" "$pictures/learn.png"
fi

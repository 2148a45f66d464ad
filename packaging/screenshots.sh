#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Renders every page and dialog of Rustcask Studio from its sample database, light and dark, without a display.
#
#   packaging/screenshots.sh [FOLDER]    default: screenshots/ in the top folder; pictures go to FOLDER/light, FOLDER/dark
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(realpath -m "${1:-$root/screenshots}")
cd "$root"
packaging/setup.sh
cmake --preset release
cmake --build --preset release -j "$(nproc)" --target rustcask rustcask-studio

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 700 "$work"
export QT_QPA_PLATFORM=offscreen QT_LOGGING_RULES='qt.qpa.*=false' LC_ALL=C.UTF-8 TZ=UTC
for theme in light dark; do
    mkdir -p "$folder/$theme" "$work/$theme"
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

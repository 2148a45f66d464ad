#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds the release and starts Rustcask Studio on a sample database, which is made at first use in the user's
# data directory. Arguments go to Studio; with a directory among them that one is opened instead (see --help).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
caller=$PWD
cd "$root"
packaging/setup.sh
cmake --preset release
cmake --build --preset release -j "$(nproc)" --target rustcask rustcask-studio

sample=${XDG_DATA_HOME:-$HOME/.local/share}/rustcask/sample
packaging/make-sample.sh "$sample"

if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]; then
    echo "studio.sh: built, but there is no display to show a window on (DISPLAY and WAYLAND_DISPLAY are unset)." >&2
    exit 1
fi
cd "$caller"
for argument in "$@"; do
    if [ -d "$argument" ]; then
        exec "$root/build/release/bin/rustcask-studio" "$@"
    fi
done
exec "$root/build/release/bin/rustcask-studio" "$sample" "$@"

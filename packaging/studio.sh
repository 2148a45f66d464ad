#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds the release and starts Rustcask Studio on a sample database, which Studio makes at first use in the
# user's data directory. With arguments they go to Studio instead (a directory to open; see --help).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
(
    cd "$root"
    packaging/setup.sh
    cmake --preset release
    # Studio runs benchmarks in child processes of the command line.
    cmake --build --preset release -j "$(nproc)" --target rustcask rustcask-studio
)

if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]; then
    echo "studio.sh: built, but there is no display to show a window on (DISPLAY and WAYLAND_DISPLAY are unset)." >&2
    exit 1
fi
[ $# -gt 0 ] || set -- --sample
exec "$root/build/release/bin/rustcask-studio" "$@"

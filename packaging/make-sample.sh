#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the sample database in the directory given, unless it is there: several data files with live keys, superseded
# versions and tombstones, always the same. Needs the release build of the command line.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: make-sample.sh DIRECTORY" >&2; exit 2; }
sample=$1
program=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/build/release/bin/rustcask

[ ! -d "$sample" ] || exit 0
mkdir -p "$(dirname "$sample")"
# Under another name until it is whole, so that an interrupted run leaves no half of it behind.
partial=$sample.making
rm -rf "$partial"
echo "making the sample database in $sample"
"$program" generate "$partial" --keys 20000 --key-size 12-24 --value-size 40-900 --overwrites 12000 --deletes 1500 \
    --max-file-bytes 4MiB --seed 1 >/dev/null
mv "$partial" "$sample"

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
"$program" generate "$partial" --keys 20000 --key-size uniform:10-24 --value-size zipf:24-8KiB --overwrites 12000 \
    --deletes 1500 --data-file-size 2MiB --seed 1 >/dev/null
# A few that people can read, with versions behind them.
"$program" shell "$partial" >/dev/null <<'COMMANDS'
put account:ada '{"name": "Ada Lovelace", "mail": "ada@example.org", "visits": 1}'
put account:grace '{"name": "Grace Hopper", "mail": "grace@example.org", "visits": 3}'
put account:ada '{"name": "Ada Lovelace", "mail": "ada@example.org", "visits": 2}'
put config:greeting 'Good morning'
put config:greeting 'Good evening'
put config:colours '["blue", "grey", "violet"]'
put account:alan '{"name": "Alan Turing", "mail": "alan@example.org", "visits": 7}'
delete account:alan
put account:ada '{"name": "Ada Lovelace", "mail": "ada@example.org", "visits": 3, "languages": ["English", "French"]}'
put session:0001 '\x00\x01\x02\xfe\xff'
put note:café 'Keys and values are bytes; this one is UTF-8: ½ ≠ ¼.'
COMMANDS
mv "$partial" "$sample"

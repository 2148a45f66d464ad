#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# man_pages_test.sh PROGRAM: the manual pages that PROGRAM writes format without a warning and can be indexed. Exit code
# 77 (skipped) when man is not installed.
set -euo pipefail

if ! command -v man >/dev/null || ! command -v lexgrog >/dev/null; then
    echo "man is not installed: the check is skipped"
    exit 77
fi
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
"$1" help --man-directory "$pages"

status=0
count=0
for page in "$pages"/*.1; do
    count=$((count + 1))
    warnings=$(MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings=w -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
    if [ -n "$warnings" ]; then
        printf '%s\n%s\n' "$(basename "$page")" "$warnings"
        status=1
    fi
    lexgrog "$page" >/dev/null || { echo "$(basename "$page"): no NAME section"; status=1; }
done
echo "$count manual pages"
[ "$count" -gt 10 ] || { echo "fewer than one a command"; status=1; }
exit $status

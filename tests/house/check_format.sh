#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# check_format.sh FOLDER: fails when a C++ source below FOLDER, of those that git tracks if it is a checkout, is not
# formatted as .clang-format says. Exit code 77 (skipped) when clang-format is not installed.
set -euo pipefail

cd "$1"
formatter=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$formatter" ]; then
    echo "clang-format is not installed: the check is skipped"
    exit 77
fi
if [ -e .git ] && command -v git >/dev/null; then
    list=(git ls-files -z -- '*.cpp' '*.h')
else
    list=(find . -name build -prune -o '(' -name '*.cpp' -o -name '*.h' ')' -print0)
fi
"${list[@]}" | xargs -0 -r -n 40 -P "$(nproc)" "$formatter" --dry-run -Werror
echo "formatted as it should be"

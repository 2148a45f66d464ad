#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# setup_test.sh SETUP: packaging/setup.sh against stand-ins for dpkg-query, apt-get, id and sudo, which record what they
# are asked. Nothing is installed.
set -euo pipefail

setup=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
export PATH=$work/bin:$PATH WORK=$work
stand_in() {
    printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}
fail() {
    echo "FAILED: $1" >&2
    cat "$work/output" "$work/calls" >&2
    exit 1
}
run() {
    : >"$work/calls"
    status=0
    "$setup" >"$work/output" 2>&1 || status=$?
}
stand_in apt-get 'echo "apt-get $*" >>"$WORK/calls"'
stand_in sudo 'echo "sudo $*" >>"$WORK/calls"; exec "$@"'

# Everything is there: nothing is called.
stand_in dpkg-query 'echo -n installed'
stand_in id 'echo 1000'
run
[ "$status" -eq 0 ] && [ ! -s "$work/calls" ] && grep -q 'packages are installed' "$work/output" || fail "second run"

# Two packages are missing, one of them unknown to dpkg, and the user is root: exactly these are installed.
stand_in dpkg-query 'case "${@: -1}" in ninja-build) echo -n not-installed ;; ccache) exit 1 ;; *) echo -n installed ;; esac'
stand_in id 'echo 0'
run
[ "$status" -eq 0 ] || fail "root: exit code $status"
grep -q '^apt-get update' "$work/calls" || fail "root: package lists are updated first"
grep -q '^apt-get install .* ninja-build ccache$' "$work/calls" || fail "root: installs what is missing, and that alone"
grep -q 'installing 2 of' "$work/output" || fail "root: says what it does"
! grep -q sudo "$work/calls" || fail "root: needs no sudo"

# The same for a user: through sudo.
stand_in id 'echo 1000'
run
[ "$status" -eq 0 ] && grep -q '^sudo .*apt-get install .* ninja-build ccache$' "$work/calls" || fail "user: uses sudo"

# An installation that fails is a failure.
stand_in apt-get 'exit 100'
run
[ "$status" -ne 0 ] || fail "a failing apt-get is reported"
echo "setup does what it says"

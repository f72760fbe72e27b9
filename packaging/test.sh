#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is needed, builds Normscope with warnings as errors and runs every test, without a display.
# Checks that need ../shared or a GPU are skipped where it is absent, and named at the end.
set -eu
cd "$(dirname "$0")/.."
sh packaging/build.sh ci

echo 'Normscope: tests'
status=0
QT_QPA_PLATFORM=offscreen ctest --preset ci || status=$?
log=build-ci/Testing/Temporary/LastTest.log
skipped=$(grep -c '^SKIP  *:' "$log" || true)
if [ "$skipped" -gt 0 ]; then
    echo "Normscope: $skipped checks were skipped:"
    sed -n 's/^SKIP  *: /  /p' "$log"
fi
exit "$status"

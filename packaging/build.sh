#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Set-up and build with one of the presets of CMakePresets.json: sh packaging/build.sh PRESET
# run.sh and test.sh begin with it.
set -eu
if [ $# -ne 1 ]; then
    echo 'usage: sh packaging/build.sh PRESET    (cmake --list-presets lists them)' >&2
    exit 2
fi
preset=$1
cd "$(dirname "$0")/.."

echo 'Normscope: packages'
sh packaging/install-packages.sh

# A file that includes LibTorch takes about 1.5 GB to compile: no more of them at once than memory holds.
jobs=$(nproc)
fit=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
[ "$fit" -ge 1 ] || fit=1
[ "$jobs" -le "$fit" ] || jobs=$fit

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# On a terminal ninja shows its progress in one line; elsewhere output is shown only when a step fails.
quietly() {
    if [ -t 1 ]; then
        "$@"
    elif ! "$@" >"$log" 2>&1; then
        tail -n 200 "$log" >&2
        echo "Normscope: failed: $*" >&2
        exit 1
    fi
}

echo "Normscope: configure (preset $preset)"
if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2
    echo "Normscope: cmake --preset $preset failed" >&2
    exit 1
fi
echo "Normscope: build (preset $preset, $jobs at a time; the first takes some minutes)"
quietly cmake --build --preset "$preset" --parallel "$jobs"

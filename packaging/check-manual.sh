#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# sh check-manual.sh PROGRAM MANUAL [COMMAND...]: fails where a command, or an option of its --help, is not in the
# manual page. Without commands it looks at the options of the program itself.
set -eu
program=$1
manual=$(sed 's/\\-/-/g' "$2")
shift 2
[ $# -gt 0 ] || set -- ''
missing=0

expect() {
    case $manual in
    *"$1"*) ;;
    *)
        echo "The manual page lacks $1 of: $2" >&2
        missing=1
        ;;
    esac
}

for command in "$@"; do
    expect "${command%% *}" "$command"
    # shellcheck disable=SC2086 # a command may be two words
    help=$("$program" $command --help)
    options=$(printf '%s\n' "$help" | grep -o -E -e '^ +(-[a-z], ?)?--[a-z-]+' | grep -o -E -e '--[a-z-]+')
    for option in $options; do
        [ "$option" = --help ] || expect "$option" "$command"
    done
done
exit "$missing"

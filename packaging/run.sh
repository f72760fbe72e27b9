#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is needed, builds Normscope and opens its window with the arguments given.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd -P)
sh "$top/packaging/build.sh" release
echo 'Normscope: open the window'
exec "$top/build/app/normscope" "$@"

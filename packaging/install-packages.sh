#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs by apt what building, running and testing Normscope need on Debian 12.
# Does nothing when all of it is there.
#   --cli    only what the command line needs (for -DNORMSCOPE_GUI=OFF -DNORMSCOPE_TESTS=OFF)
#   --list   print the packages' names, install nothing
set -eu

# Building the model library and the command line. Debian keeps OpenCV's CMake package in libopencv-dev alone.
packages='build-essential cmake ninja-build ccache
libtorch-dev libopencv-dev nlohmann-json3-dev libcli11-dev libarchive-dev libcurl4-openssl-dev libssl-dev zlib1g-dev
libgoogle-perftools-dev libdnnl-dev'
# Running it: a fast BLAS in place of the reference one, the first data set, and what https downloads are checked with.
packages="$packages
libopenblas0-pthread dataset-fashion-mnist ca-certificates"
# The window and the tests. Qt Charts' CMake package needs OpenGL's and xkbcommon's headers; a bare Debian has no font;
# a test makes a locale with decimal commas.
gui='qt6-base-dev qt6-charts-dev qt6-svg-dev libqt6opengl6-dev libgl1-mesa-dev libxkbcommon-dev fonts-dejavu-core locales'

list=false
cli=false
for argument in "$@"; do
    case $argument in
    --list) list=true ;;
    --cli) cli=true ;;
    *)
        echo "install-packages.sh: unknown argument '$argument'; expected --cli or --list" >&2
        exit 2
        ;;
    esac
done
$cli || packages="$packages $gui"

if $list; then
    # shellcheck disable=SC2086 # one word, one package
    printf '%s\n' $packages
    exit 0
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo 'This is no Debian system: Normscope needs LibTorch, OpenCV, Qt 6 and more from its own package manager.' >&2
    echo "Debian's names for them: sh packaging/install-packages.sh --list" >&2
    exit 0
fi

missing=
for package in $packages; do
    # shellcheck disable=SC2016 # the format is dpkg-query's
    case $(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true) in
    ii*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo 'These packages are missing and sudo is not installed. Run this as root, then try again:' >&2
        echo "  apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    sudo=sudo
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# apt's own progress is for people; elsewhere its output is shown only when it fails.
apt() {
    if [ -t 1 ]; then
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"
    else
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null >"$log" 2>&1
    fi
}
install() {
    # shellcheck disable=SC2086 # one word, one package
    apt install -y --no-install-recommends $missing
}

echo "Installing:$missing"
# Lists that do not know a package are old or absent. Lists that do may still name versions that are gone by now.
# shellcheck disable=SC2086
if apt-get -qq -s install --no-install-recommends $missing >/dev/null 2>&1 && install; then
    exit 0
fi
if ! { apt update && install; }; then
    cat "$log" >&2
    echo "apt could not install:$missing" >&2
    echo 'Normscope needs Debian 12 (or newer) with its main archive among the sources of apt.' >&2
    exit 1
fi

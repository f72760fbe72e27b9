#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Everything there is to measure on a machine with an NVIDIA GPU: build against the PyTorch wheel, tests on the GPU,
# three norms at once, each norm against Python. Needs packaging/install-packages.sh, the CUDA toolkit, and a Python
# environment with torch and torchvision.
#
#   tests/bench/cuda.sh PYTHON CIFAR10 [REPORTS]
#
# PYTHON: the environment's python; CIFAR10: the folder with data_batch_1.bin, or one with train/CLASS and test/CLASS;
# REPORTS: where the figures go (default: cuda-reports). The build goes to build-cuda.
set -eu
if [ $# -lt 2 ]; then
    sed -n '3,11s/^# \{0,1\}//p' "$0"
    exit 2
fi
python=$1 data=$(realpath "$2") reports=${3:-cuda-reports}
case $python in */*) python=$(realpath -s "$python") ;; esac
cd "$(dirname "$0")/../.."
mkdir -p "$reports"
reports=$(realpath "$reports")

"$python" -c 'import torch, torchvision, sys; sys.exit(0 if torch.cuda.is_available() else "cuda.sh: PyTorch " + torch.__version__ + " sees no CUDA device here.")'
prefix=$("$python" -c 'import torch; print(torch.utils.cmake_prefix_path)')
cmake -G Ninja -B build-cuda -S . -DCMAKE_BUILD_TYPE=Release -DNORMSCOPE_GUI=OFF -DCMAKE_PREFIX_PATH="$prefix"
cmake --build build-cuda
build-cuda/app/normscope-cli info | tee "$reports/info.txt"

echo "== Tests: reference values (1e-3, TF32 off), and the recorded steps against the CPU's"
failed=
for test in nn/tst_network cuda/tst_devicelearner; do
    NORMSCOPE_SHARED=${NORMSCOPE_SHARED:-$(realpath -m ../shared)} QT_QPA_PLATFORM=offscreen \
        "build-cuda/tests/model/$test" 2>&1 | tee "$reports/$(basename "$test").txt" || true
    grep -q ', 0 failed' "$reports/$(basename "$test").txt" || failed="$failed $test"
done

if [ -f "$data/data_batch_1.bin" ]; then spec=cifar10:$data; else spec=folder:$data; fi
bench=build-cuda/tests/bench/bench_training
for precision in f32 tf32 bf16; do
    echo "== Three norms for 20 epochs, at once, $precision"
    "$bench" --device cuda --engine libtorch --precision "$precision" --data "$spec" --norm batch,group,layer --together 20 \
        | tee "$reports/together-$precision.json"
done
echo "== Each norm against Python"
"$python" tests/bench/compare.py --device cuda --bench "$bench" --python "$python" --data "$data" --precisions f32,tf32,bf16 \
    --images 40000 --warmup 6400 --json "$reports/compare.json" --markdown "$reports/compare.md"
echo "Reports are in $reports."
[ -z "$failed" ] || { echo "Tests failed:$failed"; exit 1; }

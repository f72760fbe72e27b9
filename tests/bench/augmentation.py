#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""RandAugment (probability 0.25) and normalization: bench_augmentation against torchvision's PIL path.

Both on the same images and on the same single core, in turn; the ratio is that of the medians. Python's images are
PIL images in memory already, so that only the transforms are timed; processor time, so that waiting for the core
while other programs use it does not count. Needs PyTorch and torchvision.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from PIL import Image


def pick(names, count):
    """From all over the list: folders come class by class."""
    names = sorted(names)
    count = min(count, len(names))
    return [names[i * len(names) // count] for i in range(count)]


def folder_images(folder, count):
    return [Image.open(path).convert("RGB") for path in pick(Path(folder).glob("train/*/*.*"), count)]


def archive_images(path, count):
    with tarfile.open(path) as archive:
        wanted = set(pick([m.name for m in archive.getmembers() if "train/" in m.name and m.isfile()], count))
    images = []
    with tarfile.open(path) as archive:  # a second time from the start: stepping back in an .xz unpacks it anew
        for member in archive:
            if member.name in wanted:
                images.append(Image.open(archive.extractfile(member)).convert("RGB"))
    return images


def random_images(count):
    return [Image.frombytes("RGB", (32, 32), os.urandom(3072)) for _ in range(count)]


def load(options):
    shared = Path(options.shared) / "cifar10" / "cifar10-jpeg.tar.xz"
    if options.data:
        images, title = folder_images(options.data, options.images), "images of a folder"
    elif shared.exists():
        images, title = archive_images(shared, options.images), "CIFAR-10 as JPEG"
    else:
        images, title = random_images(options.images), "random bytes, no photographs"
    if not images or any(image.size != (32, 32) for image in images):
        sys.exit("The images must be 32x32, in train/CLASS/*: choose another --data.")
    return images, title


def torchvision_nanoseconds(images):
    import torch
    from torchvision import transforms

    torch.set_num_threads(1)
    transform = transforms.Compose([
        transforms.RandomApply([transforms.RandAugment()], p=0.25),
        transforms.ToTensor(),
        transforms.Normalize((0.4914, 0.4822, 0.4465), (0.247, 0.243, 0.261)),
    ])
    start = time.thread_time()
    for image in images:
        transform(image)
    return (time.thread_time() - start) * 1e9 / len(images)


def main():
    here = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default=here / "build/tests/bench/bench_augmentation", help="the program bench_augmentation")
    parser.add_argument("--data", help="folder with train/CLASS/*, 32x32 (default: the archive in --shared, else random bytes)")
    parser.add_argument("--shared", default=here.parent / "shared", help="folder with cifar10/cifar10-jpeg.tar.xz")
    parser.add_argument("--images", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    images, title = load(options)
    torchvision_nanoseconds(images[:200])
    python, ours, detail = [], [], None
    with tempfile.NamedTemporaryFile() as raw:
        raw.write(b"".join(image.tobytes() for image in images))
        raw.flush()
        for _ in range(options.rounds):
            python.append(torchvision_nanoseconds(images))
            answer = subprocess.run([options.bench, "--raw", raw.name], check=True, capture_output=True)
            detail = json.loads(answer.stdout)
            ours.append(detail["augmentationAndNormalization"]["median"])
    print(json.dumps({
        "images": title, "count": len(images), "rounds": options.rounds, "unit": "nanoseconds of processor time an image, one core",
        "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "torchvision": [round(t) for t in python], "normscope": ours,
        "ratio": round(statistics.median(python) / statistics.median(ours), 1),
        "ratios": [round(p / o, 1) for p, o in zip(python, ours)],
        "operations": {name: figures["median"] for name, figures in detail["operations"].items()},
        "normalizationToPlanes": detail["normalizationToPlanes"]["median"],
        "normalizationToPixels": detail["normalizationToPixels"]["median"],
    }, indent=2))


if __name__ == "__main__":
    main()

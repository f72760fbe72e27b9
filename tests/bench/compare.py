#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Normscope against the same recipe in Python (PyTorch, torchvision), on the same images, in turn, in one run.

The Python side is a program as a user would write it: CIFAR-10 in memory, PIL images, RandAugment with probability
0.25, a DataLoader, SGD with momentum, NLL, three .item() a step. Each measurement is a process of its own. See README.md.
"""
import argparse
import gzip
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.247, 0.243, 0.261)
BATCH = 64
NORMS = ("batch", "group", "layer")
CLASSES = 10


# The Python side ------------------------------------------------------------------------------------------------------

def network(norm, dropout):
    """The seed's network; layer names as in its state dictionary."""
    from torch import nn
    from torch.nn import functional

    def normalize(channels):
        return {"batch": nn.BatchNorm2d(channels), "group": nn.GroupNorm(4, channels), "layer": nn.GroupNorm(1, channels)}[norm]

    def activation(channels):
        return [normalize(channels), nn.ReLU(), nn.Dropout(dropout)]

    def branch():
        return nn.Sequential(nn.Conv2d(16, 16, 3, padding=1), *activation(16), nn.Conv2d(16, 32, 3, padding=1), *activation(32),
                             nn.Conv2d(32, 32, 3, padding=1))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.Conv1 = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), *activation(16),
                                       nn.Conv2d(16, 32, 3, padding=1), *activation(32))
            self.conv2 = nn.Sequential(nn.Conv2d(32, 16, 1), nn.MaxPool2d(2, 2))
            self.Conv3 = branch()
            self.res1 = nn.Conv2d(16, 32, 1)
            self.conv4 = nn.Sequential(*activation(32), nn.Conv2d(32, 16, 1), nn.MaxPool2d(2, 2))
            self.Conv5 = branch()
            self.res2 = nn.Conv2d(16, 32, 1)
            self.avgpool = nn.Sequential(*activation(32), nn.AvgPool2d(8), nn.Conv2d(32, CLASSES, 1))

        def forward(self, x):
            x = self.conv2(self.Conv1(x))
            x = self.conv4(self.Conv3(x) + self.res1(x))
            x = self.avgpool(self.Conv5(x) + self.res2(x))
            return functional.log_softmax(x.view(-1, CLASSES), dim=1)

    return Net()


def transforms(augment):
    from torchvision import transforms as t
    change = [t.RandomApply([t.RandAugment()], p=0.25)] if augment else []
    return t.Compose(change + [t.ToTensor(), t.Normalize(MEAN, DEVIATION)])


def records(folder, split):
    import numpy
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] if split == "train" else ["test_batch.bin"]
    raw = numpy.concatenate([numpy.fromfile(Path(folder) / name, numpy.uint8).reshape(-1, 3073) for name in names])
    return raw[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy(), raw[:, 0].tolist()


def image_set(folder, split, augment, limit=None):
    """torchvision.datasets.CIFAR10 in all that costs time: an array in memory, a PIL image at each access."""
    from PIL import Image
    from torch.utils.data import Dataset

    class Images(Dataset):
        def __init__(self):
            self.data, self.targets = records(folder, split)
            self.transform = transforms(augment)

        def __len__(self):
            return limit or len(self.targets)

        def __getitem__(self, index):
            return self.transform(Image.fromarray(self.data[index])), self.targets[index]

    return Images()


def loader(images, shuffle, workers):
    from torch.utils.data import DataLoader
    return DataLoader(images, batch_size=BATCH, shuffle=shuffle, num_workers=workers)


def python_training(job):
    """Seconds of `images` training images after `warmup` of them."""
    import torch
    from torch.nn import functional
    begin = time.monotonic()
    torch.set_num_threads(job["threads"])
    torch.manual_seed(1)
    batch_norm = job["norm"] == "batch"
    model = network(job["norm"], 0.02 if batch_norm else 0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    torch.optim.lr_scheduler.StepLR(optimizer, step_size=8 if batch_norm else 7, gamma=0.1)
    images = image_set(job["data"], "train", augment=True)
    loaded = time.monotonic() - begin
    model.train()
    losses, correct, processed, skipped, start, first = [], 0, 0, 0, time.monotonic(), 0
    for number, (data, target) in enumerate(loader(images, True, job["workers"])):
        optimizer.zero_grad()
        prediction = model(data)
        loss = functional.nll_loss(prediction, target)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        answer = prediction.argmax(dim=1, keepdim=True)
        correct += answer.eq(target.view_as(answer)).sum().item()
        processed += len(data)
        status = f"Loss={loss.item()} Batch={number} Accuracy={100 * correct / processed:0.2f}" # a notebook's progress bar shows it
        now = time.monotonic()
        first = first or now - begin - loaded
        if processed <= job["warmup"]:
            start, skipped = now, processed
        elif processed - skipped >= job["images"]:
            break
    rate = (processed - skipped) / (time.monotonic() - start)
    result = {"imagesPerSecond": rate, "loadSeconds": loaded, "firstStepSeconds": first, "peakMegabytes": peak_megabytes(),
              "lastLoss": losses[-1], "status": status}
    if job["evaluate"]:
        result["evaluation"] = python_evaluation(model, job)
    return result


def python_evaluation(model, job):
    import torch
    from torch.nn import functional
    images = image_set(job["data"], "test", augment=False, limit=job["testImages"])
    model.eval()
    loss, correct, predicted, probabilities = 0, 0, [], []
    start = time.monotonic()
    with torch.no_grad():
        for data, target in loader(images, False, job["testWorkers"]):
            output = model(data)
            loss += functional.nll_loss(output, target, reduction="sum").item()
            answer = output.argmax(dim=1)
            correct += answer.eq(target).sum().item()
            predicted.append(answer.numpy())
            probabilities.append(output.exp().numpy())
    seconds = time.monotonic() - start
    return {"images": len(images), "seconds": seconds, "imagesPerSecond": len(images) / seconds, "accuracy": 100 * correct / len(images)}


def python_pipeline(job):
    """Augmentation and normalization alone, on one thread."""
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(1)
    images = image_set(job["data"], "train", augment=True)
    for index in range(256):
        images[index]
    start = time.monotonic()
    for index in range(256, 256 + job["images"]):
        images[index]
    return {"imagesPerSecond": job["images"] / (time.monotonic() - start)}


def peak_megabytes():
    """Of this process; with workers theirs come on top, and share much of it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def check_network(reference):
    """The network above against the reference values: it is the seed's, not one like it."""
    import torch
    batch = torch.load(reference / "batch.pt")
    scale = lambda images: (images.float() / 255 - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1)
    for norm, name in zip(NORMS, ("bn", "gn", "ln")):
        model = network(norm, 0)
        model.load_state_dict(torch.load(reference / f"{name}_init.pt"))
        model.eval()
        expected = torch.load(reference / f"{name}_expected.pt")["eval_before"]
        difference = (model(scale(batch["images"][:64])) - expected).abs().max().item()
        print(f"{norm}: largest difference of the log-probabilities {difference:.1e}")
        if not difference < 1e-5:
            sys.exit(f"The network of the Python side is not the reference's ({norm}).")


# Images ---------------------------------------------------------------------------------------------------------------

def write_records(path, images, labels):
    import numpy
    rows = numpy.concatenate([numpy.asarray(labels, numpy.uint8)[:, None], images.transpose(0, 3, 1, 2).reshape(len(images), -1)], axis=1)
    rows.tofile(path)


def jpeg_split(folder):
    import numpy
    from PIL import Image
    names = sorted(p.name for p in folder.iterdir() if p.is_dir())
    files = [(file, label) for label, name in enumerate(names) for file in sorted((folder / name).iterdir())]
    order = numpy.random.default_rng(0).permutation(len(files)) # CIFAR-10's batches are mixed, folders are not
    images = numpy.stack([numpy.asarray(Image.open(files[i][0]).convert("RGB")) for i in order])
    return images, [files[i][1] for i in order]


def fashion_split(folder, split):
    import numpy
    stem = "train" if split == "train" else "t10k"
    with gzip.open(folder / f"{stem}-images-idx3-ubyte.gz") as file:
        grey = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(folder / f"{stem}-labels-idx1-ubyte.gz") as file:
        labels = numpy.frombuffer(file.read(), numpy.uint8, offset=8)
    images = numpy.repeat(numpy.pad(grey, ((0, 0), (2, 2), (2, 2)))[..., None], 3, axis=3)
    count = 50_000 if split == "train" else 10_000
    return images[:count], labels[:count].tolist()


def binary_folder(data, scratch):
    """A folder in CIFAR-10's binary format that both sides read, and what the images are."""
    data = Path(data) if data else None
    if data and (data / "data_batch_1.bin").exists():
        return data, f"CIFAR-10 in {data.name}"
    if data and (data / "train").is_dir():
        train, test, title = jpeg_split(data / "train"), jpeg_split(data / "test"), "CIFAR-10 as JPEG, decoded beforehand"
    elif data:
        sys.exit(f"{data} is neither CIFAR-10's binary version nor a folder with train and test: choose another --data.")
    else:
        fashion = Path("/usr/share/datasets/fashion-mnist")
        train, test, title = fashion_split(fashion, "train"), fashion_split(fashion, "test"), "Fashion-MNIST, framed to 32x32 and made RGB"
    for i in range(5):
        part = slice(i * len(train[1]) // 5, (i + 1) * len(train[1]) // 5)
        write_records(scratch / f"data_batch_{i + 1}.bin", train[0][part], train[1][part])
    write_records(scratch / "test_batch.bin", *test)
    (scratch / "batches.meta.txt").write_text("".join(f"class{i}\n" for i in range(CLASSES)))
    return scratch, title


# Both sides in turn ---------------------------------------------------------------------------------------------------

def call(command, environment=None):
    """Its JSON; where it refuses, what it says."""
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        return {"error": (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]}
    return json.loads(done.stdout)


class Bench:
    def __init__(self, options, data):
        self.options, self.data = options, data

    def python(self, what, norm="batch", workers=(0, 0), allocator=None, share=1, evaluate=False):
        """`workers`: of the training's loader and of the test's; `share` of the images that a measurement has."""
        job = {"what": what, "norm": norm, "workers": workers[0], "testWorkers": workers[1], "data": str(self.data),
               "threads": self.options.threads, "images": max(BATCH, int(self.options.images * share)), "warmup": self.options.warmup,
               "evaluate": evaluate, "testImages": int(self.options.test_images * share)}
        return call([self.options.python, __file__, "--side", json.dumps(job)], {"LD_PRELOAD": allocator} if allocator else None)

    def ours(self, norm, engine, precision, evaluate=False):
        command = [self.options.bench, "--data", f"cifar10:{self.data}", "--norm", norm, "--engine", engine, "--precision", precision,
                   "--threads", str(self.options.threads), "--images", str(self.options.images), "--warmup", str(self.options.warmup),
                   "--device", "cpu", "--repeats", "1"]
        return call(command + (["--evaluate"] if evaluate else []))

    def our_pipeline(self):
        return call([self.options.bench, "--data", f"cifar10:{self.data}", "--pipeline", "--images", str(self.options.images), "--repeats", "3"])

    def ceiling(self):
        return call([self.options.bench, "--ceiling", "--threads", str(self.options.threads), "--repeats", "2"])

    def three_runs(self, precision):
        """Three norms at once as pays, and one after another, in turn in one process; two epochs each, tests and folders and all."""
        return call([self.options.bench, "--data", f"cifar10:{self.data}", "--runs", "3", "--device", "cpu", "--precision", precision,
                     "--images", str(self.options.images), "--repeats", str(self.options.repeats)])

    def best_workers(self, norm, allocator):
        """For training and for testing: none or four, whichever is faster here."""
        tried = {w: self.python("training", norm, (w, w), allocator, 0.5, evaluate=True) for w in (0, 4)}
        check(tried)
        best = (max(tried, key=lambda w: tried[w]["imagesPerSecond"]), max(tried, key=lambda w: tried[w]["evaluation"]["imagesPerSecond"]))
        say(f"{norm}: Python{', tcmalloc' if allocator else ''} is fastest with {best[0]} workers, testing with {best[1]}")
        return best

    def sides(self, norm):
        """name -> a call that measures it once; in this order, again and again."""
        tcmalloc = self.options.tcmalloc
        plain, preloaded = self.best_workers(norm, None), self.best_workers(norm, tcmalloc) if tcmalloc else (0, 0)
        workers = {"python": plain, "tcmalloc": preloaded}
        sides = {"python": lambda: self.python("training", norm, plain, evaluate=True)}
        for engine in self.options.engines:
            for precision in self.options.precisions:
                sides[f"{engine} {precision}"] = lambda e=engine, p=precision: self.ours(norm, e, p, evaluate=True)
            if tcmalloc and "tcmalloc" not in sides:
                sides["tcmalloc"] = lambda: self.python("training", norm, preloaded, tcmalloc, evaluate=True)
        sides["ceiling"] = self.ceiling
        return sides, workers

    def measure(self, norm):
        sides, workers = self.sides(norm)
        results, left_out = {name: [] for name in sides}, {}
        for number in range(self.options.repeats):
            for name in list(sides):
                result = sides[name]()
                if "error" in result:
                    if name in ("python", "ceiling") or results[name]:
                        sys.exit(f"{norm}, {name}: {result['error']}")
                    say(f"{norm}: {name} left out: {result['error']}")
                    left_out[name] = result["error"]
                    del sides[name], results[name]
                    continue
                results[name].append(result)
                say(f"{norm}, round {number + 1}: {name} {describe(result)}")
        return {"workers": workers, "leftOut": left_out, "results": results}


def check(results):
    for name, result in results.items():
        if "error" in result:
            sys.exit(f"{name}: {result['error']}")


def rate_of(result):
    rate = result["imagesPerSecond"]
    return statistics.median(rate) if isinstance(rate, list) else rate


def describe(result):
    return f"{rate_of(result):.0f} images/s" if "imagesPerSecond" in result else f"{result['f32']['median']:.0f} GFLOP/s"


def say(text):
    print(text, file=sys.stderr, flush=True)


# What it comes to -----------------------------------------------------------------------------------------------------

def figure(values):
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values), "all": values}


def ratio(ours, theirs):
    """Of the medians; the range is that of the rounds, whose two sides ran one after the other."""
    rounds = [a / b for a, b in zip(ours, theirs)]
    return {"ratio": statistics.median(ours) / statistics.median(theirs), "lowest": min(rounds), "highest": max(rounds)}


def summarize(measured):
    """Per norm and engine: rates, ratios and the share of the ceiling."""
    summary = {}
    for norm, entry in measured.items():
        results = entry["results"]
        rates = {name: [rate_of(r) for r in rows] for name, rows in results.items() if name != "ceiling"}
        tests = {name: [r["evaluation"]["imagesPerSecond"] for r in rows] for name, rows in results.items() if name != "ceiling"}
        precisions = [p for p in ("f32", "bf16") if p in results["ceiling"][0]]
        ceilings = {p: [r[p]["imagesPerSecond"] for r in results["ceiling"]] for p in precisions}
        row = {"imagesPerSecond": {n: figure(v) for n, v in rates.items()}, "evaluation": {n: figure(v) for n, v in tests.items()},
               "ceilingImagesPerSecond": {p: figure(c) for p, c in ceilings.items()},
               "ceilingGigaflops": {p: figure([r[p]["median"] for r in results["ceiling"]]) for p in precisions},
               "peakMegabytes": {n: figure([r["peakMegabytes"] for r in results[n]]) for n in rates},
               "secondsToFirstStep": {n: figure([r["loadSeconds"] + r.get("createSeconds", 0) + r["firstStepSeconds"]
                                                 for r in results[n]]) for n in rates},
               "workers": entry["workers"], "leftOut": entry["leftOut"], "device": {n: rows[0]["device"] for n, rows in results.items() if "device" in rows[0]}, "ratios": {}}
        for name, values in rates.items():
            if name in ("python", "tcmalloc"):
                continue
            engine, precision = name.split()
            ratios = {"python": ratio(values, rates["python"]), "evaluationPython": ratio(tests[name], tests["python"])}
            if precision in ceilings:
                ratios["shareOfCeiling"] = ratio(values, ceilings[precision])
            if "tcmalloc" in rates:
                ratios["tcmalloc"] = ratio(values, rates["tcmalloc"])
                ratios["evaluationTcmalloc"] = ratio(tests[name], tests["tcmalloc"])
            if precision != "f32" and f"{engine} f32" in rates:
                ratios["ownF32"] = ratio(values, rates[f"{engine} f32"])
            row["ratios"][name] = ratios
        summary[norm] = row
    return summary


def times(entry, digits=2):
    return f"{entry['ratio']:.{digits}f} ({entry['lowest']:.{digits}f} to {entry['highest']:.{digits}f})" if entry else "-"


def rate_text(entry):
    return f"{entry['median']:,.0f} ({entry['lowest']:,.0f} to {entry['highest']:,.0f})" if entry else "-"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def markdown(report):
    about = report["about"]
    parts = [f"{about['processor']}, {about['cores']} cores; {about['threads']} threads; {about['data']}; Python {about['python']}, "
             f"PyTorch {about['torch']}, torchvision {about['torchvision']}. Medians of {about['repeats']} rounds of {about['images']:,} images "
             f"after {about['warmup']} to warm up, lowest and highest in brackets.\n"]
    rows, tests, other = [], [], []
    for norm, row in report["summary"].items():
        rate, evaluation = row["imagesPerSecond"], row["evaluation"]
        for name in ("python", "tcmalloc"):
            if name in rate:
                title = "Python" if name == "python" else "Python, tcmalloc"
                train_workers, test_workers = row["workers"][name]
                rows.append([norm, f"{title}, {train_workers} workers", rate_text(rate[name])] + ["-"] * 4)
                tests.append([norm, f"{title}, {test_workers} workers", rate_text(evaluation[name]), "-", "-"])
                other.append([norm, title, f"{row['peakMegabytes'][name]['median']:.0f}", f"{row['secondsToFirstStep'][name]['median']:.2f}"])
        for name, ratios in row["ratios"].items():
            title = f"Normscope, engine {name} ({row['device'][name]})"
            share = ratios.get("shareOfCeiling")
            rows.append([norm, title, rate_text(rate[name]), times(ratios["python"]), times(ratios.get("tcmalloc")),
                         times(ratios.get("ownF32")), f"{100 * share['ratio']:.0f} %" if share else "-"])
            tests.append([norm, title, rate_text(evaluation[name]), times(ratios["evaluationPython"]), times(ratios.get("evaluationTcmalloc"))])
            other.append([norm, title, f"{row['peakMegabytes'][name]['median']:.0f}", f"{row['secondsToFirstStep'][name]['median']:.2f}"])
        for precision, gigaflops in row["ceilingGigaflops"].items():
            rows.append([norm, f"ceiling of {precision}: matrix products at {gigaflops['median']:.0f} GFLOP/s",
                         rate_text(row["ceilingImagesPerSecond"][precision])] + ["-"] * 4)
    parts += ["Training\n", table(["norm", "side", "images/s", "x Python", "x Python, tcmalloc", "x own f32", "of its ceiling"], rows)]
    for norm, row in report["summary"].items():
        parts += [f"\n{norm}, {name}: {why}" for name, why in row["leftOut"].items()]
    parts += [f"\nEvaluation of {about['testImages']:,} images, predictions kept\n",
              table(["norm", "side", "images/s", "x Python", "x Python, tcmalloc"], tests)]
    parts += ["\nMemory and start (reading the images, building, first step; without starting the process)\n",
              table(["norm", "side", "peak MB", "s"], other)]
    pipeline = report["pipeline"]
    parts += ["\nAugmentation and normalization, one thread\n",
              table(["side", "images/s", "x Python"], [["Python", rate_text(pipeline["python"]), "-"],
                                                       ["Normscope", rate_text(pipeline["ours"]), times(pipeline["ratio"], 1)]])]
    seconds = lambda entry: f"{entry['median']:.1f} ({entry['lowest']:.1f} to {entry['highest']:.1f})"
    parts += ["\nThree runs queued together (batch, group and layer norm), seconds until the last has ended\n",
              table(["precision", "at once as pays", "in sequence", "x sequence", "peak MB"],
                    [[precision, seconds(entry["together"]), seconds(entry["sequence"]), times(entry["ratio"]), f"{entry['peakMegabytes']:.0f}"]
                     for precision, entry in report["threeRuns"].items()])]
    return "\n".join(parts) + "\n"


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def about(options, title):
    versions = subprocess.run([options.python, "-c", "import torch, torchvision, platform;"
                               "print(platform.python_version(), torch.__version__, torchvision.__version__)"],
                              capture_output=True, text=True, check=True).stdout.split()
    return {"processor": processor(), "cores": os.cpu_count(), "threads": options.threads, "data": title, "python": versions[0],
            "torch": versions[1], "torchvision": versions[2], "repeats": options.repeats, "images": options.images, "warmup": options.warmup,
            "testImages": options.test_images, "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "load": os.getloadavg()}


def pipeline(bench):
    python, ours = [], []
    for _ in range(bench.options.repeats):
        results = {"python": bench.python("pipeline"), "ours": bench.our_pipeline()}
        check(results)
        python.append(rate_of(results["python"]))
        ours.append(rate_of(results["ours"]))
        say(f"pipeline: python {python[-1]:.0f}, ours {ours[-1]:.0f} images/s")
    return {"python": figure(python), "ours": figure(ours), "ratio": ratio(ours, python)}


def three_runs(bench):
    """By precision; one that this processor lacks is left out."""
    results = {}
    for precision in bench.options.precisions:
        result = bench.three_runs(precision)
        if "error" in result:
            say(f"three runs, {precision} left out: {result['error']}")
            continue
        results[precision] = {"together": figure(result["together"]), "sequence": figure(result["sequence"]),
                              "ratio": ratio(result["sequence"], result["together"]), "peakMegabytes": result["peakMegabytes"], "rounds": result["rounds"]}
        say(f"three runs, {precision}: at once {result['medianTogether']:.1f} s, in sequence {result['medianSequence']:.1f} s")
    return results


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default="build/tests/bench/bench_training", help="bench_training (default: %(default)s)")
    parser.add_argument("--data", help="CIFAR-10: its binary version, or a folder with train/CLASS and test/CLASS; else Fashion-MNIST")
    parser.add_argument("--norms", default=",".join(NORMS))
    parser.add_argument("--engines", default="auto", help="of bench_training, for example auto,libtorch")
    parser.add_argument("--precisions", default="f32,bf16")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="cuda: on the GPU, against Python there (compare_cuda.py)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of either side (default: %(default)s, the cores)")
    parser.add_argument("--images", type=int, default=6400, help="of one measurement (default: %(default)s)")
    parser.add_argument("--warmup", type=int, default=640, help="images before it (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="rounds (default: %(default)s)")
    parser.add_argument("--test-images", type=int, default=10_000, help=argparse.SUPPRESS)
    parser.add_argument("--tcmalloc", default="libtcmalloc_minimal.so.4", help="preloaded into Python; empty: leave that out")
    parser.add_argument("--python", default=sys.executable, help="with torch and torchvision (default: this one)")
    parser.add_argument("--json", type=Path, help="write everything that was measured here")
    parser.add_argument("--markdown", type=Path, help="write the tables here as well")
    parser.add_argument("--quick", action="store_true", help="a smoke run: one round of 640 images")
    parser.add_argument("--check", type=Path, metavar="DIR", help="compare the Python network with reference values in DIR, and quit")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.quick:
        options.images, options.warmup, options.repeats = 640, 128, 1
    options.norms, options.engines, options.precisions = (v.split(",") for v in (options.norms, options.engines, options.precisions))
    return options


def main():
    options = arguments()
    if options.side:
        job = json.loads(options.side)
        if job["what"].startswith("cuda"):
            import compare_cuda
            print(json.dumps(compare_cuda.side(job)))
            return
        print(json.dumps(python_pipeline(job) if job["what"] == "pipeline" else python_training(job)))
        return
    if options.check:
        check_network(options.check)
        return
    if not Path(options.bench).exists():
        sys.exit(f"{options.bench} is not there: build bench_training, or say where it is with --bench.")
    with tempfile.TemporaryDirectory(prefix="normscope-bench-") as scratch:
        say("Preparing the images ...")
        data, title = binary_folder(options.data, Path(scratch))
        if options.device == "cuda":
            import compare_cuda
            compare_cuda.run(options, data, title)
            return
        bench = Bench(options, data)
        report = {"about": about(options, title)}
        report["measured"] = {norm: bench.measure(norm) for norm in options.norms}
        report["summary"] = summarize(report["measured"])
        report["pipeline"] = pipeline(bench)
        report["threeRuns"] = three_runs(bench)
    text = markdown(report)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    if options.markdown:
        options.markdown.write_text(text)


if __name__ == "__main__":
    main()

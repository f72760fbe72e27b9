# SPDX-License-Identifier: GPL-3.0-or-later
"""compare.py --device cuda: Normscope on a GPU against two Python programs there, in turn, in one run.

"eager": the recipe as a user writes it, with a DataLoader, eager steps and three .item() a step. "graph": a fast one, with
the images on the GPU, the step in a CUDA graph, fused SGD and nothing read within the epoch; it leaves out augmentation
and the epoch's last batch, which is in its favour.
"""
import contextlib
import json
import os
import statistics
import time

import compare


def prepare(torch, precision):
    torch.manual_seed(1)
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"


def precision_scope(torch, precision):
    return torch.autocast("cuda", torch.bfloat16, cache_enabled=False) if precision == "bf16" else contextlib.nullcontext()


def dropout_of(norm):
    return 0.02 if norm == "batch" else 0


def eager_training(job):
    import torch
    from torch.nn import functional
    from torch.utils.data import DataLoader
    prepare(torch, job["precision"])
    model = compare.network(job["norm"], dropout_of(job["norm"])).cuda()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    images = compare.image_set(job["data"], "train", augment=True)
    loader = DataLoader(images, batch_size=compare.BATCH, shuffle=True, num_workers=job["workers"], pin_memory=True)
    model.train()
    begin = start = time.monotonic()
    correct = processed = skipped = first = 0
    while processed - skipped < job["images"] or not skipped:
        for data, target in loader:
            data, target = data.cuda(non_blocking=True), target.cuda(non_blocking=True)
            optimizer.zero_grad()
            with precision_scope(torch, job["precision"]):
                prediction = model(data)
                loss = functional.nll_loss(prediction, target)
            shown = loss.item()
            loss.backward()
            optimizer.step()
            answer = prediction.argmax(dim=1, keepdim=True)
            correct += answer.eq(target.view_as(answer)).sum().item()
            processed += len(data)
            status = f"Loss={loss.item()} Accuracy={100 * correct / processed:0.2f}"
            now = time.monotonic()
            first = first or now - begin
            if not skipped and processed >= job["warmup"]:
                start, skipped = now, processed
            elif skipped and processed - skipped >= job["images"]:
                break
    torch.cuda.synchronize()
    return {"imagesPerSecond": (processed - skipped) / (time.monotonic() - start), "firstStepSeconds": first, "lastLoss": shown, "status": status}


def graph_training(job):
    import torch
    from torch.nn import functional
    prepare(torch, job["precision"])
    pixels, labels = compare.records(job["data"], "train")
    begin = time.monotonic()
    pixels = torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous().cuda()
    labels = torch.tensor(labels).cuda()
    mean, deviation = (torch.tensor(v).view(1, 3, 1, 1).cuda() for v in (compare.MEAN, compare.DEVIATION))
    model = compare.network(job["norm"], dropout_of(job["norm"])).cuda().train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, fused=True)
    rows = torch.arange(compare.BATCH).cuda()
    loss_sum, correct = torch.zeros((), device="cuda"), torch.zeros((), dtype=torch.long, device="cuda")

    def step():
        optimizer.zero_grad(set_to_none=True)
        data, target = (pixels[rows].float() / 255 - mean) / deviation, labels[rows]
        with precision_scope(torch, job["precision"]):
            prediction = model(data)
            loss = functional.nll_loss(prediction.float(), target)
        loss.backward()
        optimizer.step()
        loss_sum.add_(loss.detach())
        correct.add_(prediction.argmax(dim=1).eq(target).sum())

    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    optimizer.zero_grad(set_to_none=True)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()

    def epoch(batches):
        order = torch.randperm(len(labels), device="cuda")
        for number in range(batches):
            rows.copy_(order[number * compare.BATCH:(number + 1) * compare.BATCH])
            graph.replay()
        return loss_sum.item() / batches, correct.item() # once an epoch

    batches = len(labels) // compare.BATCH
    epoch(max(1, job["warmup"] // compare.BATCH))
    first = time.monotonic() - begin
    done, start = 0, time.monotonic()
    while done < job["images"]:
        loss_sum.zero_()
        correct.zero_()
        loss, _ = epoch(batches)
        done += batches * compare.BATCH
    return {"imagesPerSecond": done / (time.monotonic() - start), "firstStepSeconds": first, "lastLoss": loss}


def side(job):
    return graph_training(job) if job["what"] == "cuda-graph" else eager_training(job)


def python(options, data, what, norm, precision, workers=0, images=None):
    job = {"what": what, "norm": norm, "precision": precision, "workers": workers, "data": str(data),
           "images": images or options.images, "warmup": options.warmup}
    return compare.call([options.python, compare.__file__, "--side", json.dumps(job)])


def ours(options, data, norm, precision):
    return compare.call([options.bench, "--data", f"cifar10:{data}", "--norm", norm, "--engine", "libtorch", "--precision", precision,
                         "--device", "cuda", "--images", str(options.images), "--warmup", str(options.warmup), "--repeats", "1"])


def best_workers(options, data, norm):
    tried = {w: python(options, data, "cuda-eager", norm, "f32", w, options.images // 2) for w in (0, 4, max(4, os.cpu_count() // 2))}
    compare.check(tried)
    return max(tried, key=lambda w: tried[w]["imagesPerSecond"])


def measure(options, data):
    rows = []
    for norm in options.norms:
        workers = best_workers(options, data, norm)
        for precision in options.precisions:
            sides = {"eager": lambda: python(options, data, "cuda-eager", norm, precision, workers),
                     "graph": lambda: python(options, data, "cuda-graph", norm, precision), "ours": lambda: ours(options, data, norm, precision)}
            found = {name: [] for name in sides}
            for number in range(options.repeats):
                results = {name: call() for name, call in sides.items()}
                compare.check(results)
                for name, result in results.items():
                    found[name].append(result)
                compare.say(f"{norm}, {precision}, round {number + 1}: "
                            + ", ".join(f"{name} {compare.rate_of(result):.0f}" for name, result in results.items()) + " images/s")
            rates = {name: statistics.median(compare.rate_of(r) for r in results) for name, results in found.items()}
            rows.append({"norm": norm, "precision": precision, "workers": workers, "imagesPerSecond": rates, "timesEager": rates["ours"] / rates["eager"],
                         "timesGraph": rates["ours"] / rates["graph"], "device": found["ours"][0]["device"], "measured": found})
    return rows


def markdown(rows):
    lines = ["| norm | precision | Python eager, images/s | Python graph, images/s | Normscope, images/s | x eager | x graph |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        rate = row["imagesPerSecond"]
        lines.append(f"| {row['norm']} | {row['precision']} | {rate['eager']:.0f} | {rate['graph']:.0f} | {rate['ours']:.0f} "
                     f"| {row['timesEager']:.2f} | {row['timesGraph']:.2f} |")
    return f"{rows[0]['device']}\n\n" + "\n".join(lines) + "\n"


def run(options, data, title):
    report = {"about": compare.about(options, title), "cuda": measure(options, data)}
    text = markdown(report["cuda"])
    print(text)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    if options.markdown:
        options.markdown.write_text(text)

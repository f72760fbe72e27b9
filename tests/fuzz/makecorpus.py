# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the first inputs of the corpora: small valid files of every kind. What the fuzzers found was added by hand.

usage: makecorpus.py [--torch]   with Debian's python3-numpy, -opencv and ImageMagick's convert; --torch: also the
state dictionaries, with whatever PyTorch this Python has ("1" in their names: 1.13, "2": 2.15)."""
import gzip
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import tarfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")


def save(target, name, data):
    os.makedirs(os.path.join(HERE, target), exist_ok=True)
    with open(os.path.join(HERE, target, name), "wb") as f:
        f.write(data)


def part(data):
    return struct.pack("<H", len(data)) + data


def cifar_binary():
    names = b"airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"
    record = b"\x03" + bytes(range(256)) * 12
    save("cifarbinary", "one", part(names) + part(record) + record)
    save("cifarbinary", "two", part(names) + part(record * 2) + record)
    save("cifarbinary", "truncated", part(names) + part(record[:-1]) + record)
    save("cifarbinary", "trailing", part(names) + part(record) + record + b"x")
    save("cifarbinary", "label-above-9", part(names) + part(b"\x0a" + record[1:]) + record)
    save("cifarbinary", "no-names", part(b"") + part(record) + record)


def cifar_pickle():
    import numpy
    data = numpy.zeros((1, 3072), dtype=numpy.uint8)
    for protocol in (2, 3, 4):
        save("cifarpickle", "images-%d" % protocol,
             pickle.dumps({"batch_label": "x", "labels": [3], "data": data, "filenames": ["a.png"]}, protocol))
        save("cifarpickle", "bytes-%d" % protocol, pickle.dumps({b"labels": [3], b"data": data}, protocol))
        save("cifarpickle", "names-%d" % protocol,
             pickle.dumps({"label_names": ["cat", "dog"], "num_vis": 3072}, protocol))
    save("cifarpickle", "system", b"\x80\x02cos\nsystem\nU\x04true\x85R.")
    save("cifarpickle", "cyclic", b"\x80\x02]q\x00h\x00a.")


def idx():
    labels = struct.pack(">II", 0x801, 2) + b"\x01\x09"
    images = struct.pack(">IIII", 0x803, 2, 28, 28) + bytes(range(196)) * 8
    packed = lambda data: gzip.compress(data, mtime=0)
    save("idx", "plain", b"\x00" + part(labels) + images)
    save("idx", "gzip", b"\x00" + part(packed(labels)) + packed(images))
    save("idx", "packed", b"\x01" + part(labels) + images)
    save("idx", "more-labels", b"\x01" + part(struct.pack(">II", 0x801, 3) + b"\x01\x02\x03") + images)
    save("idx", "lying", b"\x00" + part(labels) + struct.pack(">IIII", 0x803, 0xFFFFFFFF, 28, 28))
    claim = struct.pack(">IIII", 0x803, 100000, 28, 28)
    save("idx", "lying-gzip", b"\x00" + part(labels) + packed(claim)[:-4] + struct.pack("<I", 16 + 100000 * 784))


def archives():
    wanted = ["batches.meta.txt", "test_batch.bin"] + ["data_batch_%d.bin" % i for i in range(1, 6)]

    def tar(names, **more):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for name in names:
                info = tarfile.TarInfo(name)
                info.size = 3
                archive.addfile(info, io.BytesIO(b"abc"))
            for name, target in more.items():
                info = tarfile.TarInfo(name)
                info.type, info.linkname = tarfile.SYMTYPE, target
                archive.addfile(info)
        blocks = len(out.getvalue().rstrip(b"\0")) // 512 + 1
        return out.getvalue()[:blocks * 512] + b"\0" * 1024

    good = ["cifar-10-batches-bin/" + name for name in wanted]
    save("archive", "whole", tar(good + ["cifar-10-batches-bin/readme.html"]))
    save("archive", "whole.gz", gzip.compress(tar(good), mtime=0))
    save("archive", "upwards", tar(["../escaped", "/tmp/normscope-escaped", "cifar-10-batches-bin/../../escaped"] + good))
    save("archive", "links", tar(good, **{"cifar-10-batches-bin": "/tmp", "cifar-10-batches-bin/readme.html": "/etc/passwd"}))
    save("archive", "python", tar(["cifar-10-batches-py/data_batch_1"]))
    save("archive", "page", b"<html><body>Log in</body></html>")


def images():
    def make(name, *arguments):
        path = os.path.join("/tmp", "normscope-seed-" + name)
        subprocess.run(["convert", "-size", "8x6", "gradient:red-blue", *arguments, path], check=True)
        with open(path, "rb") as f:
            save("image", name, f.read())
        os.remove(path)
    plain = ["-strip"]
    for name in ("rgb.png", "rgb.jpg", "rgb.webp", "rgb.tiff", "rgb.bmp", "rgb.ppm"):
        make(name, *plain)
    make("grey.png", "-colorspace", "Gray", *plain)
    make("alpha.png", "-alpha", "set", "-channel", "A", "-evaluate", "set", "50%", *plain)
    make("deep.png", "-depth", "16", "-define", "png:bit-depth=16", *plain)
    make("palette.png", "-colors", "4", "-type", "Palette", *plain)
    make("cmyk.jpg", "-colorspace", "CMYK", *plain)
    make("progressive.jpg", "-interlace", "JPEG", *plain)
    make("grey.jpg", "-colorspace", "Gray", *plain)
    make("lossless.webp", "-define", "webp:lossless=true", *plain)
    make("alpha.webp", "-alpha", "set", "-channel", "A", "-evaluate", "set", "50%", *plain)
    make("lzw.tiff", "-compress", "LZW", *plain)
    make("deflate.tiff", "-compress", "Zip", *plain)
    make("deep.tiff", "-depth", "16", *plain)
    make("bits.pbm", "-monochrome", *plain)
    make("text.pgm", "-compress", "None", *plain)
    make("palette.bmp", "-colors", "16", "-type", "Palette", *plain)


def image_cache():
    def file(images, warnings, labels=None, pixels=b""):
        labels = labels if labels is not None else [0, 1] * ((images[0] + images[1]) // 2)
        header = b"normscope images" + struct.pack("<QQQQ", 1, *images, len(warnings)) + b"0" * 128
        return header + warnings + b"0" * 64 + struct.pack("<%dH" % len(labels), *labels) + pixels
    save("imagecache", "empty", b"\x01" + file((0, 0), b""))
    save("imagecache", "one", b"\x01" + file((1, 1), b"a warning\0another\0"))
    save("imagecache", "all", b"\x01" + file((2, 2), b""))
    save("imagecache", "label", b"\x01" + file((1, 0), b"", [7]))
    save("imagecache", "raw", b"\x00" + file((0, 0), b""))
    save("imagecache", "lying", b"\x01" + file((2**63, 2**63), b"", []))


def run_json():
    spec = {"data": "folder:/images", "limitTrain": 0, "limitTest": 0, "quickLook": False, "normalization": "group", "groups": 4,
            "epochs": 20, "batchSize": 64, "learningRate": 0.01, "momentum": 0.9, "stepSize": 8, "gamma": 0.1, "dropout": 0.02,
            "augment": 0.25, "seed": 18446744073709551615, "device": "auto", "threads": 0, "engine": "auto", "precision": "f32"}
    run = {"schema": 1, "writer": "Normscope 0.1.0", "name": "Group norm", "note": "a\nb", "colour": 1,
           "created": "2026-11-23T00:00:00Z", "state": "finished", "reason": "", "spec": spec,
           "summary": {"dataTitle": "images", "dataFingerprint": "00", "classNames": ["a", "b"], "trainImages": 10, "testImages": 5,
                       "parameters": 40394, "device": "CPU", "software": "x", "inputMean": [0.5, 0.4, 0.3],
                       "inputDeviation": [0.2, 0.2, 0.2], "lastEpoch": {"epoch": 1}}}
    text = lambda value: json.dumps(value, indent=2).encode()
    save("runjson", "run", text(run))
    save("runjson", "inf", text(dict(run, spec=dict(spec, learningRate="inf", gamma="nan"))))
    save("runjson", "hex", text(dict(run, spec=dict(spec, dataPathHex="2fff"))))
    save("runjson", "newer", text(dict(run, schema=2, unknown={"a": [1, {"b": None}]})))
    save("runjson", "types", text(dict(run, spec=dict(spec, seed=-1, epochs="x"))))
    save("runjson", "half", text(run)[:300])
    save("runjson", "deep", b'{"schema": 1, "x": ' + b"[" * 3000 + b"]" * 3000 + b"}")
    save("runjson", "list", b"[" * 3000 + b"]" * 3000)


def checkpoint():
    with open(os.path.join(HERE, "runjson", "run"), "rb") as f:
        run = json.load(f)
    epoch = {"epoch": 1, "trainAccuracy": 40.5, "testAccuracy": 41, "trainLoss": 1.6, "testLoss": "nan", "learningRate": 0.01, "seconds": 2}
    header = {"schema": 1, "id": "run-1", "run": run, "epochs": [epoch],
              "position": {"epoch": 2, "batches": 1, "lossSum": 1.5, "correct": 3, "seconds": 0.5}, "batchLosses": 2,
              "weights": [{"name": "w", "shape": [2, 1], "kind": "f32"}, {"name": "n", "shape": [], "kind": "i64"}],
              "momentum": [{"name": "w", "shape": [2, 1], "kind": "f32"}],
              "evaluation": {"classes": 2, "images": 1, "loss": 0.5}}
    numbers = struct.pack("<ff", 2.5, 1.5) + struct.pack("<IHHff", 0, 1, 1, 0.25, 0.75) + struct.pack("<ffqff", 1, -2, 7, 0.5, 0)
    text = lambda value: json.dumps(value).encode() + b"\n"
    save("checkpoint", "whole", text(header) + numbers)
    save("checkpoint", "more", text(header) + numbers + b"x")
    save("checkpoint", "fewer", text(header) + numbers[:-1])
    save("checkpoint", "lying", text(dict(header, weights=[{"name": "w", "shape": [2**31, 2**31, 4], "kind": "f32"}])) + numbers)
    save("checkpoint", "newer", text(dict(header, schema=2)) + numbers)
    save("checkpoint", "no-evaluation", text({k: v for k, v in header.items() if k != "evaluation"}) + numbers[:8] + numbers[-24:])
    save("checkpoint", "frame", b"NORMSCOPE CHECKPOINT 1\n" + struct.pack("<Q", 8) + b"0" * 64 + b"\n" + b"\0" * 8)


def tables():
    save("tables", "metrics", b"Epoch,Train Acc,Test Acc,Train Loss,Test Loss,Learning Rate,Seconds\n"
                              b"1,40.5,41,1.6,1.55,0.01,12.5\n2,nan,inf,-inf,1e-300,0.001,1\n3,1,2")
    save("tables", "batches", b"Batch,Train Loss\r\n1,2.3\r\n2,nan\r\n3,1e-45\r\n")
    save("tables", "predictions", b"index,label,predicted,cat,\"a \"\"dog\"\", or two\"\n0,1,0,0.75,0.25\n7,1,1,0,1\n")
    save("tables", "columns", b"index,label,predicted" + b"," * 3000 + b"\n" * 3000)


def texts():
    for number, text in enumerate(["fashion-mnist", "fashion-mnist:/usr/share", "cifar10:..", "folder:/a/b/", "folder:/", "=cmd|'/c'!A0",
                                   "a,\"b\"\r\nc", "batch", "libtorch", "bf16", " \u2028 \u202e x\t"]):
        save("texts", str(number), text.encode())
    save("texts", "latin1", b"folder:caf\xe9")


def safetensors():
    one = b'{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"__metadata__":{"x":"y"}}\n' + struct.pack("<ff", 1, -2.5)
    save("safetensors", "one", one)
    kinds = [("F16", 2), ("BF16", 2), ("F64", 8), ("I8", 1), ("U8", 1), ("I16", 2), ("I32", 4), ("I64", 8), ("BOOL", 1)]
    header, at = {}, 0
    for kind, size in kinds:
        header[kind.lower()] = {"dtype": kind, "shape": [1], "data_offsets": [at, at + size]}
        at += size
    save("safetensors", "kinds", json.dumps(header).encode() + b"\n" + bytes(range(at)))


def state_parts():
    tensor = lambda kind, count, shape, strides: (
        b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\n" + kind + b"\nX\x01\0\0\x000X\x03\0\0\0cpuK" + bytes([count])
        + b"tQK\0(" + b"".join(b"K" + bytes([n]) for n in shape) + b"t(" + b"".join(b"K" + bytes([n]) for n in strides)
        + b"t\x89ccollections\nOrderedDict\n)RtR")
    for kind, size in ((b"FloatStorage", 4), (b"HalfStorage", 2), (b"DoubleStorage", 8), (b"LongStorage", 8), (b"BoolStorage", 1)):
        save("statedict", "parts-" + kind.decode(),
             part(b"\x80\x02}(X\x01\0\0\0w" + tensor(kind, 4, (2, 2), (1, 2)) + b"u.") + part(bytes(range(4 * size))))


def state_dictionaries():
    import collections

    import torch
    suffix = "2" if int(torch.__version__.split(".")[0]) >= 2 else "1"
    values = collections.OrderedDict([
        ("a.weight", torch.arange(6.).view(2, 3)), ("a.transposed", torch.arange(6.).view(2, 3).t()),
        ("a.part", torch.arange(12.).view(3, 4)[1:, ::2]), ("a.expanded", torch.tensor([2.5]).expand(3)),
        ("a.parameter", torch.nn.Parameter(torch.tensor([1.5, -2.0]))),
        ("b.f64", torch.tensor([0.25, 1e300], dtype=torch.float64)),
        ("b.f16", torch.tensor([1.0, -0.5, 65504, 6e-8, float("inf")]).half()), ("b.bf16", torch.tensor([1.0, -3.0]).bfloat16()),
        ("c.i64", torch.tensor(7)), ("c.i32", torch.tensor([-1, 2], dtype=torch.int32)),
        ("c.i16", torch.tensor([-300], dtype=torch.int16)), ("c.i8", torch.tensor([-5], dtype=torch.int8)),
        ("c.u8", torch.tensor([200], dtype=torch.uint8)), ("c.bool", torch.tensor([True, False])), ("d.empty", torch.zeros(0, 4))])
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)).state_dict()
    for name, value in (("dict", dict(values)), ("ordered", values), ("module", module), ("float", {"a": torch.ones(2), "lr": 0.5}),
                        ("nested", {"epoch": 3, "state_dict": module})):
        out = io.BytesIO()
        torch.save(value, out)
        save("statedict", name + suffix + ".pt", out.getvalue())
    out = io.BytesIO()
    torch.save(dict(values), out, _use_new_zipfile_serialization=False)
    save("statedict", "legacy" + suffix + ".pt", out.getvalue())


if "--torch" in sys.argv:
    state_dictionaries()
else:
    for make in (cifar_binary, cifar_pickle, idx, archives, images, image_cache, run_json, checkpoint, tables, texts, safetensors, state_parts):
        make()

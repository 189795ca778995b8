"""Makes the files of PyTorch that the tests of dev.hypersd.pickle read, all but make.py in this folder.

    pip install torch numpy     (2.13 on the CPU)
    python make.py

Values are small whole numbers, so that they are the same in every type. Python and PyTorch are needed here only.
"""

import argparse
import collections
import pickle
import sys
import types
import zipfile
from pathlib import Path

import numpy
import torch

ROOT = Path(__file__).parent
TYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn, "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8,
    "BOOL": torch.bool,
}


def save(name, value, zipped=True, **options):
    torch.save(value, ROOT / name, _use_new_zipfile_serialization=zipped, **options)


def counting(*shape, dtype=torch.float32):
    count = 1
    for size in shape:
        count *= size
    return torch.arange(count).reshape(shape).to(dtype)


def every_type(zipped):
    # The older format has no 8-bit floating-point numbers.
    types_ = TYPES if zipped else {name: dtype for name, dtype in TYPES.items() if not name.startswith("F8")}
    return {name: counting(2, 3, dtype=dtype) for name, dtype in types_.items()}


def layouts():
    base = counting(4, 6)
    return {
        "base": base,
        "transposed": base.t(),
        "part": base[1:3, 2:5],
        "every_second": base[::2, ::3],
        "expanded": counting(3)[:, None].expand(3, 4),
        "scalar": torch.tensor(7.0),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(counting(2)),
    }


def module(name, **members):
    """Classes of libraries that need not be installed."""
    parts = name.split(".")
    for i in range(len(parts)):
        sys.modules.setdefault(".".join(parts[: i + 1]), types.ModuleType(".".join(parts[: i + 1])))
    for member, value in members.items():
        value.__module__ = name
        setattr(sys.modules[name], member, value)
    return sys.modules[name]


class ModelCheckpoint:
    pass


class DictConfig:
    def __init__(self):
        self.content = {"target": "ldm", "shape": torch.zeros(2)}


def checkpoint():
    """As trainers of the first years wrote them."""
    module("pytorch_lightning.callbacks.model_checkpoint", ModelCheckpoint=ModelCheckpoint)
    module("omegaconf.dictconfig", DictConfig=DictConfig)
    weights = collections.OrderedDict()
    weights["model.diffusion_model.out.2.bias"] = counting(4)
    weights["model.diffusion_model.out.2.weight"] = counting(4, 2, dtype=torch.float16)
    weights["model_ema.diffusion_modelout2bias"] = counting(4) + 1
    weights["model_ema.decay"] = torch.tensor(0.5)
    weights._metadata = {"": {"version": 1}}
    return {
        "epoch": 3,
        "global_step": numpy.int64(470000),
        "pytorch-lightning_version": "1.4.2",
        "callbacks": {ModelCheckpoint: {"best_model_score": numpy.float64(0.25), "monitor": "loss"}},
        "optimizer_states": [{"state": {0: {"exp_avg": counting(4)}}, "param_groups": [{"betas": (0.9, 0.999)}]}],
        "lr_schedulers": [],
        "hyper_parameters": DictConfig(),
        "arguments": argparse.Namespace(lr=1e-4),
        "state_dict": weights,
    }


def learned_word(zipped):
    parameters = torch.nn.ParameterDict({"*": torch.nn.Parameter(counting(2, 8))}) if not zipped else {"*": counting(2, 8)}
    return {
        "string_to_token": {"*": 265}, "string_to_param": parameters, "name": "fox", "step": 100,
        "sd_checkpoint": None, "sd_checkpoint_name": None,
    }


class Calls:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def hostile():
    import os

    save("hostile_call.pt", {"weight": counting(2), "notes": Calls(os.system, "touch pwned")})
    save("hostile_only.pt", Calls(eval, "open('pwned', 'w')"), zipped=False)
    save("hostile_weight.pt", {"weight": torch.nn.Parameter(counting(2)).to_sparse()})
    save("object_only.pt", DictConfig())
    save("complex.pt", {"weight": torch.zeros(2, dtype=torch.complex64)})
    save("negated.pt", {"weight": torch.ones(2, dtype=torch.complex64).conj().imag})
    save("bomb.pt", {f"weight.{i}": torch.zeros(1).expand(1 << 20) for i in range(64)})
    (ROOT / "plain_pickle.pt").write_bytes(pickle.dumps({"weight": [1.0, 2.0]}, protocol=2))
    torch.jit.script(torch.nn.Linear(1, 1)).save(ROOT / "program.pt")


def rewritten(source, target, change, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(ROOT / source) as old, zipfile.ZipFile(ROOT / target, "w", compression) as new:
        for entry in old.namelist():
            new.writestr(entry, change(entry, old.read(entry)))


def big_endian():
    def swap(entry, content):
        if entry.endswith("/byteorder"):
            return b"big"
        return b"".join(content[i : i + 4][::-1] for i in range(0, len(content), 4)) if "/data/" in entry else content

    save("big_endian.pt", {"base": counting(4, 6), "transposed": counting(4, 6).t(), "empty": torch.zeros(0)})
    rewritten("big_endian.pt", "big_endian.pt.new", swap)
    (ROOT / "big_endian.pt.new").replace(ROOT / "big_endian.pt")


def protocols():
    """What pickles of all protocols have in common with weights; persistent values need protocol 1 at least."""
    for protocol in (1, 2, 3, 4, 5):
        save(f"protocol{protocol}.pt", {"a b": {"ä\n\\": counting(2)}, "n": [1, 300, 70000, 1 << 40, -5, 1.5, None, True],
             "b": (b"x", bytearray(b"y"), {1}, frozenset((2,)), "long" * 100)},
             pickle_protocol=protocol)


if __name__ == "__main__":
    torch.manual_seed(0)
    save("types.pt", every_type(True))
    save("types_older.pt", every_type(False), zipped=False)
    save("layouts.pt", layouts())
    save("layouts_older.pt", layouts(), zipped=False)
    save("checkpoint.ckpt", checkpoint())
    save("checkpoint_older.ckpt", checkpoint(), zipped=False)
    save("word.pt", learned_word(True))
    save("word_older.pt", learned_word(False), zipped=False)
    save("tensor.pt", counting(2, 3))
    save("list.pt", [counting(2), (counting(1), {"x": counting(3)})])
    rewritten("tensor.pt", "compressed.pt", lambda entry, content: content, zipfile.ZIP_DEFLATED)
    protocols()
    big_endian()
    hostile()

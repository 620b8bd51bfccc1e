"""Where networks compute."""

import torch

from autonomy.errors import InputError

DEVICES = ("auto", "cpu", "cuda")


def torch_device(name: str) -> str:
    """Return `cpu` or `cuda` for `auto`, `cpu` or `cuda`; `auto` takes CUDA where there is one.

    Raises:
        InputError: Another name, or `cuda` on a machine without it.
    """
    if name not in DEVICES:
        raise InputError(f"device must be one of {', '.join(DEVICES)}, got {name!r}")
    has_cuda = torch.cuda.is_available()
    if name == "cuda" and not has_cuda:
        raise InputError("device cuda was asked for, but this machine has no CUDA device; use cpu")
    return "cuda" if has_cuda and name != "cpu" else "cpu"

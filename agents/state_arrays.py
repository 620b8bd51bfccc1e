"""The states of networks, optimizers and random numbers as plain arrays by name."""

import json
import random
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor, nn

from autonomy.errors import InputError
from autonomy.world_state import State


def within(name: str, state: Mapping[str, NDArray[Any]]) -> State:
    """Return the entries of a part's state under `name/`."""
    return {f"{name}/{key}": values for key, values in state.items()}


def part(name: str, state: State) -> State:
    """Return the entries under `name/`, without it."""
    return {
        key.removeprefix(f"{name}/"): values
        for key, values in state.items()
        if key.startswith(f"{name}/")
    }


def check_parts(state: State, names: Iterable[str]) -> None:
    """Raise `InputError` if a learner's state lacks an entry, or all entries under a name."""
    found = {key.partition("/")[0] for key in state}
    missing = sorted(set(names) - found)
    if missing:
        raise InputError(f"a learner's state must have {', '.join(missing)}, got only {found}")


def copied(arrays: Mapping[str, NDArray[Any]]) -> State:
    """Return arrays that do not change with these."""
    return {name: np.array(values) for name, values in arrays.items()}


def module_arrays(module: nn.Module) -> State:
    """Return weights and buffers."""
    return {name: _array(tensor) for name, tensor in module.state_dict().items()}


def load_module(module: nn.Module, state: State) -> None:
    """Fill a module of the same shape.

    Raises:
        InputError: It has another shape.
    """
    try:
        module.load_state_dict({name: torch.from_numpy(own) for name, own in state.items()})
    except RuntimeError as error:
        raise InputError(
            f"the state is of another network: {' '.join(str(error).split())}"
        ) from None


def optimizer_arrays(optimizer: torch.optim.Optimizer) -> State:
    """Return what an optimizer remembers of each parameter; none before its first step."""
    remembered = optimizer.state_dict()["state"]
    return {
        f"{index}/{name}": _array(value)
        for index, own in remembered.items()
        for name, value in own.items()
    }


def load_optimizer(optimizer: torch.optim.Optimizer, state: State) -> None:
    """Fill an optimizer of the same parameters; its step size is the learner's own affair."""
    parameters = [own for group in optimizer.param_groups for own in group["params"]]
    remembered: dict[int, dict[str, Tensor]] = {}
    for key, values in state.items():
        index, _, name = key.partition("/")
        value = _laid_out_as(parameters[int(index)], torch.from_numpy(np.array(values)))
        remembered.setdefault(int(index), {})[name] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": remembered, "param_groups": groups})


def _laid_out_as(parameter: Tensor, value: Tensor) -> Tensor:
    """Return a value in a parameter's order in memory, which fused steps take for granted."""
    if value.shape != parameter.shape:
        return value
    return torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def random_arrays(device: str) -> State:
    """Return where the random numbers are that a process shares: torch's, NumPy's, Python's."""
    numbers: Any = np.random.get_state(legacy=False)
    on_cuda = {"cuda": _array(torch.cuda.get_rng_state())} if device == "cuda" else {}
    return {
        "torch": _array(torch.get_rng_state()),
        "numpy": np.array(numbers["state"]["key"]),
        "numpy_place": np.array([numbers["state"]["pos"], numbers["has_gauss"]]),
        "numpy_gauss": np.array(numbers["gauss"]),
        "python": array_of(random.getstate()),
        **on_cuda,
    }


def load_random(state: State, device: str) -> None:
    """Let them go on from there."""
    torch.set_rng_state(torch.from_numpy(state["torch"]))
    place, has_gauss = state["numpy_place"].tolist()
    np.random.set_state(("MT19937", state["numpy"], place, has_gauss, float(state["numpy_gauss"])))
    version, numbers, gauss = value_of(state["python"])
    random.setstate((version, tuple(numbers), gauss))
    if device == "cuda":
        torch.cuda.set_rng_state(torch.from_numpy(state["cuda"]))


def space_arrays(space: spaces.Space[Any]) -> State:
    """Return where the samples of a space are."""
    return {"generator": array_of(space.np_random.bit_generator.state)}


def load_space(space: spaces.Space[Any], state: State) -> None:
    """Let the samples of a space go on from there."""
    space.np_random.bit_generator.state = value_of(state["generator"])


def array_of(value: Any) -> NDArray[np.str_]:
    """Return a value that JSON can hold as an array of no dimension."""
    return np.array(json.dumps(value))


def value_of(array: NDArray[Any]) -> Any:
    """Return what `array_of` was given."""
    return json.loads(str(array))


def _array(tensor: Tensor) -> NDArray[Any]:
    return tensor.detach().cpu().numpy().copy()

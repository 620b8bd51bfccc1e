"""A trained network that acts: what a policy folder holds, without any learner around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any, Literal, Self, TypeGuard

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor, nn

from autonomy.agents.encoders import FindClass, find_encoder
from autonomy.agents.episode_memory import LSTMMemory, Memory, NoMemory
from autonomy.agents.observation_network import ObservationNetwork
from autonomy.agents.privileged import without
from autonomy.agents.recipe import Recipe
from autonomy.errors import InputError, shown
from autonomy.imported_class import allowed_class, class_name, named_class
from autonomy.policies.folder import load_policy_folder
from autonomy.policies.source import policy_folder
from autonomy.policies.space_json import space_from_json
from autonomy.policy import Observation
from autonomy.row_blocks import RowBlocks
from autonomy.world import World
from autonomy.world_state import State

ACTIVATIONS: dict[str, type[nn.Module]] = {"tanh": nn.Tanh, "relu": nn.ReLU}


@dataclass(frozen=True)
class Architecture:
    """The shape of an actor network.

    Attributes:
        encoder: Name as `autonomy.agents.encoders.find_encoder` takes it.
        layers: Widths of the hidden layers between features and action.
        activation: What follows each hidden layer.
        squash: How the output comes into [-1, 1]: by clipping, or by the hyperbolic tangent.
        encoder_options: What the encoder is made with, by name, in JSON values.
        lstm: Units of the memory between features and hidden layers; with 0 there is none.
    """

    encoder: str
    layers: tuple[int, ...]
    activation: Literal["tanh", "relu"] = "tanh"
    squash: Literal["clip", "tanh"] = "clip"
    encoder_options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lstm: int = 0

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        activation: Literal["tanh", "relu"] = "tanh",
        squash: Literal["clip", "tanh"] = "clip",
        lstm: int = 0,
    ) -> Self:
        """Return the shape that a recipe says.

        Raises:
            InputError: Its encoder is a class that has no name.
        """
        own = recipe.encoder
        encoder = own if isinstance(own, str) else class_name(own)
        return cls(encoder, recipe.layers, activation, squash, recipe.encoder_options, lstm)


class ActorNetwork(nn.Module):
    """Observation and memory to mean action and memory, as one plain module."""

    def __init__(
        self,
        observation_space: spaces.Dict,
        action_space: spaces.Box,
        architecture: Architecture,
        find_class: FindClass = named_class,
    ) -> None:
        super().__init__()
        self.observation_space = observation_space
        self.action_space = action_space
        self.architecture = architecture
        encoder = find_encoder(architecture.encoder, architecture.encoder_options, find_class)
        self.observation = ObservationNetwork(observation_space, encoder)
        features, units = self.observation.features, architecture.lstm
        self.memory = LSTMMemory(features, units) if units else NoMemory(features)
        widths = (self.memory.features, *architecture.layers)
        activation = ACTIVATIONS[architecture.activation]
        self.hidden = nn.Sequential()
        for before, after in pairwise(widths):
            self.hidden.extend([nn.Linear(before, after), activation()])
        self.action = nn.Linear(widths[-1], action_space.shape[0])

    def forward(self, observation: dict[str, Tensor]) -> Tensor:
        """Map entries `(N, ...)` of the beginnings of episodes to actions `(N, A)` in [-1, 1].

        Where nothing is remembered, any step is like a beginning.
        """
        return self.squashed(self.action(self.last_features(observation)))

    def step(self, observation: dict[str, Tensor], memory: Memory) -> tuple[Tensor, Memory]:
        """Map entries `(N, ...)` and the memory before them to means `(N, A)` and the memory after.

        The means are not yet brought into [-1, 1].
        """
        features, memory = self.memory(self.observation(observation), memory)
        return self.action(self.hidden(features)), memory

    def squashed(self, mean: Tensor) -> Tensor:
        """Bring means `(N, A)` into [-1, 1]."""
        return mean.tanh() if self.architecture.squash == "tanh" else mean.clamp(-1.0, 1.0)

    def last_features(self, observation: dict[str, Tensor]) -> Tensor:
        """Map entries like `forward` to what the action is a linear function of, `(N, F)`."""
        features = self.observation(observation)
        remembered, _ = self.memory(features, self.memory.first(len(features)))
        return self.hidden(remembered)


class NetworkPolicy:
    """Acts as its network says, without exploring, and remembers what that remembers."""

    def __init__(self, network: ActorNetwork, device: str = "cpu") -> None:
        self.network = network.to(device).eval()
        self.observation_space = network.observation_space
        self.action_space = network.action_space
        self._device = device
        self._rows = 0
        self._memory: dict[str, NDArray[np.float32]] = {}  # each (N, ...)
        self._action_and_memory = RowBlocks(self._compute)

    @classmethod
    def untrained(cls, envs: World, recipe: Recipe, device: str) -> Self:
        """Return a policy that has learned nothing: its weights are torch's next random numbers.

        Args:
            envs: A world that shows what a recipe says, as learners are given it.
            recipe: Says the encoder and the layers; what is privileged there is not read.
            device: `cpu` or `cuda`.

        Raises:
            InputError: There is no such encoder, or it cannot take the world's images.
        """
        space, action_space = envs.single_observation_space, envs.single_action_space
        assert isinstance(space, spaces.Dict)
        assert isinstance(action_space, spaces.Box)
        seen = without(space, recipe.privileged)
        return cls(ActorNetwork(seen, action_space, Architecture.of(recipe)), device)

    def reset(self, mask: NDArray[np.bool_]) -> None:
        """Forget what was where `mask` `(N,)` is true."""
        if len(mask) != self._rows:
            self._begin(len(mask))
        for values in self._memory.values():
            values[mask] = 0.0

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """Return actions `(N, A)` in [-1, 1]; entries beyond the network's own are ignored.

        They do not depend on how many rows there are. Where there are others than before, all
        episodes begin.
        """
        seen = [observation[name] for name in self.observation_space.spaces]
        if len(seen[0]) != self._rows:
            self._begin(len(seen[0]))
        made = self._action_and_memory([*seen, *self._memory.values()])
        numbers = self.action_space.shape[0]
        self._remember(made[:, 2 * numbers :])
        return made[:, numbers : 2 * numbers]

    def _remember(self, numbers: NDArray[np.float32]) -> None:
        """Keep a memory of which each row `(N, M)` is in one piece."""
        for name, before in self._memory.items():
            size = before[0].size
            self._memory[name] = numbers[:, :size].reshape(before.shape).copy()
            numbers = numbers[:, size:]

    def _begin(self, rows: int) -> None:
        """Begin so many episodes."""
        first = self.network.memory.first(rows)
        self._rows = rows
        self._memory = {name: values.detach().cpu().numpy() for name, values in first.items()}

    def _compute(self, rows: list[NDArray[Any]]) -> NDArray[np.float32]:
        """Return means, actions and the memory after them `(n, 2 A + M)`.

        The means are there because clipped actions would hide where means differ.
        """
        # copies, since where PyTorch lets an array begin in memory decides how it is summed up
        tensors = [torch.tensor(values, device=self._device) for values in rows]
        count = len(self.observation_space)
        seen = dict(zip(self.observation_space, tensors[:count], strict=True))
        memory = dict(zip(self._memory, tensors[count:], strict=True))
        with torch.inference_mode():
            mean, after = self.network.step(seen, memory)
            kept = [after[name].flatten(1) for name in memory]
            return torch.cat([mean, self.network.squashed(mean), *kept], dim=1).cpu().numpy()

    def get_state(self) -> State:
        """Return what is remembered of the episodes that run."""
        return {name: values.copy() for name, values in self._memory.items()}

    def set_state(self, state: State) -> None:
        """Go on from what `get_state` returned.

        Raises:
            InputError: Another network remembered it.
        """
        self._begin(len(next(iter(state.values()), ())))
        wanted, given = (
            {name: values.shape for name, values in own.items()} for own in (self._memory, state)
        )
        if wanted != given:
            raise InputError(f"the network must remember {wanted}, got {given}")
        self._memory = {name: values.copy() for name, values in state.items()}

    def description(self) -> dict[str, Any]:
        """Return what `restore` needs to make the network, besides spaces and tensors."""
        return {"architecture": asdict(self.network.architecture)}

    def tensors(self) -> dict[str, Tensor]:
        """Return the weights by name."""
        return self.network.state_dict()

    @classmethod
    def restore(
        cls,
        manifest: Mapping[str, Any],
        tensors: Mapping[str, Tensor],
        device: str,
        modules: Sequence[str],
    ) -> "NetworkPolicy":
        """Make the policy that a folder's manifest describes and its tensors fill.

        Raises:
            InputError: The manifest lacks something, or the tensors do not fit it.
        """
        architecture = _architecture(manifest, sum(own.numel() for own in tensors.values()))
        observation_space = space_from_json(manifest["observation_space"])
        action_space = space_from_json(manifest["action_space"])
        if not (_has_entries(observation_space) and _is_vector(action_space)):
            raise InputError(
                "a network's policy must read a Dict of entries and give a vector, got "
                f"{shown(observation_space)} and {shown(action_space)}"
            )
        try:
            network = ActorNetwork(
                observation_space,
                action_space,
                architecture,
                find_class=lambda name: allowed_class(name, modules),
            )
            network.load_state_dict(dict(tensors))
        except InputError:
            raise
        except (RuntimeError, TypeError, ValueError, LookupError, ArithmeticError) as error:
            reason = " ".join(str(error).split())
            raise InputError(f"policy weights do not fit their manifest: {reason}") from error
        return cls(network, device)


def _architecture(manifest: Mapping[str, Any], weights: int) -> Architecture:
    """Return the shape that a manifest says, of a network that has so many weights."""
    try:
        described: dict[str, Any] = dict(manifest["architecture"])
        described["layers"] = tuple(described["layers"])
        architecture = Architecture(**described)
        _check(described)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"policy manifest must describe a network, at fault is {error}") from error
    widths, units = architecture.layers, architecture.lstm
    needed = sum(before * after for before, after in pairwise((units or 1, *widths)))
    if needed + 4 * units * units > weights:
        raise InputError(
            f"policy weights do not fit their manifest: {weights} are too few for layers of "
            f"{shown(widths)}" + (f" after an LSTM of {shown(units)}" if units else "")
        )
    return architecture


def _check(described: Mapping[str, Any]) -> None:
    """Raise `ValueError` where what a file says of an architecture is of the wrong kind."""
    checks: dict[str, Callable[[Any], bool]] = {
        "encoder": lambda own: isinstance(own, str),
        "layers": lambda own: all(type(width) is int and width > 0 for width in own),
        "activation": lambda own: own in ACTIVATIONS,
        "squash": lambda own: own in ("clip", "tanh"),
        "encoder_options": lambda own: isinstance(own, dict),
        "lstm": lambda own: type(own) is int and own >= 0,
    }
    for name, own in described.items():
        if not checks[name](own):
            raise ValueError(f"{name} {shown(own)}")


def _has_entries(space: spaces.Space[Any]) -> TypeGuard[spaces.Dict]:
    return isinstance(space, spaces.Dict) and len(space) > 0


def _is_vector(space: spaces.Space[Any]) -> TypeGuard[spaces.Box]:
    return isinstance(space, spaces.Box) and len(space.shape) == 1


def load_network(source: str, device: str, modules: Sequence[str] = ()) -> ActorNetwork:
    """Return the network of a run folder or a policy folder.

    `modules` are those, and files, outside this project's packages whose classes it may name.

    Raises:
        InputError: It holds none.
    """
    folder = policy_folder(source)
    policy = load_policy_folder(folder, device, modules) if folder else None
    if not isinstance(policy, NetworkPolicy):
        raise InputError(f"start_from must be a folder with a trained network, got {source!r}")
    return policy.network

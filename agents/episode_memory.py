"""What a network remembers of an episode, from one step to the next."""

from torch import Tensor, nn

Memory = dict[str, Tensor]
"""Each `(N, ...)` float32, zero where an episode begins; empty where nothing is remembered."""


class NoMemory(nn.Module):
    """Remembers nothing: features pass as they are."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.features = features

    def first(self, rows: int) -> Memory:
        """Return what is remembered where so many episodes begin."""
        return {}

    def forward(self, features: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
        """Map features `(N, F)` of a step, and the memory before it, to those after it."""
        return features, memory


class LSTMMemory(nn.Module):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997) of one layer."""

    def __init__(self, features: int, units: int) -> None:
        """Make one of so many units that reads so many features."""
        super().__init__()
        self.features = units
        self.lstm = nn.LSTM(features, units)

    def first(self, rows: int) -> Memory:
        """Return what is remembered where so many episodes begin."""
        blank = next(self.parameters()).new_zeros(rows, self.features)
        return {"hidden": blank, "cell": blank.clone()}

    def forward(self, features: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
        """Map features `(N, F)` of a step to `(N, units)`, and the memory before it to that after.

        Both entries of the memory are `(N, units)`.
        """
        before = memory["hidden"][None], memory["cell"][None]  # layers first
        output, (hidden, cell) = self.lstm(features[None], before)  # steps first
        return output[0], {"hidden": hidden[0], "cell": cell[0]}

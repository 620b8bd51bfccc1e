"""What every robot shares: the camera, policies, the rollout loop, evaluation, recording."""

import os

# OpenMP reads this once, when the first library that uses it is loaded. Torch and Numba each keep
# a pool of threads, and by default the idle pool spins for long on the cores that the other one
# needs: learning becomes several times slower as soon as anything else runs on the machine, and so
# does physics in processes of its own.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")

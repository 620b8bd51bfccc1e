"""What every robot shares: the camera, policies, the rollout loop, evaluation, recording."""

import os

# OpenMP reads this once, when the first library that uses it is loaded. Torch and Numba each keep
# a pool of threads; by default the idle pool spins on the cores that the other one needs, which
# makes learning several times slower as soon as anything else runs on the machine.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

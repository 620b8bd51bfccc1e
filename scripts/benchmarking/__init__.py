"""How fast, how large: what `scripts/benchmark.py` measures, each in a process of its own."""

"""Models that Stable-Baselines3 or sb3-contrib saved: their file, and the policy in it."""

"""What stands before Stable-Baselines3, so that its algorithms learn here as ours do."""

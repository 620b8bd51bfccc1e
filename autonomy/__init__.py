"""What every robot shares: the camera, policies, the rollout loop, evaluation, recording."""

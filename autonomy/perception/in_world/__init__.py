"""Perception at work inside a world, step by step."""

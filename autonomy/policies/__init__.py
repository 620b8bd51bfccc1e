"""Policies by name, and on disk: what a string names, and what a policy folder holds."""

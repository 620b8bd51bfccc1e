"""Labelled frames on disk."""

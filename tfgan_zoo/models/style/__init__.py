"""Generators whose layers take styles."""

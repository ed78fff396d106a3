"""Conditional, latent-variable and auto-encoding systems."""

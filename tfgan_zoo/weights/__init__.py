"""Weights from elsewhere: pretrained sets that ship with the package."""

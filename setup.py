"""Metadata lives in setup.cfg; this file keeps editable installs working with older installers."""

from setuptools import setup

setup()

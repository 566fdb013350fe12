"""Compiles the message catalogues before a build; everything else stands in setup.cfg."""

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildPy(build_py):
    """build_py with the .mo files made first: they are not kept in the repository, and the wheel needs them."""

    def run(self) -> None:
        self.run_command("compile_catalog")
        super().run()


setup(cmdclass={"build_py": BuildPy})

"""Profiles with files, as the tests of the domain make them."""

from tests.domain.conftest import submit

__all__ = ["submit"]

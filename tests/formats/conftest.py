"""Settings of the property tests of formats."""

from hypothesis import settings

# A busy machine is no failure: how long an example takes says nothing about the bytes in it.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

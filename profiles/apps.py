"""The domain as a Django application."""

from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    """Registers the models."""

    name = "profiles"
    verbose_name = "Profiles"

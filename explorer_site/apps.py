"""The site as a Django application: template tags and system checks."""

from django.apps import AppConfig


class ExplorerSiteConfig(AppConfig):
    """Registers the checks."""

    name = "explorer_site"
    verbose_name = "Site"

    def ready(self) -> None:
        """Load the checks, and the Celery app as the one that `current_app` names."""
        from explorer_site import celery, checks  # noqa: F401

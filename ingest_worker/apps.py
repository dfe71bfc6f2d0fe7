"""The worker as a Django application: its management commands."""

from django.apps import AppConfig


class IngestWorkerConfig(AppConfig):
    """Registers the commands; the package has no models."""

    name = "ingest_worker"
    verbose_name = "Ingest worker"

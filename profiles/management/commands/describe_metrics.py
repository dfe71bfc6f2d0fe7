"""Writes docs/metrics.md from the registry of metrics."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from profiles.metrics.describe import page

PAGE = Path("docs") / "metrics.md"


class Command(BaseCommand):
    """`python manage.py describe_metrics`"""

    help = "Write docs/metrics.md from the registry of metrics."

    def handle(self, *_: object, **__: object) -> None:
        """Write the page."""
        path = Path(settings.BASE_DIR) / PAGE
        path.write_text(page(), encoding="utf-8")
        self.stdout.write(f"wrote {path}")

"""Writes docs/tables.md from the registry of tables."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from profiles.tables.describe import page

PAGE = Path("docs") / "tables.md"


class Command(BaseCommand):
    """`python manage.py describe_tables`"""

    help = "Write docs/tables.md from the registry of tables."

    def handle(self, *_: object, **__: object) -> None:
        """Write the page."""
        path = Path(settings.BASE_DIR) / PAGE
        path.write_text(page(), encoding="utf-8")
        self.stdout.write(f"wrote {path}")

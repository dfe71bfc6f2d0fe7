"""Writes docs/cli.md from the list of flags."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from explorer_site.commands.describe import page

PAGE = Path("docs") / "cli.md"


class Command(BaseCommand):
    """`python manage.py describe_cli`"""

    help = "Write docs/cli.md from the list of flags."

    def handle(self, *_: object, **__: object) -> None:
        """Write the page."""
        path = Path(settings.BASE_DIR) / PAGE
        path.write_text(page(), encoding="utf-8")
        self.stdout.write(f"wrote {path}")

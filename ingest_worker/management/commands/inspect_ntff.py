"""Prints what a trace says of itself."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.reader import read_ntff
from ingest_worker.inspection import describe_ntff


class Command(BaseCommand):
    """`inspect_ntff FILE`: facts as JSON on standard output."""

    help = "Print what a trace says of itself, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """One file."""
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Open the file and print; a file that cannot be read is one sentence."""
        try:
            found = describe_ntff(read_ntff(options["file"], limits=DEFAULT_LIMITS))
        except (FormatError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(found, indent=1))

"""Views that read the tables of a run: a damaged or missing file is told, with a code."""

import logging

import pyarrow as pa
from rest_framework.response import Response
from rest_framework.views import APIView

from profiles.refusal import Refused
from profiles.timeline.query import UnreadableError

logger = logging.getLogger(__name__)

# What reading a damaged Parquet file raises, up to text that is none.
DAMAGE = (OSError, pa.ArrowException, UnicodeDecodeError)


class TablesView(APIView):
    """A view whose answer comes out of the files of a run."""

    def handle_exception(self, exc: Exception) -> Response:
        """As every view of the API, but for files that cannot be read."""
        refused = exc
        if isinstance(exc, UnreadableError):
            refused = Refused("tile.unreadable", f"{exc}.")
        elif isinstance(exc, DAMAGE):
            logger.warning("a table cannot be read", exc_info=exc)
            refused = Refused("table.unreadable")
        answer: Response = super().handle_exception(refused)
        return answer

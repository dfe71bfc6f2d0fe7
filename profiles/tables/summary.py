"""The headline numbers of a profile: one row with a hundred columns."""

from profiles.tables import summary_first, summary_second
from profiles.tables.schema import Table

TABLES = (
    Table(
        "Summary",
        "One row with the headline numbers of the whole profile.",
        (*summary_first.FIELDS, *summary_second.FIELDS),
    ),
)

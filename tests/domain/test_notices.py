"""Which notices of a run count as faults in the list of profiles."""

from dataclasses import replace

import pytest

from profiles import lifecycle
from profiles.storage.manifest import NoticeEntry
from tests.domain.conftest import Submit, write_run

SPREAD = NoticeEntry("system.clock_spread", "The clocks agree within 1,500 ns.", 2)
LOST = NoticeEntry("ntff.lost", "Records were lost.", 3)


@pytest.mark.parametrize(
    ("notices", "counted"), [((), 0), ((SPREAD,), 0), ((LOST,), 1), ((SPREAD, LOST), 1)]
)
def test_a_notice_that_only_informs_is_not_counted_as_a_fault(
    submit: Submit, notices: tuple[NoticeEntry, ...], counted: int
) -> None:
    profile = submit()
    run = lifecycle.claim(profile.pk, worker="w1", lease_s=60)
    assert run is not None
    manifest = replace(write_run(profile, run.number), notices=notices)
    assert lifecycle.publish(run.pk, run.attempt, manifest)
    run.refresh_from_db()
    assert run.notice_count == counted

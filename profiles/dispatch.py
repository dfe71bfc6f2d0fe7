"""How the web starts work: a task's name and a profile's id, sent when the rows are there."""

import logging
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from profiles.models import Profile

# An upload must not wait for a broker that is away: one short try, the sweeper does the rest.
IMPATIENT = {
    "connect_retries_timeout": 0.5,
    "max_retries": 1,
    "interval_start": 0.1,
    "interval_step": 0.1,
    "socket_connect_timeout": 1.0,
    "socket_timeout": 2.0,
}
PROCESS_TASK = "ingest_worker.process_profile"
QUEUE = "ingest"

logger = logging.getLogger(__name__)


def send_process(profile_id: UUID) -> bool:
    """Ring the doorbell. False when the broker does not answer: the sweeper rings later."""
    try:
        with current_app.connection_for_write(transport_options=IMPATIENT) as connection:
            current_app.send_task(
                PROCESS_TASK, [str(profile_id)], queue=QUEUE, retry=False, connection=connection
            )
    except (OperationalError, OSError) as error:
        logger.warning("the broker does not answer: %s", error, extra={"profile": str(profile_id)})
        return False
    return True


def send_process_on_commit(profile_id: UUID) -> None:
    """Ring once the present transaction has ended well."""
    transaction.on_commit(lambda: _send_or_leave(profile_id))


def _send_or_leave(profile_id: UUID) -> None:
    """Ring, or leave the profile marked as never sent: the next sweep takes those at once."""
    if not send_process(profile_id):
        Profile.objects.filter(pk=profile_id).update(sent_at=None)

"""The doorbell is rung after the commit, and nobody waits for a broker that is away."""

import time
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from profiles import dispatch, lifecycle
from profiles.models import Profile


@pytest.mark.django_db(transaction=True)
def test_a_message_leaves_after_the_commit(sent: list[str]) -> None:
    profile_id = uuid4()
    with transaction.atomic():
        dispatch.send_process_on_commit(profile_id)
        assert sent == []
    assert sent == [str(profile_id)]


@pytest.mark.django_db(transaction=True)
def test_no_message_leaves_after_a_rollback(sent: list[str]) -> None:
    with transaction.atomic():
        dispatch.send_process_on_commit(uuid4())
        transaction.set_rollback(True)
    assert sent == []


@pytest.mark.parametrize("error", [OperationalError("away"), ConnectionRefusedError("away")])
def test_a_broker_that_is_away_is_no_error(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(current_app, "send_task", fail)
    assert dispatch.send_process(uuid4()) is False


def test_a_broker_that_is_really_away_is_given_up_soon() -> None:
    begun = time.monotonic()
    assert dispatch.send_process(uuid4()) is False
    assert time.monotonic() - begun < 4


def test_a_message_carries_the_id_and_nothing_else(sent: list[str]) -> None:
    profile_id = uuid4()
    assert dispatch.send_process(profile_id) is True
    assert sent == [str(profile_id)]


@pytest.mark.django_db(transaction=True)
def test_a_profile_whose_message_could_not_leave_is_first_in_the_next_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch, "send_process", lambda _profile_id: False)
    profile = Profile.objects.create(name="a", sent_at=timezone.now())
    dispatch.send_process_on_commit(profile.pk)
    assert lifecycle.requeue_stalled(timezone.now()) == [profile.pk]

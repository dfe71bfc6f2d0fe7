"""A run's trace through the API: the same as on the command line, whole or of a range."""

from uuid import uuid4

from django.test import Client

from ingest_worker.exports.perfetto.trace import trace_pieces
from profiles.models import Profile
from profiles.stores import table_store
from tests.api.conftest import error_of
from tests.exports.trace_processor import trace_processor


def url(profile: Profile, query: str = "") -> str:
    return f"/api/v1/profiles/{profile.pk}/runs/1/perfetto/{query}"


def test_the_trace_is_streamed_as_a_file_of_the_profile_s_name(
    client: Client, processed: Profile
) -> None:
    answer = client.get(url(processed))
    assert answer.status_code == 200
    assert answer.streaming
    assert f"{processed.name}.pftrace" in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")
    run = table_store().open_run(str(processed.pk), 1)
    assert answer.getvalue() == b"".join(trace_pieces(run))


def test_a_range_is_smaller_and_named_so(client: Client, processed: Profile) -> None:
    whole = client.get(url(processed)).getvalue()
    answer = client.get(url(processed, "?start_ns=0&end_ns=2000"))
    part = answer.getvalue()
    assert "_range.pftrace" in answer["Content-Disposition"]
    assert 0 < len(part) < len(whole)
    with trace_processor(part) as found:
        assert found.complaints() == []
        spans = found.rows("select extract_arg(arg_set_id, 'debug.timestamp') ts from slice")
    assert spans
    assert all(row["ts"] <= 2000 for row in spans)


def test_flows_are_written_when_asked(client: Client, processed: Profile) -> None:
    whole = client.get(url(processed)).getvalue()
    assert len(client.get(url(processed, "?flows=1")).getvalue()) > len(whole)


def test_a_bound_that_is_no_number_is_refused(client: Client, processed: Profile) -> None:
    answer = client.get(url(processed, "?start_ns=soon"))
    assert answer.status_code == 400
    assert error_of(answer)["code"]


def test_a_run_that_is_not_there_is_not_found(client: Client, processed: Profile) -> None:
    assert client.get(url(processed).replace("/1/", "/9/")).status_code == 404
    assert client.get(f"/api/v1/profiles/{uuid4()}/runs/1/perfetto/").status_code == 404

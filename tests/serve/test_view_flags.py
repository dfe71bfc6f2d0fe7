"""The list of flags: what is documented is what is taken, and what is not served is refused."""

import argparse

import pytest

from explorer_site.commands.describe import page
from explorer_site.commands.flags import REFUSED, VIEW, WORKS, Flag, add_flags
from explorer_site.commands.schema import schema_lines
from profiles.tables.registry import REGISTRY
from tests.house.test_sizes import ROOT

OFFICIAL = """
-n --neff --neff-path -s --session-file -d --session-dir --output-format --output-file --data-path
--display-name --ingest-only --disable-ui -p --port --api-server-port --force
--ignore-device-profile --ignore-system-profile --ignore-nc-buf-usage -F --ignore-dma-trace
--ignore-instruction-trace --ignore-event-trace --ignore-instruction-hierarchy
--system-trace-filter-neuron-core --system-trace-filter-event-type
--system-trace-filter-instance-id --system-trace-primary-group --system-trace-secondary-group
--show-perfetto-flows --nki-source-root --framework-source-root --json-pretty-print
--enable-memory-tracker --terminology --ui-mode --db-endpoint --db-org --db-bucket
--show-profile-schema
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="view", exit_on_error=False)
    add_flags(made)
    return made


def test_the_page_is_made_from_the_flags() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == page()


def test_every_flag_of_the_official_tool_has_a_state() -> None:
    known = {name for flag in VIEW for name in flag.names}
    assert set(OFFICIAL.split()) <= known


def test_no_flag_is_listed_twice() -> None:
    names = [name for flag in VIEW for name in flag.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("flag", [f for f in VIEW if f.state == REFUSED], ids=lambda f: f.names[0])
def test_a_flag_that_is_not_served_is_refused_by_name(
    flag: Flag, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([flag.names[0], *(["x"] if flag.metavar else [])])
    assert ended.value.code == 2
    assert f"{flag.names[0]} is not served: {flag.meaning}" in capsys.readouterr().err


@pytest.mark.parametrize("flag", [f for f in VIEW if f.state == WORKS], ids=lambda f: f.names[0])
def test_a_flag_that_works_is_in_the_help(flag: Flag) -> None:
    assert flag.names[-1] in parser().format_help()


def test_lists_have_commas() -> None:
    options = parser().parse_args(
        ["--system-trace-filter-event-type", "a, b,", "--system-trace-primary-group", ""]
    )
    assert options.system_trace_filter_event_type == ("a", "b")
    assert options.system_trace_primary_group == ()
    assert options.system_trace_secondary_group == ("worker_gid", "lnc_idx", "thread_id")


def test_the_schema_is_yaml_with_every_table_and_column() -> None:
    yaml = pytest.importorskip("yaml")
    document = yaml.safe_load("\n".join(schema_lines()))
    schemas = document["components"]["schemas"]
    assert set(schemas) == set(REGISTRY)
    for name, table in REGISTRY.items():
        assert list(schemas[name]["properties"]) == [field.name for field in table.fields]
    assert schemas["SystemProfileEvents"]["properties"]["flow_id"]["items"] == {"type": "string"}

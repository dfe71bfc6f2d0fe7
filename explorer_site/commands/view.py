"""`neuron-explorer view`: write tables or traces, list, ingest, or serve, as the flags say."""

import argparse
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from explorer_site.serve.refusal import Refusal

PROGRAM = "neuron-explorer"
ONLY_WITH_DIRECTORY = (
    "list",
    "find",
    "ignore_device_profile",
    "ignore_system_profile",
    "system_trace_filter_event_type",
    "system_trace_filter_instance_id",
    "system_trace_filter_neuron_core",
)
SOURCE_ROOTS = {"nki": "nki_source_root", "framework": "framework_source_root"}
ONLY_WITH_WORKSPACE = ("disable_ui", *SOURCE_ROOTS.values())
ONLY_WITH_PERFETTO = ("show_perfetto_flows", "show_perfetto_host_counters")


def view(options: argparse.Namespace, serve: Callable[[argparse.Namespace], int]) -> int:
    """Do what the flags say; `serve` serves the workspace. Returns the exit code."""
    if options.show_profile_schema:
        from explorer_site.commands.schema import print_schema

        return print_schema()
    check(options)
    without_server = _without_server(options)
    if without_server is not None:
        for name in ONLY_WITH_WORKSPACE:
            if getattr(options, name):
                raise Refusal(f"{_flag(name)} goes with a workspace; here none is written.")
        return without_server(options)
    return _with_workspace(options, serve)


def check(options: argparse.Namespace) -> None:
    """Raise Refusal for flags that do not go together."""
    has_pair = options.neff is not None or bool(options.ntff)
    has_input = has_pair or options.directory is not None or options.official is not None
    if sum((options.directory is not None, has_pair, options.official is not None)) > 1:
        raise Refusal("Give a directory with -d, or files with -n and -s, not both.")
    for names, needed, is_given in (
        (ONLY_WITH_DIRECTORY, "-d", options.directory is not None),
        (ONLY_WITH_PERFETTO, "--output-format perfetto", options.output_format == "perfetto"),
    ):
        for name in names:
            if getattr(options, name) and not is_given:
                raise Refusal(f"{_flag(name)} goes with {needed}.")
    if not has_input:
        _check_without_input(options)
    if options.official is not None:
        check_official(options.official)
    for name in SOURCE_ROOTS.values():
        if getattr(options, name) and not (has_pair or options.directory):
            raise Refusal(f"{_flag(name)} goes with -n and -s, or with -d.")


def _check_without_input(options: argparse.Namespace) -> None:
    if options.output_file is not None:
        raise Refusal("Give the files to read with -n or -s.")
    if options.output_format == "perfetto":
        raise Refusal("Give what to write as a trace with -n and -s, or with -d.")
    if options.output_format != "parquet":
        raise Refusal(f"Give what to write as {options.output_format} with -n and -s, or with -d.")
    if options.ingest_only:
        raise Refusal("Give the files to ingest with -n or -s.")


def check_official(path: Path) -> None:
    """Raise Refusal for a path that is no result of the official tool."""
    if not path.exists():
        raise Refusal(f"There is no {path}.")
    from ingest_worker.capture_scan import is_result

    if path.is_file() and not is_result(path):
        raise Refusal(f"{path} does not begin like a JSON or a table of the official tool.")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _without_server(options: argparse.Namespace) -> Callable[[argparse.Namespace], int] | None:
    """What to do if the flags ask for output; None if they ask for a workspace."""
    if options.list:
        return _list
    if options.find:
        return _find
    if options.output_format == "perfetto":
        return _traces
    if options.output_format != "parquet":
        return _outputs
    if options.output_file is not None:
        return _tables
    return None


def _list(options: argparse.Namespace) -> int:
    from explorer_site.commands.device_list import list_devices

    return list_devices(options.directory, as_json=options.json, version=version(PROGRAM))


def _find(options: argparse.Namespace) -> int:
    from explorer_site.commands.device_list import find_device

    return find_device(options.directory, options.find, as_json=options.json)


def _traces(options: argparse.Namespace) -> int:
    if options.official is not None:
        from explorer_site.commands.traces import export_official

        return export_official(options, version(PROGRAM))
    from explorer_site.commands.traces import export_directory, export_pair

    write = export_pair if options.directory is None else export_directory
    return write(options, version(PROGRAM))


def _outputs(options: argparse.Namespace) -> int:
    from explorer_site.commands.outputs import write_output

    return write_output(options, version(PROGRAM))


def _tables(options: argparse.Namespace) -> int:
    if options.official is not None:
        from explorer_site.commands.official import export_official_tables

        return export_official_tables(options, version(PROGRAM))
    if options.directory is not None:
        from explorer_site.commands.tables import export_directory_tables

        return export_directory_tables(options, version(PROGRAM))
    from explorer_site.export import export_tables

    return export_tables(
        neff=options.neff,
        ntffs=options.ntff,
        target=options.output_file,
        force=options.force,
        version=version(PROGRAM),
        as_json=options.json,
    )


def _with_workspace(options: argparse.Namespace, serve: Callable[[argparse.Namespace], int]) -> int:
    from explorer_site.serve.environment import use_workspace

    has_pair = options.neff is not None or bool(options.ntff)
    if options.json and not options.ingest_only:
        raise Refusal("--json goes with an output, --list, --find or --ingest-only.")
    if not has_pair and options.directory is None and options.official is None:
        if options.force:
            raise Refusal("--force goes with what is written or ingested.")
        return serve(options)
    if options.ignore_device_profile and options.ignore_system_profile:
        raise Refusal("Nothing is left without the system profile and the device profiles.")
    use_workspace(options)
    from explorer_site import workspace

    roots = {kind: getattr(options, name) for kind, name in SOURCE_ROOTS.items()}
    given: Any = workspace.Given(
        options.neff,
        options.ntff,
        options.directory or options.official,
        options.display_name or (options.official.stem if options.official else ""),
        {kind: folder for kind, folder in roots.items() if folder},
        _chosen(options),
        replaces=options.force,
    )
    if options.ingest_only:
        return workspace.ingest(given, as_json=options.json)
    workspace.submit_before_serving(given)
    return serve(options)


def _chosen(options: argparse.Namespace) -> dict[str, Any]:
    """What of a directory is processed, as the profile keeps it."""
    chosen = {
        "event_types": list(options.system_trace_filter_event_type),
        "instance_ids": list(options.system_trace_filter_instance_id),
        "neuron_cores": list(options.system_trace_filter_neuron_core),
        "ignore_device_profile": options.ignore_device_profile,
        "ignore_system_profile": options.ignore_system_profile,
    }
    return {name: value for name, value in chosen.items() if value}

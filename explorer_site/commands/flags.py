"""Every flag of `neuron-explorer view`: what it means, and whether this version serves it."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from ingest_worker.exports.perfetto.grouping import GROUP_FIELDS, PRIMARY, SECONDARY

WORKS, REFUSED = "works", "refused"
FORMATS = ("parquet", "perfetto", "json", "summary-json", "summary-text")
KNOWN_FORMATS = ("db",)
NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Flag:
    """A flag, its meaning in a sentence and how argparse takes it.

    A refused one is known: it is answered with `meaning`, so that nobody waits for its effect.
    """

    names: tuple[str, ...]
    meaning: str
    taken: Mapping[str, Any] = field(default_factory=lambda: NONE)
    state: str = WORKS

    @property
    def metavar(self) -> str:
        """What stands behind the flag's name; empty for a switch."""
        return str(self.taken.get("metavar", ""))


def output_format(text: str) -> str:
    """A format this version writes. Raises ArgumentTypeError for another one."""
    if text in FORMATS:
        return text
    known = " is not written by this version" if text in KNOWN_FORMATS else " is no format"
    raise argparse.ArgumentTypeError(f"{text}{known}; there are {', '.join(FORMATS)}")


def words(text: str) -> tuple[str, ...]:
    """A list with commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def core_numbers(text: str) -> tuple[int, ...]:
    """A list of cores with commas. Raises ArgumentTypeError for what is no number."""
    found = words(text)
    for word in found:
        if not word.isdecimal():
            raise argparse.ArgumentTypeError(f"{word} is no core's number")
    return tuple(int(word) for word in found)


def group_fields(text: str) -> tuple[str, ...]:
    """Fields to group by. Raises ArgumentTypeError for one that events do not have."""
    found = words(text)
    for name in found:
        if name not in GROUP_FIELDS:
            known = ", ".join(GROUP_FIELDS)
            raise argparse.ArgumentTypeError(f"events are not grouped by {name}; there are {known}")
    return found


def _path(meta: str) -> dict[str, Any]:
    return {"type": Path, "metavar": meta}


def _list(meta: str) -> dict[str, Any]:
    return {"type": words, "default": (), "metavar": meta}


SWITCH = MappingProxyType({"action": "store_true"})
TRACES = {"dest": "ntff", "action": "append", "type": Path, "default": [], "metavar": "NTFF"}

VIEW = (
    Flag(("-n", "--neff", "--neff-path"), "the compiled graph", _path("NEFF")),
    Flag(("-s", "--session-file"), "a trace; may be given several times", TRACES),
    Flag(
        ("-d", "--session-dir"),
        "a capture directory: system trace, device profiles, nested at any depth",
        {**_path("DIR"), "dest": "directory"},
    ),
    Flag(
        ("--official",),
        "what the official tool wrote: its JSON, or a folder with its tables (our own flag)",
        _path("PATH"),
    ),
    Flag(
        ("--output-format",),
        "parquet (default), perfetto, json, summary-json or summary-text",
        {"type": output_format, "default": "parquet", "metavar": "FORMAT"},
    ),
    Flag(
        ("--output-file",),
        "a folder for tables; for other formats the file, or with -d the folder of the files; "
        "summaries are printed where there is none",
        _path("PATH"),
    ),
    Flag(("--data-path",), "the workspace (DATA_DIR)", _path("DIR")),
    Flag(("--display-name",), "the profile's name", {"default": "", "metavar": "NAME"}),
    Flag(("--ingest-only",), "ingest, then exit", SWITCH),
    Flag(
        ("--force",),
        "replace what is there: files, or in a workspace earlier profiles of the name",
        SWITCH,
    ),
    Flag(("-p", "--port"), "of pages and API (PORT, 3001)", {"type": int, "metavar": "PORT"}),
    Flag(
        ("--api-server-port",),
        "of the API too (API_PORT, 3002)",
        {"type": int, "metavar": "PORT"},
    ),
    Flag(("--disable-ui",), "serve the API alone, on its port; no pages (DISABLE_UI)", SWITCH),
    Flag(
        ("--nki-source-root",),
        "where the NKI kernels' sources lie; kept with the profile",
        _path("DIR"),
    ),
    Flag(
        ("--framework-source-root",),
        "where the framework code's sources lie; kept with the profile",
        _path("DIR"),
    ),
    Flag(("--ignore-device-profile",), "leave the device profiles of -d out", SWITCH),
    Flag(("--ignore-system-profile",), "leave the system trace of -d out", SWITCH),
    Flag(
        ("--system-trace-filter-event-type",),
        "only events of these names of -d; hardware, software, or ^name to leave one out",
        _list("NAMES"),
    ),
    Flag(
        ("--system-trace-filter-instance-id",),
        "only events of these instances of -d",
        _list("IDS"),
    ),
    Flag(
        ("--system-trace-filter-neuron-core",),
        "only events of these cores of -d",
        {"type": core_numbers, "default": (), "metavar": "CORES"},
    ),
    Flag(
        ("--system-trace-primary-group",),
        f"what makes a process of the Perfetto trace ({','.join(PRIMARY)})",
        {"type": group_fields, "default": PRIMARY, "metavar": "FIELDS"},
    ),
    Flag(
        ("--system-trace-secondary-group",),
        f"what makes a thread of the Perfetto trace ({','.join(SECONDARY)})",
        {"type": group_fields, "default": SECONDARY, "metavar": "FIELDS"},
    ),
    Flag(("--show-perfetto-flows",), "dependencies in Perfetto traces", SWITCH),
    Flag(
        ("--show-perfetto-host-counters",),
        "all samples of the host's CPU and memory, also outside the traced time (our own flag)",
        SWITCH,
    ),
    Flag(("--list",), "print the device profiles of -d (our own flag)", SWITCH),
    Flag(
        ("--find",),
        "print the files of -d that belong to a model id or profile name (our own flag)",
        {"metavar": "ID"},
    ),
    Flag(("--json",), "print results for programs (our own flag)", SWITCH),
    Flag(("--json-pretty-print",), "indent json and summary-json", SWITCH),
    Flag(("--show-profile-schema",), "print the columns of every table as YAML", SWITCH),
    *(
        Flag(names, meaning, state=REFUSED, taken={"metavar": meta} if meta else NONE)
        for names, meta, meaning in (
            (("--ignore-nc-buf-usage",), "", "on-chip memory use is not computed yet"),
            (("-F",), "FEATURE", "there are no features to turn on or off by name"),
            (("--ignore-dma-trace",), "", "parts of a device trace are not left out"),
            (("--ignore-instruction-trace",), "", "parts of a device trace are not left out"),
            (("--ignore-event-trace",), "", "parts of a device trace are not left out"),
            (("--ignore-instruction-hierarchy",), "", "there is no hierarchy yet"),
            (("--enable-memory-tracker",), "", "it belongs to the official tool's older viewer"),
            (("--terminology",), "", "it belongs to the official tool's older viewer"),
            (("--ui-mode",), "MODE", "there is one user interface"),
            (("--db-endpoint",), "URL", "there is no InfluxDB"),
            (("--db-org",), "NAME", "there is no InfluxDB"),
            (("--db-bucket",), "NAME", "there is no InfluxDB"),
        )
    ),
)


class Refuse(argparse.Action):
    """Answers a flag that is known and not served."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002
        values: str | Sequence[Any] | None,  # noqa: ARG002
        option_string: str | None = None,
    ) -> NoReturn:
        """End with the flag's name and why."""
        parser.error(f"{option_string} is not served: {self.const}")


def add_flags(parser: argparse.ArgumentParser, flags: Sequence[Flag] = VIEW) -> None:
    """Give a parser the flags; refused ones are not shown in its help."""
    for flag in flags:
        if flag.state == WORKS:
            parser.add_argument(*flag.names, help=flag.meaning, **flag.taken)
            continue
        nargs: Any = None if flag.metavar else 0
        parser.add_argument(
            *flag.names,
            action=Refuse,
            const=flag.meaning,
            nargs=nargs,
            dest=argparse.SUPPRESS,
            help=argparse.SUPPRESS,
        )

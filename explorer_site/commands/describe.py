"""The page docs/cli.md, made from the list of flags."""

from explorer_site.commands.flags import REFUSED, VIEW, WORKS, Flag

HEAD = """# Command line

Made by `python manage.py describe_cli` from `explorer_site/commands/flags.py`; a test compares.

`neuron-explorer view` writes tables or traces, lists, ingests or serves, as its flags say:

{examples}

The exit code is 0, 1 when something could not be processed, or 2 with one sentence about the call.
An unknown flag is refused by its name. So is a flag of the official tool that is not served here:
it is never taken without its effect.

## view

"""
DIRECTORY = "neuron-explorer view -d ./neuron_profiles"
PAIR = "neuron-explorer view -n file.neff -s profile.ntff"
EXAMPLES = (
    ("serve a workspace", "neuron-explorer view --data-path ./workspace"),
    ("look at a pair", PAIR),
    ("look at a capture directory, read in place", f"{DIRECTORY} --display-name NAME"),
    ("write the tables of a pair, without a server", f"{PAIR} --output-file ./tables"),
    ("write the trace of a pair, ntff.pftrace", f"{PAIR} --output-format perfetto"),
    (
        "write the trace of the host, system_profile.pftrace",
        f"{DIRECTORY} --ignore-device-profile --output-format perfetto",
    ),
    (
        "and of every device profile, device_profile_model_ID.pftrace",
        f"{DIRECTORY} --output-format perfetto",
    ),
    ("write ntff.json as the official tool does", f"{PAIR} --output-format json"),
    ("print the headline numbers as JSON", f"{PAIR} --output-format summary-json"),
    ("open what the official tool wrote", "neuron-explorer view --official ntff.json"),
    ("print the device profiles with files, calls, total and median", f"{DIRECTORY} --list"),
    ("print the files of one", f"{DIRECTORY} --find ID"),
)
COLUMNS = "| flag | state | meaning |\n|---|---|---|\n"
MORE = """
## Others

`serve`, `upload` and `compare-official` tell their flags with `--help`.
"""


def page() -> str:
    """The whole page, as Markdown."""
    rows = [_row(flag) for state in (WORKS, REFUSED) for flag in VIEW if flag.state == state]
    lines = "\n".join(f"| {aim} | `{said}` |" for aim, said in EXAMPLES)
    head = HEAD.format(examples=f"| to | say |\n|---|---|\n{lines}")
    return head + COLUMNS + "".join(rows) + MORE


def _row(flag: Flag) -> str:
    names = ", ".join(f"`{name}`" for name in flag.names)
    behind = f" `{flag.metavar}`" if flag.metavar else ""
    return f"| {names}{behind} | {flag.state} | {flag.meaning} |\n"

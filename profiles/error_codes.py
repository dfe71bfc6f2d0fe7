"""Every error code: its title, what to do, and the status it answers with at the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class ErrorCode:
    """A stable code. `status` is the HTTP status where the API answers with it."""

    code: str
    title: str
    hint: str
    status: int = 400


_CODES = (
    ErrorCode(
        "upload.empty",
        "A file is empty",
        "Capture again, or choose the file that holds the data.",
    ),
    ErrorCode(
        "upload.missing_part",
        "There is no file to look at",
        "Send a NEFF, an NTFF, or both, in the parts neff and ntff, or a directory or a JSON.",
    ),
    ErrorCode(
        "upload.too_large",
        "A file is larger than this server takes",
        "Capture a shorter run, or raise MAX_FILE_BYTES.",
        413,
    ),
    ErrorCode(
        "upload.too_many",
        "There are too many files in one profile",
        "Send them as several profiles, or raise MAX_FILES.",
    ),
    ErrorCode(
        "upload.incomplete",
        "The upload broke off",
        "Nothing was kept. Send it again.",
    ),
    ErrorCode(
        "upload.malformed",
        "The request is not a well-formed upload",
        "Send multipart/form-data with the parts name, neff and ntff, or name and directory.",
    ),
    ErrorCode(
        "upload.no_length",
        "The request does not say how long it is",
        "Send a Content-Length header.",
        411,
    ),
    ErrorCode(
        "upload.no_space",
        "Not enough space",
        "Delete profiles that are no longer needed, or give the data folder more room.",
        507,
    ),
    ErrorCode(
        "upload.key_reused",
        "This Idempotency-Key belongs to another upload",
        "Use a new key for other files or another name.",
        409,
    ),
    ErrorCode("name.empty", "The profile has no name", "Give it a name of 1 to 150 characters."),
    ErrorCode("name.too_long", "The name is too long", "Use at most 150 characters."),
    ErrorCode(
        "pair.swapped",
        "The NEFF and the NTFF are swapped",
        "Send the NEFF as neff and the NTFF as ntff.",
    ),
    ErrorCode(
        "pair.uuid_mismatch",
        "The NEFF and the NTFF do not belong together",
        "Upload the NEFF of this capture, or process the trace without the NEFF.",
    ),
    ErrorCode(
        "neff.not_this_format",
        "This is not a NEFF",
        "Choose the compiled graph: a file that usually ends in .neff.",
    ),
    ErrorCode(
        "neff.malformed",
        "The NEFF is damaged",
        "Copy it from the instance again, or process the trace without it.",
    ),
    ErrorCode(
        "neff.truncated",
        "The NEFF ends early",
        "Copy it from the instance again, or process the trace without it.",
    ),
    ErrorCode(
        "neff.unsupported_version",
        "This NEFF is newer than this server",
        "Update the server; the file is kept.",
    ),
    ErrorCode(
        "ntff.not_this_format",
        "This is not an NTFF",
        "Choose the device trace: a file that usually ends in .ntff.",
    ),
    ErrorCode(
        "ntff.malformed",
        "The trace is damaged",
        "Copy it from the instance again, or capture again.",
    ),
    ErrorCode(
        "ntff.truncated",
        "The trace ends early",
        "Show the part that can be read, or upload the file again.",
    ),
    ErrorCode(
        "ntff.unsupported_version",
        "This trace is newer than this server",
        "Update the server; the file is kept.",
    ),
    ErrorCode(
        "archive.unsafe_member",
        "An archive holds a member that is not allowed",
        "Links, devices and names that lead elsewhere are refused. Pack plain files only.",
    ),
    ErrorCode(
        "archive.duplicate_member",
        "An archive holds a name twice",
        "Pack the directory again; a NEFF, copy from the instance again.",
    ),
    ErrorCode(
        "archive.bomb",
        "An archive expands too far",
        "Pack the directory as a plain .tar, or raise MAX_DIRECTORY_FILES, MAX_UNPACKED_BYTES or "
        "MAX_UNPACKED_RATIO.",
    ),
    ErrorCode(
        "archive.too_many",
        "There are too many files in the directory",
        "Send the folder of one run, without what does not belong to it, or raise "
        "MAX_DIRECTORY_FILES.",
    ),
    ErrorCode(
        "archive.not_this_format",
        "This is not an archive that can be read",
        "Pack the directory as .tar, .tar.gz, .tar.zst or .zip.",
    ),
    ErrorCode(
        "archive.malformed",
        "The archive is damaged",
        "Pack the directory again and send it again.",
    ),
    ErrorCode(
        "archive.truncated",
        "The archive ends early",
        "Pack the directory again and send it again.",
    ),
    ErrorCode(
        "session.empty",
        "There is nothing in this directory that can be shown",
        "Send the folder that the capture wrote: it holds .pb, .neff and .ntff files.",
    ),
    ErrorCode(
        "session.no_trace_info",
        "This directory has no trace_info.pb",
        "Its traces are shown as device profiles. Copy the whole folder of the process.",
    ),
    ErrorCode(
        "source.gone",
        "A file is no longer where it was read from",
        "Put it back and process the profile again, or upload the directory.",
    ),
    ErrorCode(
        "limit.records",
        "Too many records for the limit set here",
        "Capture a shorter run, or raise MAX_RECORDS.",
    ),
    ErrorCode(
        "limit.bytes",
        "The file is larger than the limit set here",
        "Capture a shorter run, or raise MAX_FILE_BYTES.",
    ),
    ErrorCode(
        "limit.memory",
        "Processing needed more memory than it may use",
        "Capture a shorter run, or raise CHILD_MEMORY_BYTES.",
    ),
    ErrorCode(
        "worker.lost",
        "Processing stopped",
        "Process it again. If it stops again, look at the log and at the machine's memory.",
    ),
    ErrorCode(
        "worker.timeout",
        "Processing took too long",
        "Capture a shorter run, or raise INGEST_SOFT_LIMIT_S.",
    ),
    ErrorCode(
        "worker.fault",
        "The program made a mistake",
        "The files are kept. Report the log; a later version may read them.",
    ),
    ErrorCode(
        "store.full",
        "There was no space left to store the tables",
        "Free some disk space, then process it again.",
    ),
    ErrorCode(
        "json.not_this_format",
        "This is not the official tool's JSON",
        "Choose a file that the official tool wrote with its JSON output format.",
    ),
    ErrorCode(
        "colour.unknown",
        "The timeline cannot be coloured by this",
        "Use opcode, operator, layer, queue, line, duration or wait.",
        404,
    ),
    ErrorCode(
        "export.too_large",
        "The range holds more rows than one export may",
        "Choose a shorter range or fewer rows, or download whole tables.",
        413,
    ),
    ErrorCode(
        "output.unknown",
        "There is no such output format",
        "Ask for json, summary-json, summary-text or parquet.",
        404,
    ),
    ErrorCode(
        "parquet.malformed",
        "A table in Parquet cannot be read",
        "Copy the folder again from where the official tool wrote it.",
    ),
    ErrorCode(
        "official.nothing",
        "There is no table in what was sent",
        "Send the folder with the Parquet files, or the JSON, that the official tool wrote.",
    ),
    ErrorCode(
        "official.mixed",
        "A system and other profiles are in one upload",
        "Send the tables or the JSON of the system, and of each device, by themselves.",
    ),
    ErrorCode(
        "json.malformed",
        "The official tool's JSON is damaged",
        "Write it again with the official tool.",
    ),
    ErrorCode(
        "system.nothing",
        "The capture holds no trace of a process",
        "Send the whole capture directory, with trace_info.pb and ntrace.pb.",
    ),
    ErrorCode(
        "system.malformed",
        "A system trace is damaged",
        "Copy the file from the instance again, or capture again.",
    ),
    ErrorCode(
        "run.gone",
        "This run is no longer there",
        "Open the profile again: it has been processed anew or deleted.",
        404,
    ),
    ErrorCode(
        "tile.unreadable",
        "Tile not readable",
        "Try again; if it stays, process the profile again.",
        500,
    ),
    ErrorCode(
        "tile.outside",
        "There is no such tile",
        "Ask for a level and an index that the timeline document names.",
        404,
    ),
    ErrorCode(
        "series.unknown",
        "There is no such series",
        "Ask for one that the timeline document names.",
        404,
    ),
    ErrorCode(
        "search.syntax",
        "The search cannot be read",
        'Write words, field:value, field>2us, "quoted text", /expression/ or -word, with spaces.',
    ),
    ErrorCode(
        "search.field",
        "There is no such field to search in",
        "See the list of fields, or put the text into quotation marks.",
    ),
    ErrorCode(
        "search.value",
        "A field cannot be compared with this value",
        "Give a number with a unit that fits the field, or a text.",
    ),
    ErrorCode(
        "search.pattern",
        "A regular expression cannot be read",
        "Write it in RE2's syntax, without look-around and back-references.",
    ),
    ErrorCode("table.missing", "This profile has no such table", "See its list of tables.", 404),
    ErrorCode(
        "table.unreadable",
        "A table of this run cannot be read",
        "Process the profile again; its files are kept.",
        503,
    ),
    ErrorCode("table.column", "The table has no such column", "See the list of its columns."),
    ErrorCode(
        "profile.busy",
        "The profile is being processed",
        "Wait until it has been processed, then try again.",
        409,
    ),
    ErrorCode(
        "annotation.invalid",
        "A marker or region cannot be kept like this",
        "See its fields in docs/annotations.md.",
    ),
    ErrorCode(
        "annotation.stale",
        "Somebody else changed it first",
        "Look at what it is now, then change that.",
        409,
    ),
    ErrorCode(
        "annotation.too_many",
        "There are too many markers and regions, or sets of them",
        "Delete some that are no longer needed.",
        409,
    ),
    ErrorCode(
        "annotation.file",
        "The file of markers cannot be read",
        "Send JSON as it is exported, or CSV with the columns name and start_ns.",
    ),
    ErrorCode(
        "annotation.set_exists",
        "There is a set of that name",
        "Choose another name, or save over the one that is there.",
        409,
    ),
    ErrorCode("request.not_found", "There is nothing at this address", "See /api/v1/docs/.", 404),
    ErrorCode("request.too_large", "The request is too large", "Send less in one request.", 413),
    ErrorCode("request.malformed", "The request cannot be understood", "See /api/v1/docs/."),
    ErrorCode(
        "request.method", "This address does not take that method", "See /api/v1/docs/.", 405
    ),
    ErrorCode(
        "request.range",
        "The range lies outside the file",
        "Ask for bytes that the file has.",
        416,
    ),
    ErrorCode(
        "request.host_refused",
        "This server does not answer under that name",
        "Use localhost, or add the name to ALLOWED_NAMES.",
    ),
    ErrorCode(
        "request.cross_site",
        "A page of another site may not change anything here",
        "Send the request from the server's own pages or from a script.",
        403,
    ),
    ErrorCode(
        "server.fault",
        "The server made a mistake",
        "Try again. If it stays, report the request id.",
        500,
    ),
)

ERROR_CODES: Mapping[str, ErrorCode] = MappingProxyType({code.code: code for code in _CODES})


def error_code(code: str) -> ErrorCode:
    """The code's entry; an unknown code gets a plain one, so that a failure is never hidden."""
    return ERROR_CODES.get(code, ErrorCode(code, "Something went wrong", "See the log.", 500))


def describe() -> str:
    """The page docs/errors.md."""
    rows = "\n".join(f"| `{c.code}` | {c.title} | {c.hint} |" for c in _CODES)
    return (
        "# Error codes\n\n"
        "Every code the API answers, a failed profile shows or the command line prints. A code\n"
        "never changes its meaning. Made from the code registry; a test compares.\n\n"
        "| code | what it means | what to do |\n|---|---|---|\n"
        f"{rows}\n"
    )

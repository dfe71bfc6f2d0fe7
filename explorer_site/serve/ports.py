"""Whether a port is free, and whether something answers on it."""

import errno
import http.client
import socket
from collections.abc import Iterable

from explorer_site.serve.refusal import Refusal

LOOPBACK = "127.0.0.1"
ANSWER_TIMEOUT_S = 5.0


def require_free(named_ports: Iterable[tuple[str, int]]) -> None:
    """Raise Refusal for the first port that cannot be listened on.

    `named_ports` pairs the setting's name with its number. The probe sets no SO_REUSEPORT, so it
    sees listeners that would share the port.
    """
    seen: dict[int, str] = {}
    for setting, port in named_ports:
        if not 0 < port < 65536:
            raise Refusal(f"{setting} is {port}; a port is a number from 1 to 65535.")
        if port in seen:
            raise Refusal(f"{setting} and {seen[port]} are both {port}; give them two ports.")
        seen[port] = setting
        _try(setting, port)


def _try(setting: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except PermissionError as error:
            raise Refusal(
                f"Port {port} needs more rights than this user has; set {setting} to another port."
            ) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise Refusal(
                f"Port {port} is already in use; stop that program or set {setting} to another."
            ) from error


def answers(port: int, path: str) -> bool:
    """Whether GET `path` on the loopback port is answered with 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWER_TIMEOUT_S)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

"""Ports are tried before anything starts."""

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from explorer_site.serve.ports import answers, require_free
from explorer_site.serve.refusal import Refusal


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_free_ports_are_accepted(free_port: int) -> None:
    require_free([("PORT", free_port)])


def test_a_taken_port_is_refused_with_the_setting_that_helps(taken_port: int) -> None:
    with pytest.raises(Refusal, match=rf"Port {taken_port} is already in use.*API_PORT"):
        require_free([("API_PORT", taken_port)])


def test_a_port_shared_by_so_reuseport_counts_as_taken() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with pytest.raises(Refusal, match="already in use"):
            require_free([("PORT", listener.getsockname()[1])])


def test_both_settings_with_one_number_are_refused(free_port: int) -> None:
    with pytest.raises(Refusal, match="give them two ports"):
        require_free([("PORT", free_port), ("API_PORT", free_port)])


@pytest.mark.parametrize("number", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(number: int) -> None:
    with pytest.raises(Refusal, match="a number from 1 to 65535"):
        require_free([("PORT", number)])


class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ready" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_only_200_counts_as_an_answer(free_port: int) -> None:
    assert not answers(free_port, "/ready")
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.server_address[1]
        assert answers(port, "/ready")
        assert not answers(port, "/other")
        server.shutdown()
        thread.join()

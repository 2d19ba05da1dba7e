"""Answers bulk requests as it is told: with refusals that a real server gives only under load."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

# Instead of a status: end the connection without an answer.
HANG_UP = 0
Answer = Callable[[list[str]], tuple[int, list[int]]]


@contextmanager
def answering(answer: Answer) -> Iterator[tuple[str, list[list[str]]]]:
    """Serves; ``answer`` takes the ids of a request and gives its status and that of each item.

    Gives the address, and the ids of each request so far.
    """
    requests: list[list[str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            actions = [json.loads(line) for line in body.splitlines()]
            ids = [each["index"]["_id"] for each in actions if "index" in each]
            requests.append(ids)
            status, items = answer(ids)
            if status == HANG_UP:
                self.close_connection = True
                return
            answers: list[dict[str, Any]] = [
                {"index": {"status": each, "error": {"type": "refused", "reason": "by the stub"}}}
                if each >= 300
                else {"index": {"status": each}}
                for each in items
            ]
            content = json.dumps({"errors": True, "items": answers}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""What stands between the responder and the desk, and can be a bad line."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .wire import call, until


class Door(ThreadingHTTPServer):
    """Stands before the desk and lets everything through, but for the people of whom it was told otherwise."""

    daemon_threads = True

    def __init__(self, desk):
        super().__init__(("127.0.0.1", 0), DoorHandler)
        self.desk = desk.removesuffix("/v1")
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        # By person: `closed` answers 503, `slow` lets nothing in while it is so, `lost` never lets an answer in, `taken` lets it in
        # and never says so.
        self.ways = {}
        self.held = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """Whoever was killed waits no longer."""


class DoorHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self._through()

    def do_POST(self):
        self._through()

    def _through(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        person = self.path.split("/")[7].split("?")[0]
        if self.server.ways.get(person) == "slow":
            self.server.held[person] = True
            until("the door", lambda: self.server.ways.get(person) != "slow")
        way = self.server.ways.get(person)
        if way == "closed":
            return self._answer(503, b'{"code": "unavailable"}')
        is_held = self.command == "POST" and way in ("lost", "taken")
        if is_held and way == "lost":
            return self._hold(person)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length")}
        status, told = call(self.command, self.server.desk + self.path, headers=headers, body=body)
        return self._hold(person) if is_held else self._answer(status, told)

    def _hold(self, person):
        """Until whoever asked is gone: nothing more comes of them."""
        self.server.held[person] = True
        self.connection.recv(1)
        self.close_connection = True

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Its paths hold people's ids."""

"""Stands in for a model: an OpenAI-compatible endpoint on this machine, without any intelligence, for trying the responder.

The same request gets the same Portuguese text. `GET /requests` gives what was asked, `PUT /behaviour` changes how it behaves.
"""

import argparse
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# 985 bytes: a message may have them, but not below a label.
TOO_LONG = ("Aqui fala um substituto que não sabe parar de escrever. " * 18)[:968]


def text_for(messages):
    """Told from the request alone."""
    spoken = [message["content"] for message in messages if message["role"] == "user"]
    return f"Aqui fala um substituto, sem inteligência: li {len(spoken)} de suas falas, a última com {len(spoken[-1])} caracteres."


class StandIn(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port, behaviour):
        super().__init__(("127.0.0.1", port), Handler)
        self.behaviour = behaviour
        self.requests = []
        self.lock = threading.Lock()

    def next_text(self, messages):
        with self.lock:
            if self.behaviour["too_long"] > 0:
                self.behaviour["too_long"] -= 1
                return TOO_LONG
        return self.behaviour["text"] or text_for(messages)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self._body()
        if self.path != "/v1/chat/completions" or not isinstance(body, dict) or not body.get("messages"):
            return self._answer(400, {"error": {"message": "not a chat completion"}})
        has_key = self.headers.get("Authorization", "").startswith("Bearer ")
        with self.server.lock:
            self.server.requests.append({"model": body.get("model"), "has_key": has_key, "messages": body["messages"]})
        time.sleep(self.server.behaviour["slow_seconds"])
        if self.server.behaviour["error"]:
            return self._answer(self.server.behaviour["error"], {"error": {"message": "as it was told"}})
        message = {"role": "assistant", "content": self.server.next_text(body["messages"])}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return self._answer(200, {"object": "chat.completion", "model": body.get("model"), "choices": [choice]})

    def do_PUT(self):
        body = self._body()
        if self.path != "/behaviour" or not isinstance(body, dict) or not body.keys() <= self.server.behaviour.keys():
            return self._answer(400, {"error": {"message": "no such behaviour"}})
        with self.server.lock:
            self.server.behaviour.update(body)
        return self._answer(200, self.server.behaviour)

    def do_GET(self):
        if self.path != "/requests":
            return self._answer(404, {"error": {"message": "nothing here"}})
        with self.server.lock:
            return self._answer(200, {"requests": list(self.server.requests)})

    def _body(self):
        try:
            return json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        except ValueError:
            return None

    def _answer(self, status, value):
        body = json.dumps(value).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # Whoever asked waits no longer.
            self.close_connection = True

    def log_message(self, *_):
        """People's words are in no line, and nobody needs the others."""


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--port", type=int, default=8788, help="on 127.0.0.1; 0 for a free one (8788)")
    arguments.add_argument("--slow", type=float, default=0, metavar="SECONDS", help="answers so late")
    arguments.add_argument("--error", type=int, default=0, metavar="STATUS", help="answers everything with this status")
    arguments.add_argument("--too-long", type=int, default=0, metavar="TIMES", help="so many texts are too long below a label")
    arguments.add_argument("--text", default="", help="always writes this")
    given = arguments.parse_args()
    behaviour = {"slow_seconds": given.slow, "error": given.error, "too_long": given.too_long, "text": given.text}
    server = StandIn(given.port, behaviour)
    print(f"OPENAI_BASE_URL=http://127.0.0.1:{server.server_port}/v1", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()

"""Starts each built function under AWS's runtime emulator and calls it with its samples."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

import samples
from plain import read

RESOURCES = read("template.yaml")["Resources"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Emulator:
    """One function under the emulator; leaving the block ends both."""

    def __init__(self, emulator, bootstrap, function, settings, log):
        self.port = free_port()
        self.log = log
        lambdas = {
            "AWS_LAMBDA_FUNCTION_NAME": function,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(RESOURCES[function]["Properties"]["Timeout"]),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        }
        self.command = [emulator, "--runtime-interface-emulator-address", f"127.0.0.1:{self.port}",
                        "--runtime-api-address", f"127.0.0.1:{free_port()}", bootstrap]
        self.env = os.environ | lambdas | settings

    def __enter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(self.command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                time.sleep(0.1)
        sys.exit(f"    the emulator does not listen: {self.log.read_text()[-2000:]}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)

    def invoke(self, event):
        url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations"
        with urllib.request.urlopen(urllib.request.Request(url, event), timeout=90) as answer:
            return json.load(answer)


def main(aws_url, emulator, build, scratch):
    if samples.forgotten():
        sys.exit(f"    no function is called with {samples.forgotten()}")
    aws = samples.Aws(aws_url)
    settings = aws.settings()
    for function in samples.CASES:
        print(f"  {function}", flush=True)
        bootstrap = f"{build}/{function}/bootstrap"
        log = pathlib.Path(scratch) / f"{function}.log"
        with Emulator(emulator, bootstrap, function, settings[function], log) as running:
            wrong = samples.play(aws, function, running.invoke)
        if wrong:
            sys.exit(f"    {wrong}\n{log.read_text()[-2000:]}")
    print("  without its table", flush=True)
    with Emulator(emulator, f"{build}/Caretaker/bootstrap", "Caretaker", settings["Caretaker"] | {"TABLE_NAME": "nowhere"},
                  pathlib.Path(scratch) / "without.log") as running:
        answer = running.invoke(samples.event("schedule/minute"))
    if "errorType" not in (answer or {}):
        sys.exit(f"    schedule/minute: the caretaker must fail aloud, got {answer}")
    with Emulator(emulator, f"{build}/Worker/bootstrap", "Worker", settings["Worker"] | {"TABLE_NAME": "nowhere"},
                  pathlib.Path(scratch) / "without.log") as running:
        answer = running.invoke(samples.event("queue/batch"))
    if len((answer or {}).get("batchItemFailures", [])) != 10:
        sys.exit(f"    queue/batch: every record must be handed back, got {answer}")
    print("    schedule/minute: fails aloud; queue/batch: every record is handed back")


main(*sys.argv[1:])

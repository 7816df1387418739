"""Calls each function with each of its samples by `sam local invoke`."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import samples
from samtranslator.yaml_helper import yaml_parse

# The first call builds SAM's image.
PATIENCE_SECONDS = 180


def callable_template(build):
    """The built template with the one variable more that leads to ministack: SAM hands over only those that a template names."""
    template = yaml_parse((pathlib.Path(build) / "template.yaml").read_text())
    template["Parameters"]["Architecture"]["Default"] = "x86_64"
    for function in samples.CASES:
        properties = template["Resources"][function]["Properties"]
        properties["CodeUri"] = str(pathlib.Path(build) / function)
    template["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = ""
    return template


def invoker(sam, function, template, settings, network):
    def invoke(event):
        with tempfile.NamedTemporaryFile(suffix=".json", dir=template.parent) as file:
            file.write(event)
            file.flush()
            command = [sam, "local", "invoke", function, "--template", str(template), "--event", file.name,
                       "--env-vars", str(settings), "--docker-network", network, "--skip-pull-image"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, env=os.environ)
        # The last line is the answer; before it stands what the function logged.
        lines = done.stdout.strip().splitlines()
        if done.returncode or not lines:
            sys.exit(f"    sam local invoke {function}: {done.stderr[-2000:]}")
        try:
            return json.loads(lines[-1])
        except ValueError:
            sys.exit(f"    sam local invoke {function}: no JSON came back: {lines[-1][:300]}\n{done.stderr[-2000:]}")

    return invoke


def main(aws_url, sam, build, scratch, network):
    aws = samples.Aws(aws_url)
    template = pathlib.Path(scratch) / "template.json"
    template.write_text(json.dumps(callable_template(build)))
    settings = pathlib.Path(scratch) / "settings.json"
    settings.write_text(json.dumps(aws.settings()))
    for function in samples.CASES:
        print(f"  {function}", flush=True)
        wrong = samples.play(aws, function, invoker(sam, function, template, settings, network))
        if wrong:
            sys.exit(f"    {wrong}")


main(*sys.argv[1:])

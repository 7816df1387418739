"""What a person does by the command line: on the deployment, and on the local stack that lends its Meta."""

import json
import os
import subprocess
import sys

from plain import ROOT

PROGRAM = ROOT / "target" / "debug" / "politicall-ig"


def run(*arguments, **variables):
    done = subprocess.run([PROGRAM, *arguments], env=os.environ | variables, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"    politicall-ig {arguments}: {done.stdout}{done.stderr}")


class Meta:
    """The local stack's Meta. The local stack itself is stopped: answers are to come from the deployment alone."""

    def __init__(self, data):
        self.data = data
        self.endpoints = json.loads((data / "stack.json").read_text())
        self.graph_url = self.endpoints["graph"]
        # Its apps have secrets of their own, by which it knows who redeems a login's code.
        self.apps = json.loads((data / "apps.json").read_text())["apps"]
        run("--data", data, "stop", "--all")

    def knows_of(self, body):
        """Lets it hear what a person wrote: it refuses answers to people who did not write."""
        file = self.data / "written.json"
        file.write_bytes(body)
        run("--data", self.data, "send", "--as-is", file)


def variables(aws_url, meta, outputs):
    """What tells the command line which deployment it works on."""
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "GRAPH_BASE_URL": meta.graph_url,
        "TABLE_NAME": outputs["TableName"],
        "TOKEN_KEY": outputs["TokenKeyArn"],
        "META_APPS_SECRET": outputs["MetaAppsSecretArn"],
    }


def take_over(deployment, world, folder):
    """All accounts of the samples' world, as another system would hand them over, with their rules and modes."""
    rows = [{key: account[key] for key in ("customer", "token", "app_id", "username")} for account in world["accounts"]]
    file = folder / "accounts.json"
    file.write_text(json.dumps(rows))
    run("accounts", "import", file, **deployment)
    for account in world["accounts"]:
        if account["rules"]:
            run("rules", "set", account["account"], account["rules"], **deployment)
        run("accounts", "mode", account["account"], account["mode"], **deployment)

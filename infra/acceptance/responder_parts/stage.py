"""The stack, the stand-in, the door and the responder, and what can be asked of them."""

import json
import os
import re
import signal
import subprocess
import sys

import boto3

import delivery
from plain import ROOT

from .door import Door
from .wire import call, until

SAMPLE = ROOT / "infra" / "responder"
ACCOUNT, CUSTOMER = "17841400000000001", "gabinete-helena"
LABEL = "Resposta escrita por inteligência artificial:"
FALLBACK = "Uma pessoa da equipe responde por aqui."
KEY = "canary-of-a-key"
MODEL = "stand-in/1"
# In everything that people write here.
CANARY = "jabuticabeira"
MEDIA = "18000000000010101"
VISIBILITY_SECONDS = 3
MODEL_TIMEOUT_SECONDS = 4

ASK = {"wait_minutes": 5, "fallback": FALLBACK}
RULES = {
    "version": 1,
    "ai": {"label": LABEL},
    "rules": [
        {"id": "um-minuto", "on": ["message"], "when": [{"words": {"any": ["caju"]}}], "do": [{"ask": ASK | {"wait_minutes": 1}}]},
        {"id": "sem-texto", "on": ["message"], "when": [{"words": {"any": ["pitanga"]}}], "do": [{"ask": {"wait_minutes": 1}}]},
        {"id": "campanha", "on": ["message"], "when": [{"words": {"any": ["umbu"]}}], "do": [{"ask": ASK | {"persona": "campanha"}}]},
        {"id": "pergunta", "on": ["message"], "when": [{"regex": "\\?"}], "do": [{"ask": ASK}]},
        {"id": "publica", "on": ["comment"], "on_other_media": True, "do": [{"ask": {"wait_minutes": 60, "as": "public_reply"}}]},
    ],
}


class Stage:
    """The stack, the stand-in, the door and the responder."""

    def __init__(self, program, data, folder):
        self.folder = folder
        self.stack = json.loads((data / "stack.json").read_text())
        self.secret = json.loads((data / "apps.json").read_text())["apps"][0]["app_secrets"][0]
        accounts = json.loads((ROOT / "events" / "world.json").read_text())["accounts"]
        self.token = next(account["token"] for account in accounts if account["account"] == ACCOUNT)
        rules = folder / "rules.json"
        rules.write_text(json.dumps(RULES))
        subprocess.run([program, "--data", data, "rules", "set", ACCOUNT, rules], check=True, stdout=subprocess.DEVNULL)
        self.sqs = boto3.client("sqs", endpoint_url=self.stack["sqs"])
        self.queue = self.sqs.get_queue_url(QueueName="crm.fifo")["QueueUrl"]
        self.door = Door(self.stack["desk"])
        self.started = []
        self.people = 0
        # What each person must have got in the end, and no more.
        self.expected = {}
        with (folder / "stand_in.out").open("w") as out:
            self.stand_in = self.start([sys.executable, SAMPLE / "stand_in.py", "--port", "0"], stdout=out, stderr=out)
        told = until("the stand-in", lambda: re.search(r"=(.*)/v1\n", (folder / "stand_in.out").read_text()))
        self.model_url = told[1]
        self.responder = self.respond()

    def start(self, command, **how):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **how)
        self.started.append(process)
        return process

    def end(self):
        for process in self.started:
            process.kill()
            process.wait()

    def respond(self):
        settings = {
            "CRM_QUEUE_URL": self.queue,
            "AWS_ENDPOINT_URL_SQS": self.stack["sqs"],
            "DESK_URL": self.door.url,
            "OPENAI_BASE_URL": f"{self.model_url}/v1",
            "OPENAI_API_KEY": KEY,
            "OPENAI_MODEL": MODEL,
            "PERSONA": "gabinete",
            "VISIBILITY_SECONDS": str(VISIBILITY_SECONDS),
            "MODEL_TIMEOUT_SECONDS": str(MODEL_TIMEOUT_SECONDS),
        }
        # Its page names the one variable for the region, and boto3 knows the other.
        env = {name: value for name, value in os.environ.items() if name != "AWS_DEFAULT_REGION"} | settings
        with self.out.open("a") as out, self.log.open("a") as log:
            return self.start([sys.executable, "-m", "responder"], cwd=SAMPLE, env=env, stdout=out, stderr=log)

    @property
    def out(self):
        return self.folder / "responder.out"

    @property
    def log(self):
        return self.folder / "responder.log"

    def behave(self, **behaviour):
        status, _ = call("PUT", f"{self.model_url}/behaviour", behaviour)
        assert status == 200, status

    def asked(self, words):
        """What the stand-in was asked about these words."""
        _, told = call("GET", f"{self.model_url}/requests")
        requests = json.loads(told)["requests"]
        return [one for one in requests if any(words in message["content"] for message in one["messages"])]

    def new_person(self):
        self.people += 1
        return f"91000000000{self.people:04}"

    def writes(self, person, text):
        """Delivers a message; gives its id."""
        mid = delivery.new_mid()
        self.deliver(delivery.message(ACCOUNT, person, mid, text))
        return mid

    def unsends(self, person, mid):
        self.deliver(delivery.unsend(ACCOUNT, person, mid))

    def comments(self, person, text):
        self.deliver(delivery.comment(ACCOUNT, person, "bia.exemplo", delivery.new_comment(), MEDIA, text))

    def deliver(self, body):
        status, _ = call("POST", self.stack["callback"], headers=delivery.headers(self.secret, body), body=body)
        assert status == 200, status

    def conversation(self, person):
        path = f"/customers/{CUSTOMER}/accounts/{ACCOUNT}/conversations/{person}"
        status, told = call("GET", self.stack["desk"] + path)
        return json.loads(told) if status == 200 else {"entries": [], "conversation": {}}

    def replies(self, person):
        return [reply for entry in self.conversation(person)["entries"] for reply in entry["replies"]]

    def reply(self, person, holds, seconds=20):
        """The person's one reply, when it is as it should be."""
        return until("the reply", lambda: next((reply for reply in self.replies(person) if holds(reply)), None), seconds)

    def sent(self, person, seconds=20):
        return self.reply(person, lambda reply: reply["state"] == "sent", seconds)

    def at_instagram(self, person):
        """What the account said to the person, as Meta shows it."""
        threads = self.graph(f"{ACCOUNT}/conversations?platform=instagram&user_id={person}")["data"]
        messages = self.graph(f"{threads[0]['id']}?fields=messages%7Bid,message,from%7D")["messages"]["data"]
        return [message["message"] for message in messages if message["from"]["id"] == ACCOUNT]

    def graph(self, path):
        """Meta lets an account's conversations be read twice a second, and whoever reads them more slows its sending down, too."""
        def answered():
            status, told = call("GET", f"{self.stack['graph']}/v24.0/{path}&access_token={self.token}")
            return json.loads(told) if status == 200 else None

        return until("Meta's answer", answered)

    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def codes(self, person):
        """What the responder noted of the person's questions."""
        names = {reply["reply"] for reply in self.replies(person)}
        return [line["code"] for line in self.lines() if line.get("reply.id") in names]

    def passed_on(self):
        return [json.loads(line) for line in self.out.read_text().splitlines()]

    def kill(self):
        self.responder.send_signal(signal.SIGKILL)
        self.responder.wait()
        self.responder = self.respond()

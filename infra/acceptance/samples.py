"""The samples of events/ that functions are called with, what each must come to, and the AWS around them.

For `rie` and `sam-local`, which differ in how they call a function. AWS is ministack's, empty: no account is connected, so the worker
keeps what it is handed in the quarantine.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import time

import boto3

ROOT = pathlib.Path(__file__).parents[2]
EVENTS = ROOT / "events"
CRM_SECRET = "sample-secret-of-the-crm-for-tickets"
CALLBACK_HOST = "https://conectar.example.com"
# Nothing listens there: no sample may have a function call Meta.
NOBODY = "http://127.0.0.1:9"


def status(code, *parts, queued=0):
    """An answer for the gateway."""
    def fits(answer):
        body = answer.get("body") or ""
        if answer.get("isBase64Encoded"):
            body = base64.b64decode(body).decode()
        return answer.get("statusCode") == code and all(part in body for part in parts)
    return {"fits": fits, "says": f"{code} {' '.join(parts)}".strip(), "events": queued, "quarantine": 0}


def applied(kept):
    """Every record of a batch is done with; so many lie in the quarantine."""
    return {"fits": lambda answer: answer == {"batchItemFailures": []}, "says": "no failures", "events": 0, "quarantine": kept}


RAN = {"fits": lambda answer: answer is None, "says": "null", "events": 0, "quarantine": 0}

CASES = {
    "Ingest": [
        ("gateway/handshake", status(200, "1158201444")),
        ("gateway/handshake-wrong-token", status(403)),
        ("gateway/delivery", status(200, queued=1)),
        ("gateway/delivery-base64", status(200, queued=1)),
        ("gateway/delivery-own-app", status(200, queued=1)),
        ("gateway/delivery-other-app", status(401)),
        ("gateway/delivery-wrong-signature", status(401)),
        ("gateway/delivery-unsigned", status(401)),
        ("gateway/delivery-batch", status(200, queued=60)),
    ],
    "Worker": [
        ("queue/message", applied(kept=1)),
        ("queue/batch", applied(kept=10)),
        ("queue/twice", applied(kept=2)),
        ("queue/received-again", applied(kept=1)),
        ("queue/not-a-job", applied(kept=2)),
    ],
    "Caretaker": [
        ("schedule/minute", RAN),
    ],
    "Connect": [
        ("gateway/connect-privacy", status(200, "<html")),
        ("gateway/connect-start-expired", status(400)),
        # No ticket lasts, so this one is made from the one above.
        ("connect-start", status(200, "Gabinete")),
        ("gateway/connect-callback-cancelled", status(200)),
        ("gateway/connect-callback-without-state", status(400)),
        ("gateway/connect-deauthorize", status(200)),
        ("gateway/connect-deauthorize-wrong-signature", status(400)),
        ("gateway/connect-deletion", status(200, "confirmation_code", f"{CALLBACK_HOST}/connect/deletion-status")),
        ("gateway/connect-deletion-wrong-signature", status(400)),
        ("gateway/connect-deletion-status", status(200, "<html")),
    ],
    "Desk": [
        ("gateway/desk-accounts", status(200, '"accounts":[]')),
        ("gateway/desk-pause-unknown-person", status(404)),
        ("gateway/desk-foreign-account", status(404)),
    ],
}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def start_with_a_good_ticket():
    event = json.loads((EVENTS / "gateway" / "connect-start-expired.json").read_text())
    payload = event["rawQueryString"].removeprefix("ticket=").split(".")[0]
    ticket = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    ticket["expires_at"] = int(time.time()) + 300
    payload = base64url(json.dumps(ticket).encode())
    signed = f"politicall-connect-ticket-v1.{payload}".encode()
    mac = base64url(hmac.new(CRM_SECRET.encode(), signed, hashlib.sha256).digest())
    event["rawQueryString"] = f"ticket={payload}.{mac}"
    event.pop("queryStringParameters", None)
    return json.dumps(event).encode()


def event(sample):
    if sample == "connect-start":
        return start_with_a_good_ticket()
    return (EVENTS / f"{sample}.json").read_bytes()


def forgotten():
    """Samples that no function is called with."""
    called = {sample for cases in CASES.values() for sample, _ in cases}
    there = {f"{kind}/{file.stem}" for kind in ("gateway", "queue", "schedule") for file in (EVENTS / kind).glob("*.json")}
    return sorted(there - called)


class Aws:
    """What the template would make, as far as the functions ask for it."""

    def __init__(self, url):
        def client(service):
            return boto3.client(service, endpoint_url=url)

        self.url, self.sqs = url, client("sqs")
        fifo = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
        self.events = self.sqs.create_queue(QueueName="samples-events.fifo", Attributes=fifo)["QueueUrl"]
        self.quarantine = self.sqs.create_queue(QueueName="samples-quarantine")["QueueUrl"]
        self.crm = self.sqs.create_queue(QueueName="samples-crm")["QueueUrl"]
        table = json.loads((ROOT / "crates" / "store" / "src" / "table.json").read_text())
        table.pop("TimeToLiveSpecification")
        client("dynamodb").create_table(**table)
        self.table = table["TableName"]
        apps = {"apps": json.loads((EVENTS / "world.json").read_text())["apps"]}
        secrets = client("secretsmanager")
        self.apps = secrets.create_secret(Name="samples/apps", SecretString=json.dumps(apps))["ARN"]
        self.tickets = secrets.create_secret(Name="samples/crm", SecretString=json.dumps({"secrets": [CRM_SECRET]}))["ARN"]
        self.key = client("kms").create_key()["KeyMetadata"]["Arn"]

    def settings(self):
        """The variables of each function, by the names of the template."""
        everyone = {"AWS_ENDPOINT_URL": self.url, "LOG_LEVEL": "info"}
        meta = {"GRAPH_BASE_URL": NOBODY, "TABLE_NAME": self.table, "TOKEN_KEY": self.key}
        queues = {"EVENTS_QUEUE_URL": self.events, "QUARANTINE_QUEUE_URL": self.quarantine}
        return {
            "Ingest": everyone | queues | {"META_APPS_SECRET": self.apps},
            "Worker": everyone | queues | meta | {"ON_UNKNOWN": "reconcile", "REPLY_MARKER": "off"},
            "Caretaker": everyone | meta | {
                "EVENTS_QUEUE_URL": self.events, "CRM_QUEUE_URL": self.crm, "EXTRA_FIELDS": "",
                "ON_UNKNOWN": "reconcile", "REPLY_MARKER": "off",
            },
            "Desk": everyone | meta | {"ON_UNKNOWN": "reconcile", "REPLY_MARKER": "off"},
            "Connect": everyone | meta | {
                "META_APPS_SECRET": self.apps, "CRM_SECRET": self.tickets, "CONNECT_BASE_URL": CALLBACK_HOST, "CRM_BASE_URL": "",
                "LOGIN_BASE_URL": NOBODY, "CODE_BASE_URL": NOBODY, "EXTRA_FIELDS": "", "PRIVACY_CONTACT": "",
            },
        }

    def waiting(self):
        """Messages in the queue of events, and in the quarantine."""
        names = ["ApproximateNumberOfMessages"]
        count = lambda queue: int(self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"][names[0]])
        return {"events": count(self.events), "quarantine": count(self.quarantine)}


def play(aws, function, invoke):
    """Calls a function with each of its samples by `invoke`; the first answer that is not right is returned in words."""
    for sample, wanted in CASES[function]:
        before = aws.waiting()
        answer = invoke(event(sample))
        if not wanted["fits"](answer):
            return f"{sample}: expected {wanted['says']}, got {json.dumps(answer)[:600]}"
        after = aws.waiting()
        for queue in ("events", "quarantine"):
            added = after[queue] - before[queue]
            if added != wanted[queue]:
                return f"{sample}: expected {wanted[queue]} messages in {queue}, got {added}"
        print(f"    {sample}: {wanted['says']}, {wanted['events']} queued, {wanted['quarantine']} in the quarantine", flush=True)
    return None

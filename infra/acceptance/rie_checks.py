"""Sends the samples of events/gateway to a function under AWS's runtime emulator and looks into its queue."""

import json
import pathlib
import sys
import urllib.request

import boto3

GATEWAY = pathlib.Path(__file__).parents[2] / "events" / "gateway"

# Sample, status that must come back, messages that must be queued.
CASES = [
    ("handshake", 200, 0),
    ("handshake-wrong-token", 403, 0),
    ("delivery", 200, 1),
    ("delivery-base64", 200, 1),
    ("delivery-own-app", 200, 1),
    ("delivery-other-app", 401, 0),
    ("delivery-wrong-signature", 401, 0),
    ("delivery-batch", 200, 60),
]


def make_queues(sqs):
    fifo = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    events = sqs.create_queue(QueueName="rie-events.fifo", Attributes=fifo)["QueueUrl"]
    quarantine = sqs.create_queue(QueueName="rie-quarantine")["QueueUrl"]
    print(events, quarantine)


def queued(sqs, queue):
    names = ["ApproximateNumberOfMessages"]
    return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"][names[0]])


def invoke(emulator, sample):
    url = f"{emulator}/2015-03-31/functions/function/invocations"
    request = urllib.request.Request(url, (GATEWAY / f"{sample}.json").read_bytes())
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def ask(sqs, queue, emulator):
    for sample, status, messages in CASES:
        before = queued(sqs, queue)
        answer = invoke(emulator, sample)
        if answer.get("statusCode") != status:
            sys.exit(f"    {sample}: expected {status}, got {answer}")
        if sample == "handshake" and answer["body"] != "1158201444":
            sys.exit(f"    {sample}: the challenge did not come back: {answer}")
        added = queued(sqs, queue) - before
        if added != messages:
            sys.exit(f"    {sample}: expected {messages} queued messages, got {added}")
        print(f"    {sample}: {status}, {messages} queued")


command, aws_url, *rest = sys.argv[1:]
client = boto3.client("sqs", endpoint_url=aws_url)
if command == "queues":
    make_queues(client)
else:
    ask(client, *rest)

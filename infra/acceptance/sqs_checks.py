"""Asks an SQS server, by boto3, whether it does what this system relies on.

The same questions go to the sandbox's SQS and to an emulator that nobody here wrote: where both answer alike, ours is
no fake that only confirms itself. Prints one line per check and ends with "N passed, N failed"; exit code 1 on failure.

A check whose action the server itself says it does not have is listed as not offered; with --complete that is a
failure.
"""

import argparse
import hashlib
import itertools
import json
import sys
import threading
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

NOT_OFFERED = {
    "InvalidAction",
    "UnsupportedOperation",
    "AWS.SimpleQueueService.UnsupportedOperation",
    "UnknownOperationException",
}
MIB = 1024 * 1024
CHECKS = []
WORDS = {"passed": "ok", "failed": "FAILED", "not offered": "not offered by this emulator"}


def check(sentence):
    def keep(question):
        CHECKS.append((sentence, question))
        return question

    return keep


class Wrong(Exception):
    """The server's answer is not the one expected."""


def expect(got, wanted, about=""):
    if got != wanted:
        raise Wrong(f"{about + ': ' if about else ''}expected {wanted!r}, got {got!r}")


def refused(code, call, **arguments):
    """Expects the call to fail with this code, or with one of these."""
    codes = {code} if isinstance(code, str) else set(code)
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_OFFERED:
            raise
        if error.response["Error"]["Code"] not in codes:
            raise Wrong(f"expected {sorted(codes)}, got {error.response['Error']['Code']}") from error
        return
    raise Wrong(f"expected {sorted(codes)}, but it was accepted")


class Server:
    """A client, and the few phrases in which the checks ask."""

    def __init__(self, endpoint):
        # One attempt: the checks look at single answers. Room for one long poll.
        config = Config(retries={"total_max_attempts": 1}, read_timeout=30, region_name="sa-east-1")
        credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.sqs = boto3.client("sqs", endpoint_url=endpoint, config=config, **credentials)
        self.run = f"check-{int(time.time() * 1000)}"
        self.numbers = itertools.count(1)

    def queue(self, fifo=True, **attributes):
        name = f"{self.run}-{next(self.numbers)}{'.fifo' if fifo else ''}"
        if fifo:
            attributes["FifoQueue"] = "true"
        return self.sqs.create_queue(QueueName=name, Attributes={n: str(v) for n, v in attributes.items()})["QueueUrl"]

    def send(self, queue, body, group="g", **more):
        if queue.endswith(".fifo"):
            more = {"MessageGroupId": group, "MessageDeduplicationId": body[:128], **more}
        return self.sqs.send_message(QueueUrl=queue, MessageBody=body, **more)

    def receive(self, queue, most=10, wait=0, **more):
        names = ["All"]
        answer = self.sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=most, WaitTimeSeconds=wait, MessageSystemAttributeNames=names,
            MessageAttributeNames=names, **more)
        return answer.get("Messages", [])

    def delete(self, queue, message):
        self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def set_visibility(self, queue, message, seconds):
        self.sqs.change_message_visibility(
            QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds)

    def attributes(self, queue):
        return self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]

    def arn(self, queue):
        return self.attributes(queue)["QueueArn"]

    def with_dead_letters(self, most, fifo=True, **attributes):
        dead = self.queue(fifo)
        policy = json.dumps({"deadLetterTargetArn": self.arn(dead), "maxReceiveCount": most})
        return self.queue(fifo, RedrivePolicy=policy, **attributes), dead

    def bury(self, queue, times=1):
        """Receives a queue of short visibility until its messages are given up, and gives what it still hands out."""
        for _ in range(times):
            self.receive(queue, VisibilityTimeout=1)
            time.sleep(1.2)
        return self.receive(queue, VisibilityTimeout=1)


def bodies(messages):
    return [message["Body"] for message in messages]


def entry(number, body, group="g", **more):
    sent = {"MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": f"{number}", **more}
    return {"Id": str(number), **sent}


# Order and locks


@check("order: one group comes in the order of sending")
def _(server):
    queue = server.queue()
    for body in "abcde":
        server.send(queue, body)
    expect(bodies(server.receive(queue)), list("abcde"))


@check("order: a batch keeps its order")
def _(server):
    queue = server.queue()
    server.sqs.send_message_batch(QueueUrl=queue, Entries=[entry(n, f"m{n}") for n in range(10)])
    expect(bodies(server.receive(queue)), [f"m{n}" for n in range(10)])


@check("order: sequence numbers rise")
def _(server):
    queue = server.queue()
    numbers = [int(server.send(queue, body)["SequenceNumber"]) for body in "abc"]
    expect(numbers, sorted(set(numbers)))
    received = [int(message["Attributes"]["SequenceNumber"]) for message in server.receive(queue)]
    expect(received, numbers)


@check("lock: a group with a message in flight gives nothing else, another group does")
def _(server):
    queue = server.queue()
    for body in ["a1", "a2", "b1"]:
        server.send(queue, body, group=body[0])
    expect(bodies(server.receive(queue, most=1)), ["a1"])
    expect(bodies(server.receive(queue)), ["b1"])
    expect(bodies(server.receive(queue)), [])


@check("lock: deleting the message frees its group")
def _(server):
    queue = server.queue()
    server.send(queue, "a")
    server.send(queue, "b")
    server.delete(queue, server.receive(queue, most=1)[0])
    expect(bodies(server.receive(queue)), ["b"])


@check("lock: a message sent behind one in flight waits")
def _(server):
    queue = server.queue()
    server.send(queue, "a")
    server.receive(queue)
    server.send(queue, "b")
    expect(bodies(server.receive(queue)), [])


# Visibility


@check("visibility: after the timeout a message is at the head of its group again")
def _(server):
    queue = server.queue(VisibilityTimeout=1)
    for body in "abc":
        server.send(queue, body)
    expect(bodies(server.receive(queue, most=2)), ["a", "b"])
    time.sleep(1.3)
    expect(bodies(server.receive(queue)), ["a", "b", "c"])


@check("visibility: a message given back with 0 is at the head of its group again")
def _(server):
    queue = server.queue()
    for body in "ab":
        server.send(queue, body)
    server.set_visibility(queue, server.receive(queue, most=1)[0], 0)
    expect(bodies(server.receive(queue)), ["a", "b"])


@check("visibility: the receive count rises")
def _(server):
    queue = server.queue()
    server.send(queue, "a")
    for count in ["1", "2", "3"]:
        message = server.receive(queue)[0]
        expect(message["Attributes"]["ApproximateReceiveCount"], count)
        server.set_visibility(queue, message, 0)


@check("visibility: a longer timeout holds")
def _(server):
    queue = server.queue(VisibilityTimeout=1)
    server.send(queue, "a")
    server.set_visibility(queue, server.receive(queue)[0], 30)
    time.sleep(1.3)
    expect(server.receive(queue), [])


@check("visibility: the timeout of one receive overrides the queue's")
def _(server):
    queue = server.queue(VisibilityTimeout=30)
    server.send(queue, "a")
    server.receive(queue, VisibilityTimeout=1)
    time.sleep(1.3)
    expect(bodies(server.receive(queue)), ["a"])


@check("visibility: more than twelve hours is refused")
def _(server):
    queue = server.queue()
    server.send(queue, "a")
    message = server.receive(queue)[0]
    refused("InvalidParameterValue", server.set_visibility, queue=queue, message=message, seconds=43201)


@check("visibility: several in one batch")
def _(server):
    queue = server.queue(fifo=False)
    for body in "ab":
        server.send(queue, body)
    entries = [
        {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
        for n, message in enumerate(server.receive(queue))
    ]
    answer = server.sqs.change_message_visibility_batch(QueueUrl=queue, Entries=entries)
    expect(len(answer["Successful"]), 2)
    expect(sorted(bodies(server.receive(queue))), ["a", "b"])


# Receipts


@check("receipt: nonsense is refused")
def _(server):
    queue = server.queue()
    refused("ReceiptHandleIsInvalid", server.delete, queue=queue, message={"ReceiptHandle": "nonsense"})


@check("receipt: deleting twice is fine")
def _(server):
    queue = server.queue()
    server.send(queue, "a")
    message = server.receive(queue)[0]
    server.delete(queue, message)
    server.delete(queue, message)


@check("receipt: on a FIFO queue it ends with the visibility timeout")
def _(server):
    queue = server.queue(VisibilityTimeout=1)
    server.send(queue, "a")
    message = server.receive(queue)[0]
    time.sleep(1.3)
    refused("InvalidParameterValue", server.delete, queue=queue, message=message)
    expect(bodies(server.receive(queue)), ["a"])


@check("receipt: a batch deletes the good and names the bad")
def _(server):
    queue = server.queue()
    server.send(queue, "a")
    good = server.receive(queue)[0]["ReceiptHandle"]
    entries = [{"Id": "good", "ReceiptHandle": good}, {"Id": "bad", "ReceiptHandle": "nonsense"}]
    answer = server.sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
    expect([e["Id"] for e in answer["Successful"]], ["good"])
    expect([(e["Id"], e["Code"]) for e in answer["Failed"]], [("bad", "ReceiptHandleIsInvalid")])


# Deduplication


@check("deduplication: a second message of one id is accepted and not delivered")
def _(server):
    queue = server.queue()
    first = server.send(queue, "a", MessageDeduplicationId="x")
    second = server.send(queue, "b", MessageDeduplicationId="x")
    expect(second["MessageId"], first["MessageId"])
    expect(bodies(server.receive(queue)), ["a"])


@check("deduplication: goes on after the message is deleted")
def _(server):
    queue = server.queue()
    server.send(queue, "a")
    server.delete(queue, server.receive(queue)[0])
    server.send(queue, "a")
    expect(server.receive(queue), [])


@check("deduplication: scope queue reaches over groups")
def _(server):
    queue = server.queue()
    for group in "ab":
        server.send(queue, "x", group=group)
    expect(len(server.receive(queue)), 1)


@check("deduplication: scope messageGroup does not reach over groups")
def _(server):
    queue = server.queue(DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    for group in "aab":
        server.send(queue, "x", group=group)
    expect(len(server.receive(queue)), 2)


@check("deduplication: by content where the queue says so, an id goes first")
def _(server):
    queue = server.queue(ContentBasedDeduplication="true")
    for more in [{}, {}, {"MessageDeduplicationId": "other"}]:
        server.sqs.send_message(QueueUrl=queue, MessageBody="same", MessageGroupId="g", **more)
    messages = server.receive(queue)
    expect(len(messages), 2)
    expect(messages[0]["Attributes"]["MessageDeduplicationId"], hashlib.sha256(b"same").hexdigest())


@check("deduplication: neither id nor content is refused")
def _(server):
    queue = server.queue()
    refused("InvalidParameterValue", server.sqs.send_message, QueueUrl=queue, MessageBody="a", MessageGroupId="g")


@check("group: none is refused")
def _(server):
    queue = server.queue()
    refused("MissingParameter", server.sqs.send_message, QueueUrl=queue, MessageBody="a", MessageDeduplicationId="d")


@check("group: also an attribute on a standard queue")
def _(server):
    queue = server.queue(fifo=False)
    server.send(queue, "a", MessageGroupId="tenant")
    expect(server.receive(queue)[0]["Attributes"]["MessageGroupId"], "tenant")


# Dead letters


@check("dead letters: a FIFO message goes there after the last receive, with its source, group and id")
def _(server):
    queue, dead = server.with_dead_letters(2)
    sent = server.send(queue, "poison", group="g")
    expect(server.bury(queue, times=2), [])
    message = server.receive(dead, wait=2)[0]
    expect(message["Body"], "poison")
    expect(message["Attributes"]["DeadLetterQueueSourceArn"], server.arn(queue))
    expect(message["Attributes"]["MessageGroupId"], "g")
    expect(message["MessageId"], sent["MessageId"])


@check("dead letters: the group is free again")
def _(server):
    queue, dead = server.with_dead_letters(1)
    server.send(queue, "poison")
    server.receive(queue, VisibilityTimeout=1)
    server.send(queue, "next")
    time.sleep(1.2)
    expect(bodies(server.receive(queue)) or bodies(server.receive(queue)), ["next"])
    expect(bodies(server.receive(dead, wait=2)), ["poison"])


@check("dead letters: a standard message goes there and keeps its time of sending")
def _(server):
    queue, dead = server.with_dead_letters(1, fifo=False)
    server.send(queue, "poison")
    sent = server.receive(queue, VisibilityTimeout=1)[0]["Attributes"]["SentTimestamp"]
    time.sleep(1.2)
    expect(server.receive(queue), [])
    message = server.receive(dead, wait=2)[0]
    expect(message["Attributes"]["SentTimestamp"], sent)
    expect(message["Attributes"]["DeadLetterQueueSourceArn"], server.arn(queue))


@check("dead letters: what is sent there directly has no source")
def _(server):
    _, dead = server.with_dead_letters(1)
    server.send(dead, "a")
    expect("DeadLetterQueueSourceArn" in server.receive(dead)[0]["Attributes"], False)


@check("dead letters: a redrive policy with a target that is not there is refused")
def _(server):
    queue = server.queue()
    policy = json.dumps({"deadLetterTargetArn": server.arn(queue) + "x.fifo", "maxReceiveCount": 3})
    codes = {"InvalidParameterValue", "AWS.SimpleQueueService.NonExistentQueue"}
    refused(codes, server.sqs.set_queue_attributes, QueueUrl=queue, Attributes={"RedrivePolicy": policy})


@check("dead letters: the sources are listed")
def _(server):
    queue, dead = server.with_dead_letters(3)
    expect(server.sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"], [queue])


@check("dead letters: they move back to their source as new messages")
def _(server):
    queue, dead = server.with_dead_letters(1)
    sent = server.send(queue, "a")
    expect(server.bury(queue), [])
    server.sqs.start_message_move_task(SourceArn=server.arn(dead))
    message = server.receive(queue, wait=5)[0]
    expect(message["Body"], "a")
    expect(message["MessageId"] == sent["MessageId"], False, "the same id")
    expect(server.receive(dead), [])
    expect(len(server.sqs.list_message_move_tasks(SourceArn=server.arn(dead))["Results"]), 1)


@check("dead letters: a move out of an ordinary queue is refused")
def _(server):
    queue = server.queue()
    refused("InvalidParameterValue", server.sqs.start_message_move_task, SourceArn=server.arn(queue))


# Sizes and characters


@check("size: a message of 1 MiB is taken, one byte more is not")
def _(server):
    queue = server.queue(fifo=False)
    server.send(queue, "x" * MIB)
    expect(len(server.receive(queue)[0]["Body"]), MIB)
    refused("InvalidParameterValue", server.send, queue=queue, body="x" * (MIB + 1))


@check("size: attributes count")
def _(server):
    queue = server.queue(fifo=False)
    attributes = {"a": {"DataType": "String", "StringValue": "v" * 100}}
    refused("InvalidParameterValue", server.send, queue=queue, body="x" * (MIB - 100), MessageAttributes=attributes)


@check("size: bytes count, not characters")
def _(server):
    queue = server.queue(fifo=False)
    refused("InvalidParameterValue", server.send, queue=queue, body="é" * (MIB // 2 + 1))


@check("size: the queue's own limit holds")
def _(server):
    queue = server.queue(fifo=False, MaximumMessageSize=1024)
    server.send(queue, "x" * 1024)
    refused("InvalidParameterValue", server.send, queue=queue, body="x" * 1025)


@check("size: a batch of more than 1 MiB in all is refused")
def _(server):
    queue = server.queue(fifo=False)
    entries = [{"Id": str(n), "MessageBody": "x" * (MIB // 2 + 1)} for n in range(2)]
    code = "AWS.SimpleQueueService.BatchRequestTooLong"
    refused(code, server.sqs.send_message_batch, QueueUrl=queue, Entries=entries)


@check("size: an empty body is refused")
def _(server):
    queue = server.queue(fifo=False)
    refused({"MissingParameter", "InvalidParameterValue"}, server.send, queue=queue, body="")


@check("characters: every allowed range passes unchanged")
def _(server):
    queue = server.queue(fifo=False)
    body = "\t\n\r ~\x7f\ud7ff\ue000\ufffd\U00010000\U0010ffff olá 👋🏽"
    server.send(queue, body)
    expect(server.receive(queue)[0]["Body"], body)


@check("characters: U+0000, U+0008, U+000B, U+001F, U+FFFE, U+FFFF are refused")
def _(server):
    queue = server.queue(fifo=False)
    for character in "\0\x08\x0b\x1f\ufffe\uffff":
        refused("InvalidMessageContents", server.send, queue=queue, body=f"a{character}")


@check("characters: in a batch only that entry fails")
def _(server):
    queue = server.queue()
    entries = [entry(1, "first"), entry(2, "bad\0"), entry(3, "third")]
    answer = server.sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    expect([e["Id"] for e in answer.get("Successful", [])], ["1", "3"])
    failed = [(e["Id"], e["Code"], e["SenderFault"]) for e in answer.get("Failed", [])]
    expect(failed, [("2", "InvalidMessageContents", True)])
    expect(bodies(server.receive(queue)), ["first", "third"])


@check("characters: the escaped form passes as it is")
def _(server):
    queue = server.queue(fifo=False)
    server.send(queue, json.dumps("\0\uffff"))
    expect(json.loads(server.receive(queue)[0]["Body"]), "\0\uffff")


# Batches


@check("batch: none, eleven, an id twice and a bad id are refused")
def _(server):
    queue = server.queue()
    cases = {
        "EmptyBatchRequest": [],
        "TooManyEntriesInBatchRequest": [entry(n, "x") for n in range(11)],
        "BatchEntryIdsNotDistinct": [entry(1, "x"), entry(1, "y")],
        "InvalidBatchEntryId": [entry("a.b", "x")],
    }
    for code, entries in cases.items():
        code = f"AWS.SimpleQueueService.{code}"
        refused(code, server.sqs.send_message_batch, QueueUrl=queue, Entries=entries)


@check("batch: at most ten messages are received")
def _(server):
    queue = server.queue(fifo=False)
    for first in [0, 10]:
        entries = [{"Id": str(n), "MessageBody": f"{n}"} for n in range(first, first + 10)]
        server.sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    expect(len(server.receive(queue)), 10)
    for most in [0, 11]:
        refused("InvalidParameterValue", server.receive, queue=queue, most=most)


# Waiting


def wakes(server, queue, cause, within):
    """Seconds until a long poll that is under way answers to the cause, and what it gives."""
    timer = threading.Timer(0.5, cause)
    timer.start()
    started = time.monotonic()
    messages = server.receive(queue, wait=10)
    waited = time.monotonic() - started
    timer.join()
    if waited > within:
        raise Wrong(f"took {waited:.1f} s")
    return messages


@check("waiting: a long poll wakes when a message is sent")
def _(server):
    queue = server.queue()
    expect(bodies(wakes(server, queue, lambda: server.send(queue, "a"), within=2)), ["a"])


@check("waiting: a long poll wakes when a visibility timeout ends")
def _(server):
    queue = server.queue(VisibilityTimeout=2)
    server.send(queue, "a")
    server.receive(queue)
    expect(bodies(wakes(server, queue, lambda: None, within=4)), ["a"])


@check("waiting: a long poll wakes when its group is freed")
def _(server):
    queue = server.queue()
    server.send(queue, "a")
    server.send(queue, "b")
    message = server.receive(queue, most=1)[0]
    expect(bodies(wakes(server, queue, lambda: server.delete(queue, message), within=2)), ["b"])


@check("waiting: a long poll on an empty queue ends in time and empty")
def _(server):
    queue = server.queue()
    started = time.monotonic()
    expect(server.receive(queue, wait=1), [])
    waited = time.monotonic() - started
    expect(0.8 < waited < 3, True, f"waited {waited:.1f} s")


@check("waiting: a queue's own waiting time holds for a receive that names none")
def _(server):
    queue = server.queue(ReceiveMessageWaitTimeSeconds=1)
    started = time.monotonic()
    server.sqs.receive_message(QueueUrl=queue)
    waited = time.monotonic() - started
    expect(0.8 < waited < 3, True, f"waited {waited:.1f} s")


@check("waiting: more than twenty seconds is refused")
def _(server):
    queue = server.queue()
    refused("InvalidParameterValue", server.receive, queue=queue, wait=21)


# Delay


@check("delay: a message is not given early")
def _(server):
    queue = server.queue(fifo=False)
    server.send(queue, "a", DelaySeconds=1)
    expect(server.receive(queue), [])
    expect(server.attributes(queue)["ApproximateNumberOfMessagesDelayed"], "1")
    expect(bodies(server.receive(queue, wait=3)), ["a"])


@check("delay: a FIFO queue delays as a whole and refuses a message's own delay")
def _(server):
    queue = server.queue(DelaySeconds=1)
    server.send(queue, "a")
    expect(server.receive(queue), [])
    expect(bodies(server.receive(queue, wait=3)), ["a"])
    refused("InvalidParameterValue", server.send, queue=queue, body="b", DelaySeconds=5)


# Digests and attributes. boto3 checks the digest of every body it receives; the others are computed here.


@check("digest: of the body")
def _(server):
    queue = server.queue(fifo=False)
    digest = hashlib.md5("olá".encode()).hexdigest()
    expect(server.send(queue, "olá")["MD5OfMessageBody"], digest)
    expect(server.receive(queue)[0]["MD5OfBody"], digest)


@check("digest: of the attributes")
def _(server):
    queue = server.queue(fifo=False)
    attributes = {
        "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        "a": {"DataType": "Number.cents", "StringValue": "12"},
    }
    layout = b""
    for name, kind, transport, value in [("a", "Number.cents", 1, b"12"), ("b", "Binary", 2, b"\x00\xff")]:
        for prefix, field in [(b"", name.encode()), (b"", kind.encode()), (bytes([transport]), value)]:
            layout += prefix + len(field).to_bytes(4, "big") + field
    digest = hashlib.md5(layout).hexdigest()
    expect(server.send(queue, "x", MessageAttributes=attributes)["MD5OfMessageAttributes"], digest)
    message = server.receive(queue)[0]
    expect(message["MD5OfMessageAttributes"], digest)
    expect(message["MessageAttributes"], attributes)


@check("attributes: the trace header travels beside the message")
def _(server):
    queue = server.queue()
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    server.send(queue, "a", MessageSystemAttributes=trace)
    expect(server.receive(queue)[0]["Attributes"]["AWSTraceHeader"], trace["AWSTraceHeader"]["StringValue"])


@check("attributes: more than ten are refused")
def _(server):
    queue = server.queue(fifo=False)
    attributes = {f"a{n}": {"DataType": "String", "StringValue": "v"} for n in range(11)}
    refused("InvalidParameterValue", server.send, queue=queue, body="x", MessageAttributes=attributes)


# Queues


@check("queue: one that is not there has the code that clients know")
def _(server):
    queue = server.queue() + "x.fifo"
    code = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}
    refused(code, server.send, queue=queue, body="a")
    refused(code, server.receive, queue=queue)
    refused(code, server.sqs.get_queue_url, QueueName="check-none")


@check("queue: found by name, listed by prefix, gone after deletion")
def _(server):
    queue = server.queue()
    name = queue.rsplit("/", 1)[1]
    expect(server.sqs.get_queue_url(QueueName=name)["QueueUrl"], queue)
    expect(server.sqs.list_queues(QueueNamePrefix=name[:-5])["QueueUrls"], [queue])
    server.sqs.delete_queue(QueueUrl=queue)
    expect(server.sqs.list_queues(QueueNamePrefix=name[:-5]).get("QueueUrls", []), [])


@check("queue: made again with the same attributes it is the same, with others it is refused")
def _(server):
    queue = server.queue(VisibilityTimeout=20)
    name = queue.rsplit("/", 1)[1]
    again = {"FifoQueue": "true", "VisibilityTimeout": "20"}
    expect(server.sqs.create_queue(QueueName=name, Attributes=again)["QueueUrl"], queue)
    other = {"FifoQueue": "true", "VisibilityTimeout": "21"}
    refused("QueueAlreadyExists", server.sqs.create_queue, QueueName=name, Attributes=other)


@check("queue: the FIFO suffix and the attribute have to agree")
def _(server):
    codes = {"InvalidParameterValue", "InvalidAttributeValue", "InvalidAttributeName"}
    refused(codes, server.sqs.create_queue, QueueName="check-without.fifo")
    refused(codes, server.sqs.create_queue, QueueName="check-with", Attributes={"FifoQueue": "true"})


@check("queue: a setting out of range is refused")
def _(server):
    queue = server.queue()
    attributes = {"VisibilityTimeout": "43201"}
    refused("InvalidAttributeValue", server.sqs.set_queue_attributes, QueueUrl=queue, Attributes=attributes)


@check("queue: high throughput without the group scope is refused")
def _(server):
    attributes = {"FifoQueue": "true", "FifoThroughputLimit": "perMessageGroupId"}
    codes = {"InvalidParameterValue", "InvalidAttributeValue"}
    refused(codes, server.sqs.create_queue, QueueName=f"{server.run}-high.fifo", Attributes=attributes)


@check("queue: the counts are right")
def _(server):
    queue = server.queue()
    for body in ["a1", "a2", "b1"]:
        server.send(queue, body, group=body[0])
    server.receive(queue, most=1)
    shown = server.attributes(queue)
    expect((shown["ApproximateNumberOfMessages"], shown["ApproximateNumberOfMessagesNotVisible"]), ("2", "1"))


@check("queue: a purge takes everything, and a second one has to wait")
def _(server):
    queue = server.queue()
    server.send(queue, "a")
    server.sqs.purge_queue(QueueUrl=queue)
    time.sleep(0.1)
    expect(server.receive(queue), [])
    refused("AWS.SimpleQueueService.PurgeQueueInProgress", server.sqs.purge_queue, QueueUrl=queue)


@check("queue: tags are kept")
def _(server):
    queue = server.queue()
    server.sqs.tag_queue(QueueUrl=queue, Tags={"a": "1"})
    expect(server.sqs.list_queue_tags(QueueUrl=queue)["Tags"], {"a": "1"})


def outcome(server, question):
    try:
        question(server)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return ("not offered" if code in NOT_OFFERED else "failed"), f"{error.operation_name}: {code}"
    except (Wrong, BotoCoreError, LookupError) as error:
        return "failed", f"{type(error).__name__}: {error}"[:300]
    return "passed", ""


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--endpoint", required=True, help="base URL of the server")
    arguments.add_argument("--complete", action="store_true", help="an action that is not offered is a failure")
    arguments = arguments.parse_args()
    server = Server(arguments.endpoint)
    passed = failed = 0
    for sentence, question in CHECKS:
        result, detail = outcome(server, question)
        if result == "not offered" and arguments.complete:
            result = "failed"
        passed += result == "passed"
        failed += result == "failed"
        print(f"{WORDS[result]}: {sentence}" + (f" ({detail})" if detail else ""), flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

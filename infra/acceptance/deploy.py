"""Deploys the packaged template into ministack, plays the samples through it, from the callback to Meta, and lives a first day there."""

import json
import pathlib
import sys
import urllib.request

import boto3

import first_day.day
import first_day.deployed
from deployment import made, truststore
from deployment.deliveries import EVENTS, Callback, app_of, as_of_now, mids, samples
from deployment.operator import Meta, take_over, variables
from deployment.say import expect, wait_until
from deployment.stack import Stack

# Long enough for two busy cores: ministack takes a tenth of a second for each call of a function.
PATIENCE_SECONDS = 180
CRM_SECRET = "0123456789abcdef" * 4


def main(aws_url, packaged, meta_folder, scratch):
    def client(service):
        return boto3.client(service, endpoint_url=aws_url)

    folder, meta = pathlib.Path(scratch), Meta(pathlib.Path(meta_folder))
    topics = [client("sns").create_topic(Name=name)["TopicArn"] for name in ("page", "ticket")]
    parameters = {
        "Architecture": "x86_64",
        "Size": "small",
        "GraphBaseUrl": meta.graph_url,
        "LoginBaseUrl": meta.graph_url,
        "CodeBaseUrl": meta.graph_url,
        "PageTopicArn": topics[0],
        "TicketTopicArn": topics[1],
        "MonthlyBudgetUsd": "50",
    }
    stack = Stack(client, packaged, parameters)
    stack.leave_out()
    stack.refuses_nonsense()
    stack.make()
    made.check(client, stack, aws_url, topics)
    play(client, stack, aws_url, meta, folder)
    expect("the caretaker comes to its end", caretaker(client("lambda"), stack), None)
    expect("the privacy text is there", page(aws_url, stack, "/connect/privacy"), 200)
    # By the generated names, which the trust store's check closes.
    live_the_first_day(client, stack, aws_url, meta)
    truststore.check(client, stack, aws_url, folder)


def play(client, stack, aws_url, meta, folder):
    """Every sample, signed and not."""
    world = json.loads((EVENTS / "world.json").read_text())
    callback = Callback(aws_url, stack.outputs["CallbackUrl"], meta.apps)
    bodies = samples()
    some = list(bodies.values())[::10]
    first, second = (app["name"] for app in world["apps"])

    # 503 of the function where the secret cannot be read, 502 of the gateway where it is there and empty, as here.
    # Either way Meta delivers again.
    early = callback.post(bodies["message-text.json"], callback.secrets[first])
    expect("a delivery before the secret has a value is put off", early // 100, 5)
    secrets = {"MetaAppsSecretArn": {"apps": meta.apps}, "CrmSecretArn": {"secrets": [CRM_SECRET]}}
    for output, value in secrets.items():
        client("secretsmanager").put_secret_value(SecretId=stack.outputs[output], SecretString=json.dumps(value))
    take_over(variables(aws_url, meta, stack.outputs), world, folder)

    for app, where in ((None, "the callback"), (first, "the app's own callback")):
        statuses = {callback.post(body, "not the secret", app) for body in some}
        expect(f"{len(some)} deliveries with a wrong signature, at {where}", statuses, {401})
    others = {callback.post(body, callback.secrets[second], first) for body in some}
    expect(f"{len(some)} with another app's, at the app's own callback", others, {401})

    signed = {name: app_of(body, world) for name, body in bodies.items()}
    refused = [name for name, body in bodies.items() if callback.post(body, callback.secrets[signed[name]]) != 200]
    expect(f"of {len(bodies)} signed deliveries, those not taken", refused, [])
    # Once more at the app's own callback: Meta delivers twice, too.
    again = {callback.post(body, callback.secrets[first], first) for name, body in bodies.items() if signed[name] == first}
    expect("the first app's once more, at its own callback", again, {200})

    settled(client, stack)
    expected = json.loads((EVENTS / "expected.json").read_text())
    strangers = sum(sample["outcomes"].count("unknown_account") for sample in expected.values())
    # Once each, because the queue drops the same element within five minutes.
    expect("kept for a person: events of accounts that nobody connected", count(client, stack, "Quarantine"), strangers)
    items = table(client, stack)
    # Counted only, as they should be: of accounts that are off, another app's or nobody's, and the dashboard's tests.
    counted = ("account-off", "foreign-app", "unknown-account", "unknown-object", "test-")
    kept = mids(body for name, body in bodies.items() if not any(part in name for part in counted))
    missing = sorted(kept - {sort.removeprefix("M#") for _, sort in items})
    expect(f"of {len(kept)} messages, those missing in the table", missing, [])

    # The samples are of another month: stored and decided, but too old to answer. This one is not.
    body = as_of_now(bodies["message-text.json"], "acceptance.now")
    meta.knows_of(body)
    expect("a message of now", callback.post(body, callback.secrets[first]), 200)
    wait_until("its replies", lambda: replies(client, stack, "acceptance.now"), ["sent"], PATIENCE_SECONDS)
    settled(client, stack)


def live_the_first_day(client, stack, aws_url, meta):
    """The office's first day, as `first-day` lives it on the local stack."""
    callback = Callback(aws_url, stack.outputs["CallbackUrl"], meta.apps)
    known = variables(aws_url, meta, stack.outputs)
    world = first_day.deployed.deployed(
        aws_url, stack, callback, CRM_SECRET, meta, known, tend=lambda: caretaker(client("lambda"), stack)
    )
    first_day.day.live(world)


def count(client, stack, queue, what=("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")):
    url = stack.outputs[f"{queue}QueueUrl"]
    attributes = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(what))["Attributes"]
    return sum(int(attributes[name]) for name in what)


def settled(client, stack):
    wait_until("events that wait", lambda: count(client, stack, "Events"), 0, PATIENCE_SECONDS)
    expect("events given up", count(client, stack, "DeadLetter"), 0)
    expect("runs of the caretaker that were not started", count(client, stack, "ScheduleDeadLetter"), 0)


def table(client, stack):
    """Everything in the table, by its key."""
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs["TableName"])
    return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}


def replies(client, stack, mid):
    """The states of the replies to a message."""
    found = [item for (_, sort), item in table(client, stack).items() if sort == f"M#{mid}"]
    return [reply["M"]["state"]["S"] for item in found for reply in item.get("replies", {}).get("L", [])]


def caretaker(functions, stack):
    event = (EVENTS / "schedule" / "minute.json").read_bytes()
    return functions.invoke(FunctionName=stack.physical("Caretaker"), Payload=event).get("FunctionError")


def page(aws_url, stack, path):
    request = urllib.request.Request(aws_url + path)
    request.add_header("Host", f"{stack.physical('ConnectApi')}.execute-api.localhost:{aws_url.rsplit(':', 1)[1]}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status


main(*sys.argv[1:])

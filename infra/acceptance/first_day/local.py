"""The local stack as a world: everything in one process."""

import json

import boto3

import delivery

from .wire import ask
from .world import World


def local(data):
    """The stack that runs on a data folder."""
    endpoints = json.loads((data / "stack.json").read_text())
    app = json.loads((data / "apps.json").read_text())["apps"][0]
    sqs = boto3.client("sqs", endpoint_url=endpoints["sqs"])

    def url(queue):
        return sqs.get_queue_url(QueueName=queue)["QueueUrl"]

    def post(body):
        headers = delivery.headers(app["app_secrets"][0], body)
        return ask("POST", endpoints["callback"], headers, body).status

    def ask_desk(method, path, headers, body):
        return ask(method, endpoints["desk"].removesuffix("/v1") + path, headers, body)

    return World(
        post=post,
        ask_desk=ask_desk,
        connect_url=endpoints["connect"],
        road=lambda address: (address, address.split("/")[2]),
        crm_secret=json.loads((data / "crm.json").read_text())["secrets"][0],
        local_url=endpoints["connect"],
        dynamodb=boto3.client("dynamodb", endpoint_url=endpoints["dynamodb"]),
        table="politicall-ig",
        sqs=sqs,
        feed_url=url("crm.fifo"),
        events_url=url("events.fifo"),
        trouble_urls={name: url(name) for name in ("dead-letters.fifo", "quarantine")},
        arguments=["--data", str(data)],
    )

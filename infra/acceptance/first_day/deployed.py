"""The deployed template as a world. Its Meta is the local stack's, which has to hear what people write."""

import os

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

import delivery

from .wire import ask
from .world import World

# ministack takes a tenth of a second for each call of a function, and more on busy cores.
PATIENCE_SECONDS = 120


def deployed(aws_url, stack, callback, crm_secret, meta, variables, tend):
    """`callback` posts to the deployment, `meta` is the local stack's, `variables` are what `politicall-ig` is told."""
    port = aws_url.rsplit(":", 1)[1]
    outputs = stack.outputs
    app, endpoints = meta.apps[0], meta.endpoints
    hosts = {api: f"{stack.physical(api)}.execute-api.localhost:{port}" for api in ("ConnectApi", "DeskApi")}

    def post(body):
        # Meta refuses to send to whom it does not know. To the local stack the account is a stranger's.
        headers = delivery.headers(app["app_secrets"][0], body)
        ask("POST", endpoints["callback"], headers, body)
        return callback.post(body, callback.secrets[app["name"]])

    def ask_desk(method, path, headers, body):
        return ask(method, aws_url + path, signed(method, hosts["DeskApi"], path, headers, body), body)

    def road(address):
        host = address.split("/")[2]
        if host.split(".")[0] != hosts["ConnectApi"].split(".")[0]:
            return address, host
        # Nothing ends TLS here: what a browser would ask by https is asked plainly.
        return aws_url + "/" + address.split("/", 3)[3], hosts["ConnectApi"]

    queues = {name: outputs[f"{name}QueueUrl"] for name in ("Events", "Crm", "DeadLetter", "Quarantine", "ScheduleDeadLetter")}
    return World(
        post=post,
        ask_desk=ask_desk,
        connect_url=f"https://{hosts['ConnectApi']}",
        road=road,
        crm_secret=crm_secret,
        local_url=endpoints["connect"],
        dynamodb=boto3.client("dynamodb", endpoint_url=aws_url),
        table=outputs["TableName"],
        sqs=boto3.client("sqs", endpoint_url=aws_url),
        feed_url=queues["Crm"],
        events_url=queues["Events"],
        trouble_urls={name: queues[name] for name in ("DeadLetter", "Quarantine", "ScheduleDeadLetter")},
        arguments=[],
        variables=variables,
        tend=tend,
        patience=PATIENCE_SECONDS,
        is_cold=True,
    )


def signed(method, host, path, headers, body):
    """As the CRM signs: AWS Signature Version 4 for `execute-api`, by the keys of this shell."""
    request = AWSRequest(method, f"https://{host}{path}", headers={**headers, "Host": host}, data=body)
    keys = boto3.Session().get_credentials()
    SigV4Auth(keys, "execute-api", os.environ["AWS_REGION"]).add_auth(request)
    return dict(request.headers)

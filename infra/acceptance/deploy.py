"""Deploys the built template into ministack and sends one signed delivery through it, from the callback to the worker."""

import hashlib
import hmac
import io
import json
import pathlib
import re
import sys
import time
import urllib.error
import urllib.request
import zipfile

import boto3
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).parents[2]
STACK, BUCKET = "acceptance", "acceptance-code"
FUNCTIONS = ["Ingest", "Worker", "Caretaker", "Connect"]


class NoPolicies(ManagedPolicyLoader):
    """Our roles name no managed policies, so none have to be looked up in AWS."""

    def __init__(self):
        pass

    def load(self):
        return {}


def explode_routes(resources):
    """Writes the routes that SAM hides in an OpenAPI body as resources: ministack does not read the body."""
    for name, api in list(resources.items()):
        if api["Type"] != "AWS::ApiGatewayV2::Api" or "Body" not in api["Properties"]:
            continue
        body = api["Properties"].pop("Body")
        api["Properties"].update(Name=name, ProtocolType="HTTP")
        for path, methods in body["paths"].items():
            for method, operation in methods.items():
                key = re.sub(r"\W", "", name + method + path)
                resources[key + "Integration"] = {
                    "Type": "AWS::ApiGatewayV2::Integration",
                    "Properties": {
                        "ApiId": {"Ref": name},
                        "IntegrationType": "AWS_PROXY",
                        "IntegrationUri": operation["x-amazon-apigateway-integration"]["uri"],
                        "IntegrationMethod": "POST",
                        "PayloadFormatVersion": "2.0",
                    },
                }
                resources[key + "Route"] = {
                    "Type": "AWS::ApiGatewayV2::Route",
                    "Properties": {
                        "ApiId": {"Ref": name},
                        "RouteKey": f"{method.upper()} {path}",
                        "Target": {"Fn::Join": ["/", ["integrations", {"Ref": key + "Integration"}]]},
                    },
                }


def upload_code(s3):
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
    for function in FUNCTIONS:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(ROOT / ".aws-sam" / "build" / function / "bootstrap", "bootstrap")
        s3.put_object(Bucket=BUCKET, Key=f"{function}.zip", Body=packed.getvalue())


def deployable():
    template = yaml_parse((ROOT / "template.yaml").read_text())
    # A replaced default would do for AWS; the transform resolves parameters by itself only when they are given.
    template["Parameters"]["Architecture"]["Default"] = "x86_64"
    for function in FUNCTIONS:
        template["Resources"][function]["Properties"]["CodeUri"] = f"s3://{BUCKET}/{function}.zip"
    plain = transform(template, {}, NoPolicies())
    explode_routes(plain["Resources"])
    return json.dumps(plain)


def deploy(client):
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName=STACK, TemplateBody=deployable(), Capabilities=["CAPABILITY_IAM"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    outputs = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}


def post(aws_url, callback, body, signature):
    """Asks the deployed API by its name, which stands in the Host header."""
    host, path = re.fullmatch(r"https?://([^/]+)(/.*)", callback).groups()
    api = host.split(".")[0]
    request = urllib.request.Request(aws_url + path, body, method="POST")
    request.add_header("Host", f"{api}.execute-api.localhost:{aws_url.rsplit(':', 1)[1]}")
    request.add_header("Content-Type", "application/json")
    request.add_header("X-Hub-Signature-256", f"sha256={signature}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"    {what}: expected {wanted}, got {got}")
    print(f"    {what}: {got}")


def received(sqs, queue, seconds):
    """The first message of a queue, if one comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        messages = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5).get("Messages", [])
        if messages:
            return messages[0]["Body"]
    return None


def main(aws_url):
    def client(service):
        return boto3.client(service, endpoint_url=aws_url)

    upload_code(client("s3"))
    outputs = deploy(client)
    expect("outputs", sorted(outputs)[0], "CallbackUrl")

    apps = json.loads((ROOT / "events" / "world.json").read_text())["apps"]
    body = (ROOT / "events" / "webhook" / "message-text.json").read_bytes()
    sign = lambda secret: hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    right, wrong = sign(apps[0]["app_secrets"][0]), sign("not the secret")

    # 503 of the function where the secret cannot be read, 502 of the gateway where it is there and empty, as here.
    # Either way Meta delivers again.
    early = post(aws_url, outputs["CallbackUrl"], body, right)
    expect("a delivery before the secret has a value is put off", early // 100, 5)
    client("secretsmanager").put_secret_value(
        SecretId=outputs["MetaAppsSecretArn"], SecretString=json.dumps({"apps": apps})
    )
    expect("a delivery with a wrong signature", post(aws_url, outputs["CallbackUrl"], body, wrong), 401)
    expect("a delivery", post(aws_url, outputs["CallbackUrl"], body, right), 200)

    # Nobody connected the account, so the worker must keep the event for later.
    kept = received(client("sqs"), outputs["QuarantineQueueUrl"], seconds=60)
    expect("the event of an account that nobody connected is kept", kept is not None, True)


main(sys.argv[1])

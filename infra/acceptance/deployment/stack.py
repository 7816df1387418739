"""The stack: made from what `sam package` made of the template, of the code and of the templates that belong to it."""

import functools
import json
from urllib.parse import urlparse

from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from plain import explode_routes, plain, read

from .say import expect

NAME = "acceptance"
CERTIFICATE = "arn:aws:acm:sa-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555"


def is_lacking(resource):
    """What ministack's CloudFormation does not make: alarms that calculate, and budgets."""
    return resource["Type"] == "AWS::Budgets::Budget" or "Metrics" in resource["Properties"]


class Stack:
    def __init__(self, client, packaged, parameters):
        self.client, self.packaged, self.parameters = client, packaged, parameters
        self.cloudformation = client("cloudformation")

    def leave_out(self):
        """Takes out of the packaged nested templates what cannot be made."""
        s3 = self.client("s3")
        for resource in read(self.packaged)["Resources"].values():
            if resource["Type"] != "AWS::Serverless::Application":
                continue
            bucket, key = urlparse(resource["Properties"]["Location"]).path.lstrip("/").split("/", 1)
            nested = yaml_parse(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
            nested["Resources"] = {name: it for name, it in nested["Resources"].items() if not is_lacking(it)}
            s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(nested).encode())

    @functools.cached_property
    def url(self):
        """Where the template lies: it is longer than what a call may hold, for which SAM has a bucket, too."""
        template = read(self.packaged)
        # The transform resolves parameters by itself only when they are given; the architecture is looked at there.
        template["Parameters"]["Architecture"]["Default"] = self.parameters["Architecture"]
        transformed = plain(template)
        explode_routes(transformed["Resources"])
        self.client("s3").put_object(Bucket="code", Key=f"{NAME}.template", Body=json.dumps(transformed).encode())
        return f"https://s3.amazonaws.com/code/{NAME}.template"

    def arguments(self, parameters):
        return {
            "StackName": NAME,
            "TemplateURL": self.url,
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        }

    def make(self):
        self.cloudformation.create_stack(**self.arguments(self.parameters))
        self.wait_for("stack_create_complete")

    def change(self, parameters):
        self.parameters = self.parameters | parameters
        self.cloudformation.update_stack(**self.arguments(self.parameters))
        self.wait_for("stack_update_complete")

    def wait_for(self, end):
        waiter = self.cloudformation.get_waiter(end)
        waiter.wait(StackName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        described = self.cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}

    def refuses_nonsense(self):
        """The template's rules, before anything is made."""
        nonsense = {
            "a trust store without a domain": {"TruststoreVersion": "v1"},
            "a domain without a certificate": {"CallbackDomain": "hooks.example.org"},
            "a certificate without a domain": {"CertificateArn": CERTIFICATE},
            "the login's domain without a certificate": {"ConnectDomain": "conectar.example.org"},
            "one domain for both": {
                "CallbackDomain": "hooks.example.org",
                "CertificateArn": CERTIFICATE,
                "ConnectDomain": "hooks.example.org",
                "ConnectCertificateArn": CERTIFICATE,
            },
            "a budget that nobody is told of": {"MonthlyBudgetUsd": "50", "TicketTopicArn": ""},
            "a topic that is none": {"PageTopicArn": "alarms"},
            "a Graph API without TLS": {"GraphBaseUrl": "http://graph.instagram.com"},
        }
        for what, parameters in nonsense.items():
            try:
                self.cloudformation.create_stack(**self.arguments(self.parameters | parameters))
            except ClientError as refused:
                expect(f"refused: {what}", refused.response["Error"]["Code"], "ValidationError")
            else:
                expect(f"refused: {what}", "deployed", "ValidationError")

    def physical(self, logical, stack=NAME):
        """What a resource is really called."""
        found = self.cloudformation.describe_stack_resources(StackName=stack, LogicalResourceId=logical)
        return found["StackResources"][0]["PhysicalResourceId"]

    def resources(self, stack, kind=None):
        """Real names by logical ones of a nested stack's resources, all or those of a type."""
        found = self.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
        return {it["LogicalResourceId"]: it["PhysicalResourceId"] for it in found if kind in (None, it["ResourceType"])}

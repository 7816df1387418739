"""The template as CloudFormation gets it: what the SAM transform makes of it."""

import json
import logging
import pathlib
import re

from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).parents[2]

# The transform counts itself for AWS, and warns that it told nobody.
logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)


class NoPolicies(ManagedPolicyLoader):
    """Our roles name no managed policies, so none have to be looked up in AWS."""

    def __init__(self):
        pass

    def load(self):
        return {}


def plain(template):
    """Transforms a template whose code and nested templates lie in S3."""
    return transform(template, {}, NoPolicies())


def as_if_packaged(template):
    """What `sam package` does, without a bucket to put anything into."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://nowhere/{name}.zip"
        if resource["Type"] == "AWS::Serverless::Application":
            resource["Properties"]["Location"] = f"https://s3.amazonaws.com/nowhere/{name}.yaml"
    return template


def explode_routes(resources):
    """Writes what SAM hides in an OpenAPI body, routes above all, as resources: ministack does not read the body."""
    for name, api in list(resources.items()):
        if api["Type"] != "AWS::ApiGatewayV2::Api" or "Body" not in api["Properties"]:
            continue
        body = api["Properties"].pop("Body")
        api["Properties"].update(Name=name, ProtocolType="HTTP")
        for server in body.get("servers", []):
            closed = server["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"]
            api["Properties"]["DisableExecuteApiEndpoint"] = closed
        # What is made only sometimes has routes that are made only then.
        condition = {"Condition": api["Condition"]} if "Condition" in api else {}
        for path, methods in body["paths"].items():
            # SAM writes the condition into each route as well.
            methods = methods["Fn::If"][1] if "Fn::If" in methods else methods
            for method, operation in methods.items():
                operation = operation["Fn::If"][1] if "Fn::If" in operation else operation
                method = "any" if method == "x-amazon-apigateway-any-method" else method
                key = re.sub(r"\W", "", name + method + path)
                resources[key + "Integration"] = condition | {
                    "Type": "AWS::ApiGatewayV2::Integration",
                    "Properties": {
                        "ApiId": {"Ref": name},
                        "IntegrationType": "AWS_PROXY",
                        "IntegrationUri": operation["x-amazon-apigateway-integration"]["uri"],
                        "IntegrationMethod": "POST",
                        "PayloadFormatVersion": "2.0",
                    },
                }
                resources[key + "Route"] = condition | {
                    "Type": "AWS::ApiGatewayV2::Route",
                    "Properties": {
                        "ApiId": {"Ref": name},
                        "RouteKey": f"{method.upper()} {path}",
                        "Target": {"Fn::Join": ["/", ["integrations", {"Ref": key + "Integration"}]]},
                    },
                }


def read(path):
    return yaml_parse((ROOT / path).read_text())


if __name__ == "__main__":
    print(json.dumps(plain(as_if_packaged(read("template.yaml"))), indent=1))

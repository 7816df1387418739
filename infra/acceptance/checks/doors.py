"""The two APIs: who gets in, how fast, and what is written down about it."""

import json
import re

from .rust import ROOT, found, string

# Bytes a request; CloudWatch takes half a dollar for a GB of them.
MOST_LOGGED = 120
# Nothing else of $context: it has addresses, agents, certificates and whole paths too.
LOGGED = {"requestId", "routeKey", "status", "integration.integrationStatus", "responseLatency"}
LONGEST = {
    "requestId": "JKJaXmPLvHcESHA=",
    "routeKey": "POST /api/webhook/instagram/{app}",
    "status": "200",
    "integration.integrationStatus": "200",
    "responseLatency": "6000",
}


def pages():
    """What connect answers, as its router has it."""
    path = "functions/connect/src/route.rs"
    source = (ROOT / path).read_text()
    arms = re.findall(r'^\s*([A-Z_]+|"[^"]+") => \(Action::\w+, "(\w+)"\)', source, re.MULTILINE)
    return {(method, name.strip('"') if name.startswith('"') else string(path, name)) for name, method in arms}


def logged(log_format):
    """A line of the access log at its longest."""
    return re.sub(r"\$context\.([A-Za-z.]*[A-Za-z])", lambda variable: LONGEST.get(variable.group(1), "?"), log_format)


# What the gateway says of a request (status, Lambda's status), and whether the function never ran although it should have.
REFUSALS = {
    (413, "-"): True,
    (429, "-"): True,
    (500, "-"): True,
    (504, "-"): True,
    # Lambda had no instance to spare.
    (503, "429"): True,
    (200, "200"): False,
    (401, "200"): False,
    # The function's own words.
    (413, "200"): False,
    (503, "200"): False,
    # Strangers.
    (403, "-"): False,
    (404, "-"): False,
}


def counts(pattern, status, of_lambda):
    """Whether a filter pattern counts a line: its operators are Python's but for the names of three."""
    inner = re.fullmatch(r"\{ (.+) \}", pattern).group(1)
    condition = re.sub(r"(?<![!<>])=", "==", inner.replace(">=", "≥")).replace("≥", ">=")
    condition = re.sub(r"\$\.(\w+)", r"line['\1']", condition.replace("&&", "and").replace("||", "or"))
    return eval(condition, {"line": {"status": status, "lambda": of_lambda}})


def check(template):
    callback, connect, desk = (template.properties[api] for api in ("HttpApi", "ConnectApi", "DeskApi"))
    path = string("functions/ingest/src/route.rs", "PATH")
    log_format = callback["AccessLogSettings"]["Format"]
    line = logged(log_format)
    refused = template.properties["GatewayRefused"]
    knows = set(re.findall(r"\$\.(\w+)", refused["FilterPattern"])) <= set(json.loads(line))
    domain = template.properties["CallbackDomainName"]["MutualTlsAuthentication"]["Fn::If"]
    bucket, policy = template.properties["TruststoreBucket"], template.properties["TruststoreBucketPolicy"]
    name = found("functions/ingest/src/certificate.rs", r'has_common_name\(Some\(subject\), "([^"]+)"\)', "common name")
    throttled = {"HttpApi": ("CallbackRate", "CallbackBurst"), "ConnectApi": ("ConnectRate", "ConnectBurst"), "DeskApi": ("DeskRate", "DeskBurst")}
    put = (ROOT / "infra/truststore/put").read_text()
    return {
        "both callbacks answer GET and POST, and nothing else does": set(template.routes("Ingest"))
        == {(method, path + app) for method in ("GET", "POST") for app in ("", "/{app}")},
        "connect has its pages and no others": set(template.routes("Connect")) == pages(),
        # Browsers have no client certificate, and query strings hold tickets and codes.
        "each of the three has an API of its own": all(
            route["ApiId"] == {"Ref": api}
            for function, api in (("Ingest", "HttpApi"), ("Connect", "ConnectApi"), ("Desk", "DeskApi"))
            for route in template.routes(function).values()
        ),
        # Everything below /v1, and nobody without a signature that the account's policies let in.
        "the desk is asked by signed requests alone": set(template.routes("Desk")) == {("ANY", "/v1/{proxy+}")}
        and desk["Auth"] == {"EnableIamAuthorizer": True, "DefaultAuthorizer": "AWS_IAM"}
        and not any("Auth" in route for route in template.routes("Desk").values()),
        "no request of the CRM is written down by the gateway": "AccessLogSettings" not in desk,
        "all APIs are throttled": all(
            template.properties[api]["DefaultRouteSettings"]
            == {"ThrottlingRateLimit": {"Ref": rate}, "ThrottlingBurstLimit": {"Ref": burst}}
            for api, (rate, burst) in throttled.items()
        ),
        "a burst is a second's requests or more": all(
            template.parameters[burst]["Default"] >= template.parameters[rate]["Default"]
            for rate, burst in throttled.values()
        ),
        "no request to the login's pages is written down": "AccessLogSettings" not in connect,
        "the access log holds nothing of the person or the request but its route": set(
            re.findall(r"\$context\.([A-Za-z.]*[A-Za-z])", log_format)
        )
        == LOGGED
        and log_format.count("$") == len(LOGGED),
        "the access log is JSON": isinstance(json.loads(line), dict),
        f"a line of the access log is short ({len(line)} bytes)": len(line) < MOST_LOGGED,
        "the access log goes to its own group and is not kept for ever": callback["AccessLogSettings"]["DestinationArn"]
        == {"Fn::GetAtt": ["CallbackLogs", "Arn"]},
        "what the gateway refuses is counted from the access log": refused["LogGroupName"] == {"Ref": "CallbackLogs"} and knows,
        "only what the gateway refused is counted": knows
        and all(
            counts(refused["FilterPattern"], *line) == refusal for line, refusal in REFUSALS.items()
        ),
        "no count of refusals has a dimension": "Dimensions" not in str(refused["MetricTransformations"]),
        "the generated name is closed as soon as certificates are asked for": callback["DisableExecuteApiEndpoint"]
        == {"Fn::If": ["HasMtls", True, False]}
        and domain[0] == "HasMtls",
        "the trust store is named by its version": domain[1]
        == {
            "TruststoreUri": {"Fn::Sub": "s3://${TruststoreBucket}/truststore.pem"},
            "TruststoreVersion": {"Ref": "TruststoreVersion"},
        }
        and "--key truststore.pem" in put
        and "TruststoreBucketName" in put
        and "TruststoreBucketName" in template.outputs,
        "ingest checks the certificate's name when there is one": template.properties["Ingest"]["Environment"]["Variables"][
            "MTLS_COMMON_NAME"
        ]["Fn::If"][:2]
        == ["HasMtls", name],
        "the trust store has versions and is private": bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        and set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        and len(bucket["PublicAccessBlockConfiguration"]) == 4
        and bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "the trust store is reached by TLS only": [
            (statement["Effect"], statement["Condition"]) for statement in policy["PolicyDocument"]["Statement"]
        ]
        == [("Deny", {"Bool": {"aws:SecureTransport": "false"}})],
    }

"""What no linter knows: the numbers that belong together, and that no permission is wider than it needs to be."""

import sys

from samtranslator.yaml_helper import yaml_parse

template = yaml_parse(open(sys.argv[1]))
resources = template["Resources"]
properties = {name: resource["Properties"] for name, resource in resources.items()}
events, dead, quarantine = (properties[name] for name in ("EventsQueue", "DeadLetterQueue", "QuarantineQueue"))
ingest, worker, caretaker, table = (properties[name] for name in ("Ingest", "Worker", "Caretaker", "Table"))
crm = properties["CrmQueue"]
schedule = properties["CaretakerSchedule"]
mapping = worker["Events"]["Queue"]["Properties"]
routes = {(e["Properties"]["Method"], e["Properties"]["Path"]): e["Properties"] for e in ingest["Events"].values()}

connect = properties["Connect"]
pages = {(e["Properties"]["Method"], e["Properties"]["Path"]): e["Properties"] for e in connect["Events"].values()}

CALLBACK = "/api/webhook/instagram"
# As functions/connect/src/route.rs has them.
PAGES = {
    ("GET", "/connect/start"),
    ("POST", "/connect/go"),
    ("GET", "/connect/callback"),
    ("POST", "/connect/deauthorize"),
    ("POST", "/connect/deletion"),
    ("GET", "/connect/deletion-status"),
    ("GET", "/connect/privacy"),
}
DAYS = 86_400

# Both linters let a wrong word pass here, and AWS would then serve 300 calls a second in all.
HIGH_THROUGHPUT = {"FifoQueue": True, "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}

# What `vault` seals tokens with.
TOKENS_ONLY = {"StringEquals": {"kms:EncryptionContext:purpose": "instagram-token"}}

checks = {
    "ingest outlives its budget of 4 s": ingest["Timeout"] > 4,
    "ingest ends before Meta gives up (5 s)": ingest["Timeout"] <= 5,
    "the gateway waits longer than ingest may take": all(
        route["TimeoutInMillis"] > ingest["Timeout"] * 1000 for route in routes.values()
    ),
    "both callbacks answer GET and POST, and nothing else does": set(routes)
    == {(method, CALLBACK + app) for method in ("GET", "POST") for app in ("", "/{app}")},
    "connect outlives its budget of 26 s": connect["Timeout"] > 26,
    "the gateway waits longer than connect may take, and no longer than it can": all(
        connect["Timeout"] * 1000 < page["TimeoutInMillis"] < 30_000 for page in pages.values()
    ),
    "connect has its pages and no others": set(pages) == PAGES,
    # Browsers have no client certificate, and query strings hold tickets and codes.
    "the login's pages have an API of their own": all(page["ApiId"] == {"Ref": "ConnectApi"} for page in pages.values())
    and all(route["ApiId"] == {"Ref": "HttpApi"} for route in routes.values()),
    "no request to the login's pages is written down": "AccessLogSettings" not in properties["ConnectApi"],
    "connect seals tokens and opens none": "kms:Decrypt" not in str(properties["ConnectRole"]),
    "a worker ends before its lease of 40 s": worker["Timeout"] < 40,
    "the worker has its 30 s": worker["Timeout"] == 30,
    "visibility is six times the worker's time or more": events["VisibilityTimeout"] >= 6 * worker["Timeout"],
    "the caretaker has its 60 s": caretaker["Timeout"] == 60,
    "the caretaker comes every minute": schedule["ScheduleExpression"] == "rate(1 minute)",
    # The next minute is the repetition; two of each would only run side by side.
    "no run of the caretaker is repeated": schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
    and caretaker["EventInvokeConfig"]["MaximumRetryAttempts"] == 0,
    "a schedule that cannot reach its function says so": "DeadLetterConfig" in schedule["Target"],
    "an event is received 8 times before it is given up": events["RedrivePolicy"]["maxReceiveCount"] == 8,
    "the events queue has high throughput": HIGH_THROUGHPUT.items() <= events.items(),
    "the dead-letter queue has high throughput": HIGH_THROUGHPUT.items() <= dead.items(),
    "the CRM's queue has high throughput": HIGH_THROUGHPUT.items() <= crm.items(),
    "the CRM may be away for 14 days": crm["MessageRetentionPeriod"] == 14 * DAYS and crm["SqsManagedSseEnabled"] is True,
    "a parameter switches the CRM's queue off": resources["CrmQueue"].get("Condition") == "HasCrmFeed"
    and "HasCrmFeed" in str(caretaker["Environment"]["Variables"]["CRM_QUEUE_URL"]),
    "a token's end is alarmed 7 and 2 days before": sorted(
        alarm["Threshold"] for alarm in properties.values() if alarm.get("MetricName") == "TokenDaysLeft"
    )
    == [2, 7],
    "quarantine keeps its messages for 14 days": quarantine["MessageRetentionPeriod"] == 14 * DAYS,
    "given-up events keep for 14 days": dead["MessageRetentionPeriod"] == 14 * DAYS,
    "one failed record does not return its batch": mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"],
    # A filter deletes what it does not match.
    "no filter on the events queue": "FilterCriteria" not in mapping,
    "the table outlives its stack": resources["Table"].get("DeletionPolicy") == "Retain",
    "the table can be restored to any point in time": table["PointInTimeRecoverySpecification"]
    == {"PointInTimeRecoveryEnabled": True},
    "items expire by `expires_at`": table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True},
    "the table has no stream": "StreamSpecification" not in table,
    "functions are small": template["Globals"]["Function"]["MemorySize"] == 128,
}

for name, role in properties.items():
    if resources[name]["Type"] != "AWS::IAM::Role":
        continue
    checks[f"{name} has no managed policy"] = "ManagedPolicyArns" not in role
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            if "Fn::If" in statement:
                # One that a parameter takes away: what stands if it does not.
                statement = statement["Fn::If"][1]
            checks[f"{name}: {statement['Action']} has no wildcard"] = "*" not in str(statement)
            if "kms:" in str(statement["Action"]):
                checks[f"{name} opens and seals nothing but tokens"] = statement["Condition"] == TOKENS_ONLY

for name, function in properties.items():
    if resources[name]["Type"] == "AWS::Serverless::Function":
        # Otherwise SAM writes a role with wildcards of its own.
        checks[f"{name} has a role of its own"] = "Role" in function and "Policies" not in function

failed = [check for check, holds in checks.items() if not holds]
sys.exit("".join(f"\n    not so: {check}" for check in failed) if failed else 0)

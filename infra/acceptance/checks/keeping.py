"""What is kept, how long, and what outlives its stack."""

import json

from .rust import ROOT

# What nobody can make again. Whatever holds a name of its own would be in the way of the next stack of that name.
OUTLIVES = {
    "Table": "TableName",
    "TableKey": None,
    "TokenKey": None,
    "MetaAppsSecret": "Name",
    "CrmSecret": "Name",
    "TruststoreBucket": "BucketName",
    "TruststoreBucketPolicy": None,
}
SHARED = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "TimeToLiveSpecification", "BillingMode")


def check(template):
    table = template.properties["Table"]
    local = json.loads((ROOT / "crates/store/src/table.json").read_text())
    checks = {
        "the table is the local stack's": all(table[part] == local[part] for part in SHARED),
        "the table can be restored to any point in time": table["PointInTimeRecoverySpecification"]
        == {"PointInTimeRecoveryEnabled": True},
        "the table cannot be deleted by a slip": table["DeletionProtectionEnabled"] is True
        # Or the stack would try to delete a table that is protected, when its creation fails.
        and template.resources["Table"]["DeletionPolicy"] == "Retain",
        "the table lies under its own key": table["SSESpecification"]
        == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Fn::GetAtt": ["TableKey", "Arn"]}},
        "the table has no stream": "StreamSpecification" not in table,
    }
    for name, named_by in OUTLIVES.items():
        resource = template.resources[name]
        checks[f"{name} outlives its stack"] = resource.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")
        checks[f"{name} outlives its replacement"] = resource.get("UpdateReplacePolicy") == "Retain"
        checks[f"{name} has a generated name"] = named_by not in resource["Properties"]
    for name, group in template.of_type("AWS::Logs::LogGroup").items():
        checks[f"{name} is kept as long as the parameter says"] = group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    return checks

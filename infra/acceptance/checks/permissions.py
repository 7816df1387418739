"""No role may do more than its function does."""

from .rust import string

PURPOSE = {"kms:EncryptionContext:purpose": string("crates/vault/src/lib.rs", "PURPOSE")}
# What each role does with tokens. Only those that call Meta for an account that is connected open any.
TOKENS = {
    "ConnectRole": {"kms:Encrypt"},
    "WorkerRole": {"kms:Decrypt"},
    "DeskRole": {"kms:Decrypt"},
    "CaretakerRole": {"kms:Decrypt", "kms:Encrypt"},
}
# Through DynamoDB only, and for this table only.
TABLE = {
    "kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.amazonaws.com"},
    "kms:EncryptionContext:aws:dynamodb:tableName": {"Ref": "Table"},
}
TOKEN_KEY, TABLE_KEY = ({"Fn::GetAtt": [key, "Arn"]} for key in ("TokenKey", "TableKey"))


def actions(statement):
    action = statement["Action"]
    return {action} if isinstance(action, str) else set(action)


def statements(role):
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            # One that a parameter takes away: what stands if it does not.
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def check(template):
    checks = {}
    for name, role in template.of_type("AWS::IAM::Role").items():
        checks[f"{name} has no managed policy"] = "ManagedPolicyArns" not in role
        opens, reads_table, on_tokens = False, False, set()
        for number, statement in enumerate(statements(role), 1):
            which = f"{name}, statement {number}"
            checks[f"{which}: {statement['Action']} has no wildcard"] = "*" not in str(statement)
            checks[f"{which}: {statement['Action']} is allowed"] = statement["Effect"] == "Allow"
            reads_table |= any(action.startswith("dynamodb:") for action in actions(statement))
            if not any(action.startswith("kms:") for action in actions(statement)):
                continue
            condition = statement["Condition"]
            if statement["Resource"] == TOKEN_KEY:
                checks[f"{which} opens and seals nothing but tokens"] = condition == {"StringEquals": PURPOSE}
                on_tokens |= actions(statement)
            else:
                opens = True
                checks[f"{which} opens the table through DynamoDB alone"] = (
                    statement["Resource"] == TABLE_KEY
                    and actions(statement) == {"kms:Decrypt"}
                    and condition == {"StringEquals": TABLE}
                )
        checks[f"{name} does with tokens what it is for"] = on_tokens == TOKENS.get(name, set())
        checks[f"{name} can open the table's key if it reads the table, and else not"] = opens == reads_table
    for name, function in template.of_type("AWS::Serverless::Function").items():
        # Otherwise SAM writes a role with wildcards of its own.
        checks[f"{name} has a role of its own"] = function["Role"] == {"Fn::GetAtt": [name + "Role", "Arn"]} and (
            "Policies" not in function
        )
        checks[f"{name} writes its own log"] = function["LoggingConfig"] == {"LogGroup": {"Ref": name + "Logs"}}
    for name, key in template.of_type("AWS::KMS::Key").items():
        # A key that named roles, which name the key, would close a circle.
        checks[f"{name} leaves the decision to the account and to nobody else"] = [
            statement["Principal"] for statement in key["KeyPolicy"]["Statement"]
        ] == [{"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}]
        checks[f"{name} is turned over every year"] = key["EnableKeyRotation"] is True
    return checks

"""How many of each function run at once."""

FUNCTIONS = ("Ingest", "Worker", "Caretaker", "Connect", "Desk")
# A request to ingest takes 25 ms at 128 MB: a few of computing at that share of a processor, the rest is SQS.
INGEST_SECONDS = 0.025
# New AWS accounts have no more, and Lambda reserves nothing of it.
SMALLEST_ACCOUNT = 10


def check(template):
    sizes, parameters = template.sizes, template.parameters
    mapping = template.properties["Worker"]["Events"]["Queue"]["Properties"]
    of_size = lambda what: {"Fn::FindInMap": ["Sizes", {"Ref": "Size"}, what]}
    reserving = {name: size for name, size in sizes.items() if name != "shared"}
    total = [sum(size[name + "Reserved"] for name in FUNCTIONS) for size in reserving.values()]
    checks = {
        "every size can be chosen": list(sizes) == parameters["Size"]["AllowedValues"],
        "the mapping keeps to its size": mapping["ScalingConfig"] == {"MaximumConcurrency": of_size("WorkerAtOnce")},
        "a mapping may be told no less than 2": all(size["WorkerAtOnce"] >= 2 for size in sizes.values()),
        "the smallest account has room for all": sizes["shared"]["WorkerAtOnce"] <= SMALLEST_ACCOUNT // 2,
        "shared reserves nothing": not any(sizes["shared"][name + "Reserved"] for name in FUNCTIONS),
        "the worker's reservation is above what its mapping starts": all(
            size["WorkerReserved"] > size["WorkerAtOnce"] for size in reserving.values()
        ),
        "two runs of the caretaker may overlap, and a person start a third": all(
            size["CaretakerReserved"] == 3 for size in reserving.values()
        ),
        "ingest serves what the gateway lets in": all(
            size["IngestReserved"] / INGEST_SECONDS > parameters["CallbackRate"]["Default"] for size in reserving.values()
        ),
        "a larger size is larger": all(
            smaller[what] <= larger[what]
            for smaller, larger in zip(sizes.values(), list(sizes.values())[1:])
            for what in smaller
        ),
        "the description of Size has the sums": "{}, {} or {} of it".format(*total) in parameters["Size"]["Description"],
    }
    for name in FUNCTIONS:
        checks[f"{name} keeps to its size, and is not switched off by a reservation of 0"] = template.properties[name][
            "ReservedConcurrentExecutions"
        ] == {"Fn::If": ["IsReserved", of_size(name + "Reserved"), {"Ref": "AWS::NoValue"}]}
    checks["only shared reserves nothing"] = template.document["Conditions"]["IsReserved"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "Size"}, "shared"]}]
    }
    checks["functions are small"] = template.document["Globals"]["Function"]["MemorySize"] == 128
    return checks

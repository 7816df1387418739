"""Compares what the policy checker found with the exceptions: neither may have anything that the other has not."""

import json
import pathlib
import sys

import yaml

HERE = pathlib.Path(__file__).parent


def excepted(text):
    """Check and resource of each exception, with its reason."""
    pairs = {}
    for entry in yaml.safe_load(text):
        if set(entry) != {"check", "resources", "why"} or not entry["why"].strip():
            sys.exit(f"    an exception needs check, resources and why: {entry}")
        for resource in entry["resources"]:
            if (entry["check"], resource) in pairs:
                sys.exit(f"    two exceptions for {entry['check']} at {resource}")
            pairs[entry["check"], resource] = entry["why"]
    return pairs


def main(findings, files):
    report = json.loads(pathlib.Path(findings).read_text())
    results = report["results"]
    failed = results["failed_checks"]
    # A template that cannot be read has no faults, and one without resources has none either.
    unread = results.get("parsing_errors") or []
    looked_at = {check["file_path"] for check in results["passed_checks"] + failed}
    if unread or report["summary"]["passed"] == 0:
        sys.exit(f"    could not be read: {unread}")
    found = {(check["check_id"], check["resource"].split(".")[-1]): check["check_name"] for check in failed}
    reasons = excepted((HERE / "policy-exceptions.yaml").read_text())
    unsafe, needless = sorted(found.keys() - reasons.keys()), sorted(reasons.keys() - found.keys())
    problems = [f"{check} at {resource}: {found[check, resource]}" for check, resource in unsafe]
    problems += [f"no longer needed: {check} at {resource}" for check, resource in needless]
    if problems:
        sys.exit("".join(f"\n    {problem}" for problem in problems))
    print(
        f"    {report['summary']['passed']} checks passed on {report['summary']['resource_count']} resources, "
        f"{len(reasons)} are excepted with a reason (of {files} templates, {len(looked_at)} have something to check)"
    )


main(*sys.argv[1:])

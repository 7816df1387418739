"""Writes the bill of materials of one function: the crates that are linked into its bootstrap, as CycloneDX 1.6.

Of our own, because the usual tool (cargo-cyclonedx 0.5.9) goes by `cargo metadata`, which unites the features of the whole
workspace: it names 54 crates for ingest that are not in it. `cargo tree` resolves as the build of one package does.
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tomllib

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

MACHINES = {62: "x86_64-unknown-linux-gnu", 183: "aarch64-unknown-linux-gnu"}
FEWEST = 50


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def target_of(bootstrap):
    """The ELF header says for what machine a file is."""
    header = bootstrap[:20]
    machine = int.from_bytes(header[18:20], "little")
    if header[:4] != b"\x7fELF" or machine not in MACHINES:
        sys.exit("    the bootstrap is no program for Lambda")
    return MACHINES[machine]


def linked(package, target):
    """What is linked: name and version of each crate, with its features and what it uses itself."""
    tree = run("cargo", "tree", "--locked", "--package", package, "--target", target, "--edges", "normal,no-proc-macro",
               "--prefix", "depth", "--format", "\t{p}\t{f}")
    crates, path = {}, []
    for line in tree.splitlines():
        depth, name, features = line.split("\t")
        name, version = name.split(" ")[:2]
        crate = (name, version.removeprefix("v"))
        del path[int(depth):]
        if path:
            crates[path[-1]]["uses"].add(crate)
        path.append(crate)
        # (*) stands where a crate came before, with all below it.
        names = features.removesuffix("(*)").strip()
        crates.setdefault(crate, {"features": set(), "uses": set()})["features"].update(names.split(",") if names else [])
    return crates


def licences(target):
    """What each package says of itself."""
    packages = json.loads(run("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target))["packages"]
    # The slash is how expressions were once written.
    return {(each["name"], each["version"]): (each["license"] or "").replace("/", " OR ") for each in packages}


def locked():
    """Each package of Cargo.lock with its checksum; ours have none."""
    return {(each["name"], each["version"]): each.get("checksum") for each in tomllib.loads(
        pathlib.Path("Cargo.lock").read_text())["package"]}


def purl(crate):
    return f"pkg:cargo/{crate[0]}@{crate[1]}"


def component(crate, about, licence, checksum):
    found = {"type": "library", "bom-ref": purl(crate), "name": crate[0], "version": crate[1], "scope": "required"}
    if checksum:
        found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    found["licenses"] = [{"expression": licence}]
    if checksum:
        # Ours are published nowhere, and may bear the name of somebody's crate.
        found["purl"] = purl(crate)
    if about["features"]:
        found["properties"] = [{"name": "cargo:features", "value": ",".join(sorted(about["features"]))}]
    return found


def bill(package, bootstrap, builder):
    target = target_of(bootstrap)
    crates, licence, checksum = linked(package, target), licences(target), locked()
    top = next(crate for crate in crates if crate[0] == package)
    strangers = [purl(crate) for crate in crates if crate not in checksum]
    if strangers:
        sys.exit(f"    not in Cargo.lock: {strangers}")
    unlicensed = [purl(crate) for crate in crates if not licence[crate]]
    if unlicensed:
        sys.exit(f"    without a licence: {unlicensed}")
    builders = [("rustc", run("rustc", "--version")), ("cargo-lambda", run(builder, "lambda", "--version"))]
    application = component(top, crates[top], licence[top], None) | {
        "type": "application",
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(bootstrap).hexdigest()}],
    }
    application.setdefault("properties", []).append({"name": "cdx:rustc:sbom:target:triple", "value": target})
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {"components": [
                {"type": "application", "name": name, "version": version.split(" ")[1].strip()} for name, version in builders
            ]},
            "component": application,
        },
        "components": [
            component(crate, crates[crate], licence[crate], checksum[crate]) for crate in sorted(crates) if crate != top
        ],
        "dependencies": [
            {"ref": purl(crate), "dependsOn": [purl(used) for used in sorted(crates[crate]["uses"])]} for crate in sorted(crates)
        ],
    }


def named_in(bootstrap):
    """Crates whose sources the program's panic messages name; infra/rustc gives them these paths."""
    found = re.findall(rb"/crates/([A-Za-z0-9_-]+?)-(\d+\.\d+\.\d+[A-Za-z0-9.+-]*)/", bootstrap)
    return {(name.decode(), version.decode()) for name, version in found}


def main(package, bootstrap, builder, out):
    program = pathlib.Path(bootstrap).read_bytes()
    made = bill(package, program, builder)
    text = json.dumps(made, indent=1, sort_keys=True) + "\n"
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong:
        sys.exit(f"    {package}: not as the schema of CycloneDX asks: {wrong}")
    parts = {(each["name"], each["version"]) for each in made["components"]}
    if len(parts) <= FEWEST:
        sys.exit(f"    {package}: {len(parts)} components are too few to be all")
    named = named_in(program)
    if not named or not named <= parts:
        sys.exit(f"    {package}: the program names crates that the bill does not: {sorted(named - parts) or 'none found'}")
    pathlib.Path(out).write_text(text)
    print(f"    {package}: {len(parts)} components, {len(named)} of them named by the program itself; {len(text) // 1024} KiB")


main(*sys.argv[1:])

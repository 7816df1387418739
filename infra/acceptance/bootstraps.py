"""Looks into built functions: for the right machine, at home on Amazon Linux 2023, and without a word about who built them.

Also packs them: the same program always gives the same zip.
"""

import argparse
import hashlib
import io
import pathlib
import re
import sys
import zipfile

MACHINES = {"x86_64": 62, "arm64": 183}
# Amazon Linux 2023 has glibc 2.34.
NEWEST_GLIBC = (2, 34)
# Where ZIP's calendar begins.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def packed(program):
    """The zip that Lambda takes, with nothing in it that the clock or the file system chose."""
    out = io.BytesIO()
    entry = zipfile.ZipInfo("bootstrap", NO_TIME)
    entry.create_system = 3
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, program, compresslevel=9)
    return out.getvalue()


def words_around(program, found):
    text = re.search(rb"[\x20-\x7e]*" + re.escape(found) + rb"[\x20-\x7e]{0,80}", program).group()
    return text[-160:].decode()


def look(program, architecture, forbidden):
    if program[:4] != b"\x7fELF" or int.from_bytes(program[18:20], "little") != MACHINES[architecture]:
        return f"no program for {architecture}"
    glibc = max(tuple(map(int, version.split(b"."))) for version in re.findall(rb"GLIBC_(\d+\.\d+)", program))
    if glibc > NEWEST_GLIBC:
        return f"asks for glibc {glibc[0]}.{glibc[1]}"
    for path in forbidden:
        if path.encode() in program:
            return f"names {path}: {words_around(program, path.encode())}"
    print(f"    {architecture}, glibc {glibc[0]}.{glibc[1]}, zip of {len(packed(program)) // 1024} KiB,"
          f" SHA-256 {hashlib.sha256(program).hexdigest()}")
    return None


def texts(program):
    return set(re.findall(rb"[\x20-\x7e]{6,}", program))


def compare(one, other):
    """What sets two builds apart, for whoever has to find the cause."""
    if one == other and packed(one) == packed(other):
        return None
    first = next((at for at, (left, right) in enumerate(zip(one, other)) if left != right), min(len(one), len(other)))
    only = [text[:100].decode() for text in sorted(texts(one) ^ texts(other))[:10]]
    return f"{len(one)} and {len(other)} bytes, apart from byte {first}; in one of them only: {only}"


arguments = argparse.ArgumentParser()
arguments.add_argument("program", type=pathlib.Path)
arguments.add_argument("--architecture", choices=MACHINES)
arguments.add_argument("--forbid", action="append", default=[], help="a path that must not stand in it")
arguments.add_argument("--same-as", type=pathlib.Path)
asked = arguments.parse_args()
content = asked.program.read_bytes()
wrong = None
if asked.architecture:
    wrong = look(content, asked.architecture, [path for path in asked.forbid if path not in ("", "/")])
if asked.same_as and not wrong:
    wrong = compare(content, asked.same_as.read_bytes())
if wrong:
    sys.exit(f"    {asked.program}: {wrong}")

"""Meta's CA: what `infra/truststore/put` refuses, and that the gateway is told of what it took."""

import os
import re
import subprocess

from plain import ROOT

from .say import expect
from .stack import CERTIFICATE, NAME

PUT = ROOT / "infra" / "truststore" / "put"


def openssl(folder, name, *arguments):
    """A certificate with a key of its own that signs itself; the path of both in PEM."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key]
        + ["-out", certificate, "-subj", f"/O=Acceptance/CN={name}", *arguments],
        check=True,
        capture_output=True,
    )
    return certificate, key


def put(aws_url, *arguments):
    environment = os.environ | {"AWS_ENDPOINT_URL": aws_url}
    return subprocess.run([PUT, *arguments], env=environment, capture_output=True, text=True)


def check(client, stack, aws_url, folder):
    good, key = openssl(folder, "ca")
    other, _ = openssl(folder, "second-ca")
    expired, _ = openssl(folder, "expired-ca", "-days", "-1")
    leaf, _ = openssl(folder, "no-ca", "-addext", "basicConstraints=critical,CA:FALSE")
    empty, text, both, torn = (folder / name for name in ("empty.pem", "text.pem", "both.pem", "torn.pem"))
    empty.write_bytes(b"")
    text.write_text("<html>sign in to download</html>\n")
    both.write_bytes(good.read_bytes() + key.read_bytes())
    torn.write_text("".join(good.read_text().splitlines(keepends=True)[:3]) + "-----END CERTIFICATE-----\n")
    mixed = folder / "mixed.pem"
    mixed.write_bytes(good.read_bytes() + expired.read_bytes())
    refusals = {
        "a file that is not there": (folder / "nowhere.pem", "cannot be read"),
        "an empty file": (empty, "is empty"),
        "a page instead of the file": (text, "holds no certificate"),
        "an expired certificate": (expired, "certificate 1 has expired"),
        "an expired certificate behind a good one": (mixed, "certificate 2 has expired"),
        "a certificate that is no CA's": (leaf, "is no CA's"),
        "a torn certificate": (torn, "certificate 1 cannot be read"),
        "a private key in it": (both, "holds a private key"),
    }
    for what, (file, reason) in refusals.items():
        answer = put(aws_url, "--stack", NAME, file)
        expect(f"not trusted: {what}", (answer.returncode, reason in answer.stderr), (1, True))
    expect("not trusted: for a stack that is not there", put(aws_url, "--stack", "nobody", good).returncode != 0, True)
    bucket = stack.outputs["TruststoreBucketName"]
    expect("objects in the bucket so far", client("s3").list_objects_v2(Bucket=bucket)["KeyCount"], 0)

    bundle = folder / "bundle.pem"
    bundle.write_bytes(b"Meta's CA\r\n" + (good.read_bytes() + other.read_bytes()).replace(b"\n", b"\r\n"))
    answer = put(aws_url, "--stack", NAME, bundle)
    expect("two certificates, with Windows' line ends", answer.returncode, 0)
    expect("both are shown", [f"CN = {name}" in answer.stdout for name in ("ca", "second-ca")], [True, True])
    version = re.search(r"TruststoreVersion=(\S+)", answer.stdout).group(1)
    stored = client("s3").get_object(Bucket=bucket, Key="truststore.pem", VersionId=version)["Body"].read()
    expect("the certificates are stored, and nothing else", stored == good.read_bytes() + other.read_bytes(), True)

    stack.change({"CallbackDomain": "hooks.example.org", "CertificateArn": CERTIFICATE, "TruststoreVersion": version})
    gateway = client("apigatewayv2")
    mutual = gateway.get_domain_name(DomainName="hooks.example.org")["MutualTlsAuthentication"]
    expect(
        "the gateway trusts that version",
        (mutual["TruststoreUri"], mutual["TruststoreVersion"]),
        (f"s3://{bucket}/truststore.pem", version),
    )
    expect("the generated name is closed", gateway.get_api(ApiId=stack.physical("HttpApi"))["DisableExecuteApiEndpoint"], True)
    mapped = gateway.get_api_mappings(DomainName="hooks.example.org")["Items"]
    expect("the domain leads to the callback", [it["ApiId"] for it in mapped], [stack.physical("HttpApi")])
    variables = client("lambda").get_function_configuration(FunctionName=stack.physical("Ingest"))["Environment"]["Variables"]
    expect("ingest checks the name", variables["MTLS_COMMON_NAME"], "client.webhooks.fbclientcerts.com")
    expect("the callback's address", stack.outputs["CallbackUrl"], "https://hooks.example.org/api/webhook/instagram")

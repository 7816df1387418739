"""Meta's CA: what `infra/truststore/put` refuses, and that the gateway is told of what it took."""

import datetime
import os
import re
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from plain import ROOT

from .say import expect
from .stack import CERTIFICATE, NAME

PUT = ROOT / "infra" / "truststore" / "put"


def certificate(folder, name, days=30, is_ca=True):
    """A certificate that signs itself, and its key; the paths of both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(ends - datetime.timedelta(days=60))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def put(aws_url, *arguments):
    environment = os.environ | {"AWS_ENDPOINT_URL": aws_url}
    return subprocess.run([PUT, *arguments], env=environment, capture_output=True, text=True)


def check(client, stack, aws_url, folder):
    good, key = certificate(folder, "ca")
    other, _ = certificate(folder, "second-ca")
    expired, _ = certificate(folder, "expired-ca", days=-1)
    leaf, _ = certificate(folder, "no-ca", is_ca=False)
    empty, text, both, torn = (folder / name for name in ("empty.pem", "text.pem", "both.pem", "torn.pem"))
    empty.write_bytes(b"")
    text.write_text("<html>sign in to download</html>\n")
    both.write_bytes(good.read_bytes() + key.read_bytes())
    torn.write_text("".join(good.read_text().splitlines(keepends=True)[:3]) + "-----END DOMAIN_CERTIFICATE-----\n")
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
    callback = gateway.get_api(ApiId=stack.physical("HttpApi"))
    expect("the generated name is closed", callback["DisableExecuteApiEndpoint"], True)
    mapped = gateway.get_api_mappings(DomainName="hooks.example.org")["Items"]
    expect("the domain leads to the callback", [it["ApiId"] for it in mapped], [callback["ApiId"]])
    ingest = client("lambda").get_function_configuration(FunctionName=stack.physical("Ingest"))
    expected = "client.webhooks.fbclientcerts.com"
    expect("ingest checks the name", ingest["Environment"]["Variables"]["MTLS_COMMON_NAME"], expected)
    expect("the callback's address", stack.outputs["CallbackUrl"], "https://hooks.example.org/api/webhook/instagram")

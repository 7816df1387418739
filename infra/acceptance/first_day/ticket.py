"""The CRM's ticket for a login, as the README of `connect` describes it and not as our code makes it."""

import base64
import hashlib
import hmac
import json
import secrets
import time

PREFIX = b"politicall-connect-ticket-v1."
GOOD_FOR_SECONDS = 300


def ticket(secret, customer, office, user):
    claims = {
        "id": f"t-{secrets.token_hex(8)}",
        "customer": customer,
        "office": office,
        "user": user,
        "expires_at": int(time.time()) + GOOD_FOR_SECONDS,
    }
    payload = encoded(json.dumps(claims).encode())
    return f"{payload}.{encoded(hmac.digest(secret.encode(), PREFIX + payload.encode(), hashlib.sha256))}"


def encoded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

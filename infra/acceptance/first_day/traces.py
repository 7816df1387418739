"""Whether somebody's words lie in items of DynamoDB, in whatever an attribute may hold them."""

import base64


def traces(items, mark):
    """Where the mark is found: sort keys of the items. `mark` is plain ASCII, so that no escape changes it."""
    wanted = forms(mark.encode())
    return [kind(item) for item in items if any(form in value for value in values(item) for form in wanted)]


def forms(mark):
    """As it stands, in UTF-16, in hexadecimal digits, and in base64 at each of the three places that its first byte may have."""
    found = {mark, mark.decode().encode("utf-16-le"), mark.hex().encode()}
    for place in range(3):
        for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
            digits = encode(b"\0" * place + mark).rstrip(b"=")
            # In the first and the last digits other bytes have a part.
            found.add(digits[(0, 2, 3)[place] : -1 if (place + len(mark)) % 3 else None])
    return found


def values(value):
    """Every text and every run of bytes in an item, keys and names of attributes included."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name.encode()
            yield from values(inner)
    elif isinstance(value, (list, tuple, set)):
        for inner in value:
            yield from values(inner)
    elif isinstance(value, str):
        yield value.encode()
    elif isinstance(value, (bytes, bytearray)):
        yield bytes(value)


def kind(item):
    return item["sk"]["S"].split("#")[0]

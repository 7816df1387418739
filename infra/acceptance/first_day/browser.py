"""A browser without scripts: it keeps cookies, follows redirects and presses buttons."""

import html.parser
import http.cookies
from urllib.parse import parse_qsl, urlencode, urldefrag, urljoin, urlsplit

from .say import Unmet, same
from .wire import ask

MOST_REDIRECTS = 10
# Meta's dialog names the account in one of these two.
KNOWN, NEW = "account", "username"


class Form:
    def __init__(self, attributes):
        self.action, self.method = attributes.get("action", ""), attributes.get("method", "get").upper()
        self.fields, self.buttons = [], []


class Page(html.parser.HTMLParser):
    """Title and forms of a page."""

    def __init__(self, url, status, text):
        super().__init__()
        self.url, self.status, self.title, self.forms = url, status, "", []
        self._in_title, self._button = False, None
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        attributes = {name: value or "" for name, value in pairs}
        self._in_title |= tag == "title"
        if tag == "form":
            self.forms.append(Form(attributes))
        if not self.forms or tag not in ("input", "button"):
            return
        named = (attributes.get("name", ""), attributes.get("value", ""))
        if tag == "button":
            self._button = [*named, ""]
            self.forms[-1].buttons.append(self._button)
        elif attributes.get("type") not in ("radio", "checkbox") or "checked" in attributes:
            self.forms[-1].fields.append(named)

    def handle_endtag(self, tag):
        self._in_title &= tag != "title"
        self._button = None if tag == "button" else self._button

    def handle_data(self, text):
        if self._in_title:
            self.title += text
        if self._button:
            self._button[2] += text


class Browser:
    """`road` says for an address where it is reached on this machine, and by which Host header."""

    def __init__(self, road):
        self.road, self.cookies = road, {}

    def open(self, url, method="GET", body=None):
        for _ in range(MOST_REDIRECTS):
            url = urldefrag(url).url
            answer = self._ask(method, url, body)
            target = answer.headers.get("Location")
            if answer.status not in (301, 302, 303) or not target:
                return Page(url, answer.status, answer.body.decode())
            url, method, body = urljoin(url, target), "GET", None
        raise Unmet(f"a page: still redirected after {MOST_REDIRECTS} times")

    def press(self, page, label, **fields):
        """Presses the button that says so; fields given stand in place of the form's own."""
        found = [(form, button) for form in page.forms for button in form.buttons if button[2].strip() == label]
        same(f"buttons {label!r} on {page.title!r} (status {page.status})", len(found), 1)
        form, (name, value, _) = found[0]
        sent = [(key, text) for key, text in form.fields if key not in fields] + list(fields.items())
        sent += [(name, value)] if name else []
        url, body = urljoin(page.url, form.action), urlencode(sent)
        if form.method == "GET":
            return self.open(f"{url.split('?')[0]}?{body}")
        return self.open(url, form.method, body.encode())

    def _ask(self, method, url, body):
        address, host = self.road(url)
        headers = {"Host": host, "Accept-Language": "pt-BR"}
        kept = self.cookies.setdefault(host, {})
        if kept:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = ask(method, address, headers, body)
        for line in answer.headers.get_all("Set-Cookie") or []:
            kept.update({name: morsel.value for name, morsel in http.cookies.SimpleCookie(line).items()})
        return answer


def log_in(browser, start_url, account):
    """From the CRM's link through Meta's dialog to the page at the end. `account` is what the dialog is told."""
    start = browser.open(start_url)
    same("the page behind the CRM's link", (start.status, start.title), (200, "Conectar Instagram"))
    dialog = browser.press(start, "Continuar no Instagram")
    same("Meta's dialog", (dialog.status, urlsplit(dialog.url).path), (200, "/oauth/authorize"))
    asked = dict(parse_qsl(urlsplit(dialog.url).query))
    same("the dialog is asked for a code, with a state", ("state" in asked, asked.get("response_type")), (True, "code"))
    end = browser.press(dialog, "Allow", **account)
    same("the end of the login", (end.status, end.title), (200, "Instagram conectado"))

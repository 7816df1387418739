import unittest

from responder.settings import Settings, SettingsError

WHOLE = {
    "CRM_QUEUE_URL": "http://127.0.0.1:1/0/crm.fifo",
    "DESK_URL": "https://desk.example",
    "OPENAI_BASE_URL": "http://127.0.0.1:2/v1",
    "OPENAI_MODEL": "some/model:8b",
    "PERSONA": "gabinete",
}
CANARY = "canary-7f3a"


class FromEnv(unittest.TestCase):
    def test_a_key_is_no_part_of_what_is_shown(self):
        settings = Settings.from_env(WHOLE | {"OPENAI_API_KEY": CANARY})
        self.assertEqual((settings.desk_url, settings.model_key), ("https://desk.example/v1", CANARY))
        self.assertNotIn(CANARY, repr(settings))
        self.assertEqual(sorted(settings.personas), ["campanha", "gabinete"])

    def test_the_desk_is_found_with_or_without_its_version(self):
        for url in ("https://desk.example", "https://desk.example/", "https://desk.example/v1", "https://desk.example/v1/"):
            self.assertEqual(Settings.from_env(WHOLE | {"DESK_URL": url}).desk_url, "https://desk.example/v1", url)

    def test_what_is_wrong_is_named_and_not_repeated(self):
        cases = [
            ("DESK_URL", ""),
            ("DESK_URL", f"{CANARY}.example"),
            ("DESK_URL", f"https://user:{CANARY}@desk.example/v1"),
            ("OPENAI_BASE_URL", f"file:///{CANARY}"),
            ("OPENAI_MODEL", f"{CANARY} with blanks"),
            ("OPENAI_MODEL", ""),
            ("PERSONA", f"../{CANARY}"),
            ("PERSONA", ""),
            ("AUTHOR", f"{CANARY} é"),
            ("MODEL_TIMEOUT_SECONDS", f"{CANARY}"),
            ("VISIBILITY_SECONDS", "1"),
            ("CRM_QUEUE_URL", f"{CANARY}"),
        ]
        for name, value in cases:
            with self.subTest(name=name, value=value), self.assertRaises(SettingsError) as raised:
                Settings.from_env(WHOLE | {name: value})
            self.assertTrue(str(raised.exception).startswith(name), raised.exception)
            self.assertNotIn(CANARY, str(raised.exception))

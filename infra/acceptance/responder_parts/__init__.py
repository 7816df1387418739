"""The world around the sample responder, for `responder_checks.py`."""

"""The steps of `deploy.py`, one idea a file."""

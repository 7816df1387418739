"""Who asks AWS, and where: as its own tools are told."""

import boto3

from .settings import SettingsError


def session(settings):
    """A session that can sign, or an error that says what it lacks."""
    # boto3 reads AWS_DEFAULT_REGION and a profile's region by itself, and AWS_REGION not.
    found = boto3.Session(region_name=settings.aws_region)
    if found.region_name is None:
        raise SettingsError("AWS_REGION is not set: the region of the stack, such as sa-east-1")
    if found.get_credentials() is None:
        raise SettingsError("AWS has no credentials: a profile, a role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    return found

"""`python -m first_day FOLDER`: the day on the local stack that runs on this data folder."""

import pathlib
import sys

from .day import live
from .local import local

live(local(pathlib.Path(sys.argv[1])))

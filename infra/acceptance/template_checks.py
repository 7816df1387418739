"""What no linter knows: the numbers that belong together, and that no permission is wider than it needs to be."""

import pathlib
import sys

from checks import doors, keeping, permissions, queues, settings, sizes, times
from checks.template import Template

template = Template(pathlib.Path(sys.argv[1]))
checks = {}
for idea in (times, sizes, queues, doors, permissions, keeping, settings):
    checks |= idea.check(template)
failed = [check for check, holds in checks.items() if not holds]
if failed:
    sys.exit("".join(f"\n    not so: {check}" for check in failed))
print(f"    {len(checks)} hold")

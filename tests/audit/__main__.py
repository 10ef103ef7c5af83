"""`make audit`: licences and known vulnerabilities of what is pinned. Exit 1: something is wrong, or unknown."""

import sys

from tests.audit import advisories, licences
from tests.audit.pinned import FOLDER, LISTS, pinned


def main() -> int:
    """Print each fault, and what was looked at."""
    pins = sorted({pin for name in LISTS for pin in pinned(name)})
    bare = [f"{pin.name} {pin.version}: has no hash" for pin in pins if not pin.hashes]
    notice = (FOLDER.parent / "NOTICE").read_text(encoding="utf-8")
    legal = licences.faults(pins, notice, {pin.name for pin in pinned("runtime.txt")})
    holes = advisories.faults(pins)
    for title, found in (("hashes", bare), ("licences", legal), ("vulnerabilities", holes)):
        print(f"{title}: {len(pins)} pins, {len(found)} faults")
        for fault in found:
            print(f"  {fault}")
    if any("not audited" in fault or "nothing was audited" in fault for fault in holes):
        print("What was not audited is not known to be sound: run this where PyPI's vulnerability data can be reached.")
    return 1 if bare or legal or holes else 0


if __name__ == "__main__":
    sys.exit(main())

"""Known vulnerabilities of what is pinned, by pip-audit. What it could not look up is a fault, as bad as what it found.

pip-audit leaves out what a marker excludes on this machine, and ends well where it has skipped packages. So every pin
is put before it without its marker, and its answer is held against the list, pin by pin.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.audit.pinned import Pin

#: How long pip-audit may take for one list, in seconds.
PATIENCE_S = 600


def rounds(pins: Sequence[Pin]) -> list[list[Pin]]:
    """The pins in lists in which no package stands twice, as those do that differ by Python or platform."""
    found: list[list[Pin]] = []
    for pin in sorted(set(pins)):
        place = next((each for each in found if pin.name not in {other.name for other in each}), None)
        if place is None:
            found.append(place := [])
        place.append(pin)
    return found


def judged(pins: Sequence[Pin], answer: Any) -> list[str]:
    """What is wrong, by pip-audit's JSON: each vulnerability, and each pin that it says nothing sound of."""
    told = answer.get("dependencies") if isinstance(answer, dict) else None
    if not isinstance(told, list):
        return ["pip-audit's answer has another form than expected"]
    found, audited = [], set()
    for each in told:
        name, version = each.get("name", "?"), each.get("version", "")
        if "skip_reason" in each:
            found.append(f"{name}: not audited: {each['skip_reason']}")
            audited.add((name, ""))
            continue
        audited.add((name, version))
        for hole in each["vulns"]:
            mended = ", ".join(hole.get("fix_versions") or ()) or "no version yet"
            found.append(f"{name} {version}: {hole['id']} (mended in {mended})")
    missing = [pin for pin in pins if not audited & {(pin.name, pin.version), (pin.name, "")}]
    return [*found, *(f"{pin.name} {pin.version}: not audited: pip-audit says nothing of it" for pin in missing)]


def faults(pins: Sequence[Pin], *service: str) -> list[str]:
    """Ask pip-audit of every pin. `service` are its options, such as `-s osv`."""
    found = []
    for each in rounds(pins):
        with tempfile.TemporaryDirectory() as folder:
            listed = Path(folder) / "pins.txt"
            listed.write_text("".join(f"{pin.name}=={pin.version}\n" for pin in each), encoding="utf-8")
            quiet = ["--progress-spinner", "off", "--cache-dir", f"{folder}/cache", "--format", "json"]
            command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", *quiet, "-r", str(listed)]
            command += service
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            found.append(f"nothing was audited: pip-audit ended with {done.returncode}: {last[:200]}")
            continue
        found += judged(each, answer)
    return found

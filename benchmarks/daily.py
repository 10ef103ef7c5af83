"""What a day costs a watch of many repos over five years: their series, the detection, the cost, and what is told.

The days before were judged when they came; the day that is timed brings one reading more of each repo. In a process of
its own, as the daemon does it, whose peak memory is told.
"""

import json
import subprocess

from benchmarks._installed import installed

#: How many repos; what is aimed at: 5 s for 100, and 4 minutes within 1 GiB for 5,000, which take ten to make.
SIZES = (10, 100, 500, 5000)
REPOS, YEARS, YEARS_BEFORE = 100, 5, 2

_DAY = installed("from benchmarks._daily_child import day; day(*sys.argv[1:])")


def run() -> list[dict[str, object]]:
    """The rows."""
    found = {repos: measured(repos, YEARS) for repos in SIZES}
    studied = measured(REPOS, YEARS, "study")[2]
    rows: list[dict[str, object]] = []
    for repos, (seconds, peak, _) in found.items():
        note = f"{repos} repos over {YEARS} years: series, detection, alert and cost update; peak {peak:.0f} MiB"
        rows.append({"figure": f"a day of {repos} repos", "value": f"{seconds:.1f}", "unit": "s", "note": note})
    growth = found[SIZES[-1]][0] / found[SIZES[-2]][0]
    note = f"{SIZES[-1]} repos over {SIZES[-2]}: {SIZES[-1] // SIZES[-2]} would be linear"
    rows.append({"figure": "growth with the repos", "value": f"{growth:.1f}", "unit": "times", "note": note})
    note = f"{REPOS} repos over {YEARS} years, from the readings on: for a digest, or when asked"
    rows.append({"figure": f"the study of {REPOS} repos", "value": f"{studied:.1f}", "unit": "s", "note": note})
    growth = found[REPOS][0] / measured(REPOS, YEARS_BEFORE)[0]
    note = f"{REPOS} repos after {YEARS} years over after {YEARS_BEFORE}: {YEARS / YEARS_BEFORE:g} would be linear"
    return [*rows, {"figure": "growth with the years", "value": f"{growth:.1f}", "unit": "times", "note": note}]


def measured(repos: int, years: int, then: str = "") -> tuple[float, float, float]:
    """Seconds and peak MiB of the day, and seconds of the study after it, where that is asked for."""
    done = subprocess.run([*_DAY, str(repos), str(years), then], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    return float(answer["seconds"]), float(answer["mib"]), float(answer["study"])

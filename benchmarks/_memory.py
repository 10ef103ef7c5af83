"""The memory of a process, in MiB, as the system tells it. `getrusage` would tell that of who started it, too."""

from pathlib import Path


def resident(process: int | str = "self") -> float:
    """What it holds now."""
    return _told(process, "VmRSS")


def peak(process: int | str = "self") -> float:
    """The most that it ever held."""
    return _told(process, "VmHWM")


def _told(process: int | str, name: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    [kilobytes] = [int(line.split()[1]) for line in lines if line.startswith(f"{name}:")]
    return kilobytes / 1024

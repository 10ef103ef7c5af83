"""When the watch speaks, and to whom: the command line, the daemon, the channels. Computes no figure."""

import sys

_process = sys.modules.get("multiprocessing.process")
if _process is not None and _process.parent_process() is not None:
    # A process that the daemon began, for a duty or for answers: structlog would load rich, for tracebacks in colours
    # that are plain here. That is a third of what such a process needs to begin.
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # how Python says: this cannot be imported

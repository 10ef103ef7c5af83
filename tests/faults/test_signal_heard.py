"""A signal is heard at once, whenever it comes."""

import subprocess
import sys

#: Signals that arrive just as the wait begins, at random microseconds; how many were heard late.
LISTENER = """
import random, signal, time
from alia_bot.words import Words

words, dice, late = Words(), random.Random(8), 0
signal.signal(signal.SIGALRM, lambda *_: words.say("stop"))
with words.listening():
    for _ in range(5_000):
        signal.setitimer(signal.ITIMER_REAL, dice.uniform(1e-6, 8e-5))
        began = time.monotonic()
        while (heard := words.hear(5)) is None and time.monotonic() - began < 4:
            pass
        late += heard != "stop" or time.monotonic() - began > 4
print(late)
"""


def test_a_signal_as_the_wait_begins_is_not_slept_over() -> None:
    """Of thousands that arrive between the last instruction and the system's wait, none waits for its end."""
    told = subprocess.run([sys.executable, "-c", LISTENER], capture_output=True, text=True, timeout=120, check=True)
    assert told.stdout.split() == ["0"], told.stderr

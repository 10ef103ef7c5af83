"""What is said beside unusual days: that the whole Hub moved, and how small a rise could be seen at all."""

from typing import Any

from alia_watch.reports.speech import Speech


def hub_wide_words(speech: Speech) -> str:
    """Of a day on which the whole Hub moved."""
    return speech.get("That day most of the unrelated control repos rose too: the whole Hub moved, not this repo.")


def smallest_words(document: dict[str, Any], speech: Speech) -> str:
    """The smallest rise of the flagship that would be noticed, or that it cannot be said."""
    get, least = speech.get, document["smallest_detectable"]
    if least is None:
        return get("For the flagship too few days are known to tell what would be unusual.")
    return get(
        "How small a rise can be seen: the flagship has about {mean} downloads a day, and a rise that begins with"
        " {least} on its first day would be noticed four times in five; a smaller one less often.",
        mean=speech.number(document["usual"], 1),
        least=speech.number(least),
    )

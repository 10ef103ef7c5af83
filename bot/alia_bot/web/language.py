"""Which language a page is in: that of its address, else the first of the reader's that is spoken here."""

from alia_watch.reports.speech import LANGUAGES


def preferred(accept: str, fallback: str) -> str:
    """The best of `Accept-Language`, such as `ca-ES, es;q=0.8`; `fallback` where none of them is spoken here."""
    wishes = []
    for place, part in enumerate(accept.split(",")[:20]):
        name, _, weight = part.strip().partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            quality = 0.0
        language = name.strip().lower().split("-")[0]
        if language in LANGUAGES and quality > 0:
            wishes.append((-quality, place, language))
    return min(wishes)[2] if wishes else fallback

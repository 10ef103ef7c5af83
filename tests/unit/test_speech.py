"""Numbers, money and dates as each language writes them, and catalogues that lack nothing."""

import ast
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import alia_bot
import alia_watch.reports
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.reports.render import render
from alia_watch.reports.speech import LANGUAGES, Speech
from tests.reports import NAMES, sample

ROOM = Path(alia_watch.reports.__path__[0])
#: Words that would make a coincidence a cause, or a report a verdict.
BANNED = re.compile(
    r"\b(caus\w*|provoc\w*|gracias a|debido a|because|due to|thanks to|led by|fracas\w*|fail\w*|éxito"
    r"|success(?!or)\w*|gràcies a|degut a|fracàs|èxit|grazas a|debido a|eragi\w*|ondorioz|esker|arrakast\w*)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("es", "58620.69", "58.620,69\xa0€"),
        ("es", "1124.50", "1124,50\xa0€"),
        ("es", "9999.99", "9999,99\xa0€"),
        ("es", "12345.67", "12.345,67\xa0€"),
        ("es", "10200000", "10.200.000\xa0€"),
        ("es", "10", "10\xa0€"),
        ("en", "58620.69", "€58,620.69"),
        ("en", "1124.50", "€1,124.50"),
        ("en", "10200000", "€10,200,000"),
        ("ca", "58620.69", "58.620,69\xa0€"),
        ("gl", "1124.50", "1.124,50\xa0€"),
        ("eu", "58620.69", "58.620,69\xa0€"),
    ],
)
def test_money_is_written_as_the_language_writes_it(language: str, amount: str, written: str) -> None:
    """Spanish groups from five digits on (CLDR), English from four; whole amounts have no cents."""
    assert Speech(language).money(Decimal(amount)) == written


def test_other_currencies_keep_their_name() -> None:
    """Francs are not euros."""
    assert Speech("es").money(Decimal(20_000_000), "CHF") == "20.000.000\xa0CHF"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("es", "26 de enero de 2026"),
        ("ca", "26 de gener del 2026"),
        ("gl", "26 de xaneiro de 2026"),
        ("eu", "2026ko urtarrilaren 26a"),
        ("en", "January 26, 2026"),
    ],
)
def test_days_are_written_out(language: str, written: str) -> None:
    """A day in full, in the language."""
    assert Speech(language).day(date(2026, 1, 26)) == written


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2025, 3, 11), "2025eko martxoaren 11"),
        (date(2021, 8, 31), "2021eko abuztuaren 31"),
        (date(2030, 12, 1), "2030eko abenduaren 1a"),
        (date(2028, 2, 29), "2028ko otsailaren 29a"),
    ],
)
def test_basque_endings_follow_how_a_figure_is_spoken(day: date, written: str) -> None:
    """-eko after a consonant, and no second article after hamaika."""
    assert Speech("eu").day(day) == written
    assert "(" not in Speech("eu").short_day(day) + Speech("eu").month(day) + Speech("eu").tick(day)


def test_a_basque_percentage_has_its_sign_before_the_figure() -> None:
    """% -11, and not -% 11."""
    assert Speech("eu").percent(-0.11) == "%\xa0-11"
    assert Speech("eu").percent(0.11) == "%\xa011"


def test_an_instant_says_utc() -> None:
    """Whatever zone it comes in."""
    instant = datetime(2026, 1, 23, 20, 15, tzinfo=UTC)
    assert Speech("es").instant(instant) == "23 de enero de 2026, 20:15 UTC"
    assert Speech("es").moment("2026-01-23") == "23 de enero de 2026"


@pytest.mark.parametrize(("share", "written"), [(0.5, "50\xa0%"), (0.01, "1\xa0%"), (0.015, "1,5\xa0%")])
def test_shares_are_percentages(share: float, written: str) -> None:
    """One decimal below ten per cent, none above."""
    assert Speech("es").percent(share) == written


def test_a_language_without_a_catalogue_is_an_error() -> None:
    """Nobody gets half a report in another language."""
    with pytest.raises(KeyError):
        Speech("fr")


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_catalogue_has_every_text_and_no_other(language: str) -> None:
    """Each text of the code stands in the catalogue, translated, with the same placeholders; and nothing else does."""
    with (ROOM / "locale" / language / "LC_MESSAGES" / "alia_watch.po").open("rb") as file:
        catalogue = {message.id: message.string for message in read_po(file) if message.id}
    assert set(catalogue) == texts()
    for ids, strings in catalogue.items():
        sources = (ids,) if isinstance(ids, str) else ids
        targets = (strings,) if isinstance(strings, str) else strings
        assert all(targets)
        assert {word for target in targets for word in re.findall(r"{\w+}", target)} == {
            word for source in sources for word in re.findall(r"{\w+}", source)
        }, ids


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_report_claims_a_cause_or_passes_a_verdict(name: str, language: str) -> None:
    """Neutral words only; titles of announcements and names of costs are quoted and not ours."""
    report = sample(name)
    for form in ChannelKind:
        for message in render(report, language, form):
            words = re.sub(r"https?://\S+", "", message.text)
            assert not BANNED.search(words), BANNED.search(words)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_simulated_says_so_first(name: str, language: str) -> None:
    """In the subject, and before any other word of every message's first part; and only then."""
    word = Speech(language).get("SIMULATED")
    for form in ChannelKind:
        first = render(sample(name), language, form)[0]
        assert first.subject.startswith(f"[{word}")
        assert Speech(language).get("SIMULATED DATA: no figure here is a reading") in first.text.splitlines()[0]
        real = render(sample(name, simulated=False), language, form)[0]
        assert word not in real.subject + real.text + real.markup


def texts() -> set[str | tuple[str, str]]:
    """Every text that the code of reports, of the conversation and of the pages asks a language for."""
    found: set[str | tuple[str, str]] = set()
    bot = Path(alia_bot.__path__[0])
    for page in bot.glob("web/templates/*.html"):
        found.update(re.findall(r'\bget\("([^"]+)"', page.read_text(encoding="utf-8")))
    for path in (*ROOM.glob("*.py"), *bot.glob("channels/telegram*.py"), *bot.glob("chat/*.py"), *bot.glob("web/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            constants = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if name == "get_plural":
                found.add((constants[0], constants[1]))
            elif name == "get" and constants and _asks_a_language(node.func):
                found.add(constants[0])
    return found


def _asks_a_language(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return True
    assert isinstance(function, ast.Attribute)
    owner = function.value
    named = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return isinstance(owner, ast.Call) or named == "speech"

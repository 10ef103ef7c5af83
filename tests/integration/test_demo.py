"""The demo: the whole watch, played over the simulated winter up to the first days of February."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from alia_bot.demo import summary
from alia_bot.demo.play import MARK, Played, play
from alia_watch.audience.subscriber import Source
from alia_watch.errors import UsageError
from alia_watch.reports.speech import LANGUAGES, Speech
from alia_watch.store.database import open_store
from alia_watch.store.reports import report_keys
from alia_watch.store.subscribers import subscribers
from tests.command import alia_watch

#: The play and its conversations take the processor for a minute; longer, where others need it too.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """One play for all of these tests."""
    return play(tmp_path_factory.mktemp("play") / "demo", until=date(2026, 2, 1))


def test_nothing_failed(played: Played) -> None:
    """Every run of two months ended well."""
    assert played.failed == 0
    assert played.runs > 300


def test_the_flagship_reads_174_on_the_day_of_the_press_figure(played: Played) -> None:
    """And the ratio is the one that was printed."""
    ended = alia_watch("--config", played.folder / "config.toml", "--as-of", "2026-01-23", "cost", "--format", "json")
    row = json.loads(ended.out)[0]
    assert (row["scenario"], row["downloads"], row["ratio"]) == ("alia_10_2", 174, "58620.69")


def test_the_months_and_the_burst_were_told(played: Played) -> None:
    """A digest for December and one for January, and the alert of 26 January with both announcements."""
    with open_store(played.config.watch.database) as store:
        assert report_keys(store, "digest:") == ["digest:2025-12", "digest:2026-01"]
        told = {row["days"][:10]: row["the watch"] for row in summary.happenings(store, played)}
        places = {row["what"]: row["look"] for row in summary.places(store, played)}
    assert told["2026-01-26"] == "1 told"
    assert told["2026-01-28"] == "2 told"
    assert places["cost per download read on 2026-01-23"] == "10.200.000 € / 174 = 58.620,69 €"
    assert places["spikes near announcements, up to 31 January"].startswith("1 of 1; ")
    assert places["flagship, 2026-01-26 to 02-03"].startswith("190 downloads, 41 expected; 3 announcements")
    assert Path(places["digest of January, in Spanish"]).is_file()
    assert Path(places["its chart"]).read_bytes().startswith(b"\x89PNG")
    alert = next((played.folder / "messages" / "es").glob("*-alert-2026-01-27*.txt")).read_text("utf-8")
    assert "Coincide en el tiempo" in alert
    assert "MareNostrum 5" in alert
    assert "El Español" in alert


def test_the_announcements_came_in_over_http_and_nothing_else_did(played: Played) -> None:
    """Those of December and January, each once, dated right and with its links; look-alikes stayed out."""
    config = played.folder / "config.toml"
    assert "[[announcement]]" in config.read_text("utf-8")
    assert not re.search(r'\[\[announcement\]\]\nid = "[^"]*"\ndate = "2026-01-26"', config.read_text("utf-8"))
    ended = alia_watch("--config", config, "announcements", "list", "--since", "2025-12-01", "--format", "json")
    rows = json.loads(ended.out)
    assert [(row["date"], row["date_end"], row["kind"], row["title"], row["links"]) for row in rows] == [
        ("2025-12-17", None, "model_release", "BSC-LT/ALIA-40b-instruct-2512 en Hugging Face", 2),
        ("2025-12-17", "2025-12-18", "official", "Presentación de ALIA 40B Instruido", 2),
        ("2026-01-26", None, "infrastructure", "129 M€ para la ampliación de MareNostrum 5", 1),
        ("2026-01-26", None, "media", "174 descargas al mes y 10,2 M€: 58.620 € por descarga mensual", 1),
        ("2026-01-28", None, "model_release", "BSC-LT/ALIA-40b-instruct-2601 en Hugging Face", 2),
    ]
    assert {row["state"] for row in rows} == {"confirmed"}
    assert played.source_requests > 500


def test_everything_says_that_it_is_simulated(played: Played) -> None:
    """Every letter in its subject and its body, in the folder, and in the commands' tables."""
    letters = list((played.folder / "messages").rglob("*.txt"))
    assert len(letters) > 20
    assert all(
        "DATOS SIMULADOS" in path.read_text("utf-8") or "SIMULATED DATA" in path.read_text("utf-8") for path in letters
    )
    assert (played.folder / MARK).exists()
    config = played.folder / "config.toml"
    for arguments in (("cost",), ("series", "BSC-LT/ALIA-40b"), ("digest", "2026-01")):
        ended = alia_watch("--config", config, "--as-of", "2026-02-01", *arguments)
        assert "simulad" in ended.out.casefold() or "simulated" in ended.out.casefold()


def test_a_conversation_with_the_bot_is_left_in_each_language(played: Played) -> None:
    """A page in each, named in the closing table: simulated, with its charts, every question answered; and whoever
    talked is gone from the database."""
    with open_store(played.config.watch.database) as store:
        named = [row["look"] for row in summary.places(store, played) if "conversation" in row["what"]]
        assert all(each.source is Source.CONFIGURATION for each in subscribers(store))
    assert named == [str(played.folder / f"conversation-{language}.html") for language in LANGUAGES]
    for language in LANGUAGES:
        get, page = Speech(language).get, (played.folder / f"conversation-{language}.html").read_text("utf-8")
        simulated = get("SIMULATED DATA: no figure here is a reading")
        assert f'<html lang="{language}">' in page
        assert f'<p class="note">⚠️ {simulated}</p>' in page
        assert page.count(simulated) > 8  # above, and in every answer with figures
        assert len(set(re.findall(r'src="data:image/png;base64,(iVBOR[^"]{5000,})"', page))) == 2
        assert f"digest-2026-01-{language}.html" in page
        asked = re.findall(r'<div class="turn human">.*?<div class="words">(/\w+)', page)
        assert asked[:4] == ["/start", "/subscribe", "/status", "/cost"]
        assert len(asked) == 13
        assert get("Erased. Nothing is kept of this chat, and nothing more comes. /start begins anew.") in page
        assert get("This button is too old. Ask again, please.") not in page
        assert (
            get("That did not work. It is written down as no. {id}; try again a little later.", id="")[:12] not in page
        )


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    """Whatever lies there stays."""
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(UsageError, match="no demo made it"):
        play(tmp_path)
    assert (tmp_path / "thesis.txt").exists()

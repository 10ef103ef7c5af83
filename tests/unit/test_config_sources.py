"""The sources of the configuration: what is wrong is told at once, with the mend."""

from pathlib import Path
from typing import Any

import pytest

from alia_watch.announcements.matching import Phrases
from alia_watch.config.sections import SourceKind
from alia_watch.config.sources import ADDRESSES
from alia_watch.errors import ConfigError, UsageError
from alia_watch.pipeline.open_sources import adapter, setting, sources_on
from tests.made import made_config

FEED = {"id": "a", "kind": "feed", "urls": ["https://a.example/rss"]}


def faults(folder: Path, *sources: dict[str, Any], **shared: Any) -> list[str]:
    with pytest.raises(ConfigError) as wrong:
        made_config(folder, source=list(sources), sources={"must": ["ALIA"]} | shared)
    return list(wrong.value.faults)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"id": "a", "kind": "feed"}, "needs urls"),
        ({"id": "a", "kind": "google_news"}, "needs urls"),
        ({"id": "a", "kind": "gdelt"}, "needs a query"),
        ({"id": "a", "kind": "hub", "urls": ["https://a.example"]}, "takes no urls"),
        ({"id": "a", "kind": "hub", "announcement": "media"}, "model release"),
        ({"id": "a", "kind": "boe", "urls": ["https://a.example", "https://b.example"]}, "one address"),
        ({"id": "a", "kind": "carrier_pigeon"}, "feed"),
        (FEED | {"urls": ["ftp://a.example/rss"]}, "https://"),
        (FEED | {"must": ["…"]}, "must"),
        (FEED | {"password": "x"}, "password"),
    ],
)
def test_a_source_that_cannot_be_read_is_told(tmp_path: Path, source: dict[str, Any], said: str) -> None:
    """Each kind says what it lacks."""
    [fault] = faults(tmp_path, source)
    assert said in fault


def test_a_source_without_phrases_would_take_in_everything(tmp_path: Path) -> None:
    """It is refused, unless it is off or the Hub's; an id names one source."""
    [fault] = faults(tmp_path, FEED, must=[])
    assert "would take in everything" in fault
    made_config(tmp_path, source=[FEED | {"on": False}, {"id": "hub", "kind": "hub"}])
    assert "a is given twice" in faults(tmp_path, FEED, FEED)[0]


def test_costs_since_may_name_what_comes_in_from_a_source(tmp_path: Path) -> None:
    """By its id, which begins with its date; without a source the configuration must have it."""
    since = {"since": ["2026-11-30-un-anuncio"]}
    made_config(tmp_path, source=[FEED], sources={"must": ["ALIA"]}, costs=since)
    with pytest.raises(ConfigError):
        made_config(tmp_path, costs=since)
    with pytest.raises(ConfigError):
        made_config(tmp_path, source=[FEED], sources={"must": ["ALIA"]}, costs={"since": ["launch"]})


def test_every_kind_has_its_adapter_and_its_address(tmp_path: Path) -> None:
    """What the configuration leaves out is the source's own address; its own phrases go before those of all."""
    sources = [{"id": kind.value, "kind": kind.value} for kind in ADDRESSES if kind is not SourceKind.GDELT]
    sources += [{"id": "gdelt", "kind": "gdelt", "query": "ALIA"}, FEED | {"must": ["aLIA"], "must_not": ["b c"]}]
    config = made_config(tmp_path, source=sources, sources={"must": ["ALIA"]})
    for section in sources_on(config):
        made = adapter(section, "Europe/Madrid")
        assert made.profile.id == section.id
        assert section.addresses()
    [feed] = sources_on(config, ["a"])
    assert feed.phrases(config.sources) == Phrases(("aLIA",), (), ("b c",))
    assert sources_on(config)[0].phrases(config.sources) == Phrases(("ALIA",))
    with pytest.raises(UsageError):
        sources_on(config, ["b"])


def test_a_source_is_another_when_what_it_looks_for_changes(tmp_path: Path) -> None:
    """Its pages are read anew then, and not when anything else does."""
    first = made_config(tmp_path, source=[FEED], sources={"must": ["ALIA"]})
    other = made_config(tmp_path, source=[FEED], sources={"must": ["ALIA", "aLIA"]})
    later = made_config(tmp_path, source=[FEED], sources={"must": ["ALIA"], "pause_s": 5}, watch={"language": "en"})
    assert setting(first.source[0], first) == setting(later.source[0], later) != setting(other.source[0], other)

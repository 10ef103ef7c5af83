"""A configuration of any text or shape: it is read, or refused with every fault in one printable line."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alia_watch.config.loader import build, load_config
from alia_watch.errors import ConfigError
from tests.fuzz import MEGABYTE, any_text, disturbed, effort, fuzz, json_values, mutated, peak
from tests.made import made_document

SMALL = b"""# a watch
[watch]
contact = "a@example.org"
method_url = 'https://example.org/m'
database = "w.db"
[hub]
read_at = [02:15:00, 14:15:00]
token = { env = "HF" }
[family]
id = "alia"
name = "ALIA"
patterns = ["BSC-LT/*"]
[[family.flagship]]
repo = "BSC-LT/ALIA-40b"
from = 2025-12-17
source = "https://example.org/l"
[basket]
repos = ["c/a", "c/b"]
[[cost]]
id = "x"
amount = 10_200_000.50
[costs]
headline_scenario = "x"
[[source]]
id = "f"
kind = "feed"
urls = ["https://example.org/rss"]
redirects_to = ["https://feeds.example.org/"]
[channels.telegram]
token = { file = "/run/secrets/t" }
maintainers = [1, -2]
[web]
public_url = "https://example.org"
controller = \"\"\"a
b\"\"\"
"""
EXTRA: dict[str, Any] = {
    "source": [
        {
            "id": "f",
            "kind": "feed",
            "urls": ["https://example.org/rss"],
            "must": ["ALIA"],
            "redirects_to": ["https://x.org/"],
        },
        {"id": "g", "kind": "gdelt", "query": "x", "must": ["ALIA"], "pause_s": 5},
    ],
    "web": {"public_url": "https://example.org", "controller": "A, a@example.org"},
    "channels": {"telegram": {"token": {"env": "T"}, "maintainers": [1]}, "folder": {"path": "o"}},
}


def refused_well(error: ConfigError) -> None:
    assert str(error).isprintable()
    assert len(str(error)) < 1000
    assert error.faults
    for fault in error.faults:
        fault.encode()
        assert fault.isprintable()
        assert len(fault) < 3000


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    whole = made_document(**EXTRA)
    build(copy.deepcopy(whole), Path())
    return whole


@given(body=st.binary(max_size=200) | mutated(SMALL))
@fuzz(30)
@example(SMALL.replace(b"[hub]", b"[" * 3000))
@example(SMALL.replace(b"10_200_000.50", b"9" * 100_000))
@example(SMALL.replace(b"10_200_000.50", b"1e" + b"9" * 100))
@example(SMALL.replace(b"10_200_000.50", b"nan"))
@example(SMALL.replace(b"02:15:00", b"24:00:00"))
@example(SMALL.replace(b'id = "x"', b'id = "\\ud800"'))
@example(SMALL.replace(b"w.db", b"w\\u0000.db"))
@example(SMALL.replace(b"w.db", b"~nobody-here/w.db"))
@example(b"a." * 2_000 + b"a = 1")
def test_any_text_is_a_configuration_or_refused(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    """As a file: bytes that are no text, text that is no TOML, TOML that is no configuration."""
    path = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    path.write_bytes(body)
    try:
        load_config(path)
    except ConfigError as error:
        refused_well(error)


@given(data=st.data())
@fuzz(40)
def test_any_values_are_a_configuration_or_refused(document: dict[str, Any], data: st.DataObject) -> None:
    """As a document: any value of any type at any place, every fault told, nothing else raised."""
    changed = data.draw(disturbed(document))
    try:
        build(changed if isinstance(changed, dict) else {"watch": changed}, Path())
    except ConfigError as error:
        refused_well(error)


@given(data=st.data(), key=any_text, value=json_values)
@fuzz(10)
def test_any_further_key_is_refused(document: dict[str, Any], data: st.DataObject, key: str, value: Any) -> None:
    """Whatever it is called."""
    section = data.draw(st.sampled_from(["watch", "hub", "costs", "basket", "spikes"]))
    with pytest.raises(ConfigError) as caught:
        build({**document, section: {**document[section], f"x{key}": value}}, Path())
    refused_well(caught.value)


LARGE = {
    "nested": b"a = " + b"[" * 100_000,
    "tables": b"a = [" + b"{}," * 5_000 + b"]",
    "headers": b"[a]\n" * 5_000,
    "text": b"a = '" + b"x" * (MEGABYTE // 8) + b"'",
    "huge": b"#" * 30 * MEGABYTE,
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_configuration_takes_bounded_memory_and_time(tmp_path: Path, name: str) -> None:
    """It is one's own file; a slip of an editor still ends in an error and not in a full machine."""
    (tmp_path / "c.toml").write_bytes(LARGE[name])

    def load() -> None:
        with pytest.raises(ConfigError):
            load_config(tmp_path / "c.toml")

    with peak() as held:
        load()
    assert held.bytes < 60 * MEGABYTE
    assert effort(load) < 20

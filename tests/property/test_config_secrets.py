"""No value of a secret is ever in what the loader says, wherever somebody wrote it."""

import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alia_watch.config.loader import build, load_config
from alia_watch.config.secret import Secret
from alia_watch.errors import ConfigError
from tests.made import made_config, made_document

#: Long enough not to be part of a sentence by chance, and never a valid name of a variable.
SECRETS = st.text("abcXYZ0189-_:/+$ ñ'\"", min_size=8, max_size=40).map(lambda text: f"5{text}-S3cret")

PLACES = {
    "inline token": lambda s: {"channels": {"telegram": {"token": s}}},
    "token in env": lambda s: {"channels": {"telegram": {"token": {"env": s}}}},
    "under another key": lambda s: {"channels": {"telegram": {"token": {"value": s}}}},
    "both": lambda s: {"channels": {"telegram": {"token": {"env": s, "file": s}}}},
    "in a list": lambda s: {"channels": {"telegram": {"token": [s]}}},
    "misspelt key": lambda s: {"channels": {"telegram": {"tokn": s}}},
    "in place of the table": lambda s: {"channels": {"telegram": s}},
    "in place of the channels": lambda s: {"channels": s},
    "password": lambda s: {"channels": {"email": {"host": "h", "sender": "a@b.es", "user": "u", "password": s}}},
    "as the port": lambda s: {"channels": {"email": {"host": "h", "sender": "a@b.es", "port": s}}},
    "as the sender": lambda s: {"channels": {"email": {"host": "h", "sender": s}}},
    "as the Bot API's address": lambda s: {"channels": {"telegram": {"token": {"env": "T"}, "api": s}}},
    "Hub token": lambda s: {"hub": {"token": s}},
    "in place of the Hub": lambda s: {"hub": s},
    "in an endpoint": lambda s: {"hub": {"endpoint": f"ftp://me:{s}@example.org"}},
    "in the wrong section": lambda s: {"watch": {"token": s, "api_key": s}},
    "at the top": lambda s: {"password": s},
}


def said(error: ConfigError) -> str:
    return "\n".join([*error.faults, error.hint, *traceback.format_exception(error)])


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=SECRETS)
def test_a_misplaced_secret_is_refused_and_not_shown(tmp_path: Path, place: str, secret: str) -> None:
    """Wherever a secret was written by mistake, the fault names the place and not the value."""
    changes: dict[str, Any] = PLACES[place](secret)
    with pytest.raises(ConfigError) as caught:
        build(made_document(**changes), tmp_path)
    assert secret not in said(caught.value)
    assert repr(secret)[1:-1] not in said(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "line", ["token = {s}", 'token = "{s}', "token = '''{s}", "token = {{ env = {s} }}", "{s}", '"{s}" = ']
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=st.text("abcXYZ0189:", min_size=8, max_size=40))
def test_a_secret_in_text_that_is_no_toml_is_not_shown(tmp_path: Path, line: str, secret: str) -> None:
    """A syntax error on the line of a secret quotes nothing of it."""
    path = tmp_path / "config.toml"
    path.write_text("[channels.telegram]\n" + line.format(s=secret), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert secret not in said(caught.value)


def test_a_token_in_place_of_a_key_is_not_shown(tmp_path: Path) -> None:
    """Even a token written where its key belongs is left out of the fault."""
    token = "8123456789:AAH-very-S3cret-token"
    with pytest.raises(ConfigError) as caught:
        build(made_document(channels={"telegram": {token: ""}}), tmp_path)
    assert "S3cret" not in said(caught.value)
    assert any("channels.telegram.…: is not a key here" in fault for fault in caught.value.faults)


def test_no_fault_commands_the_terminal(tmp_path: Path) -> None:
    """Control characters of a file are not printed."""
    with pytest.raises(ConfigError) as caught:
        build(made_document(watch={"\x1b[2J": "x", "language": "\x1b]0;x\x07"}), tmp_path)
    assert "\x1b" not in "".join(caught.value.faults)


def test_a_loaded_configuration_shows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a configuration prints of a secret is where it is; read, it is still wrapped."""
    monkeypatch.setenv("ALIA_TEST_TOKEN", "5-S3cret\n")
    config = made_config(tmp_path, hub={"token": {"env": "ALIA_TEST_TOKEN"}})
    assert config.hub.token is not None
    value = config.hub.token.read()
    assert "S3cret" not in f"{config!r} {config.model_dump_json()} {value} {value!r} {config.hub.token}"
    assert value.get_secret_value() == "5-S3cret"


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_secret_that_is_not_there_says_where_it_should_be(tmp_path: Path, content: bytes | None) -> None:
    """A missing, empty or unreadable secret file is refused with its place and no content."""
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match="token") as caught:
        Secret(file=path).read()
    assert caught.value.hint


def test_an_unset_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret whose variable is unset says which variable to set."""
    monkeypatch.delenv("ALIA_TEST_TOKEN", raising=False)
    with pytest.raises(ConfigError) as caught:
        Secret(env="ALIA_TEST_TOKEN").read()
    assert "ALIA_TEST_TOKEN" in caught.value.hint


def test_a_secret_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    """The line end that editors add is no part of a secret."""
    path = tmp_path / "token"
    path.write_text("5-S3cret\n", encoding="utf-8")
    assert Secret(file=path).read().get_secret_value() == "5-S3cret"

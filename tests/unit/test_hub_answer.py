"""Forms in which the Hub gives one and the same fact."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from alia_watch.series.snapshot import BaseModel, RawAnswer, RepoSnapshot
from alia_watch.sources.hub_answer import read_repo

AT = datetime(2026, 1, 23, 8, 15, tzinfo=UTC)


def _read(**fields: Any) -> RepoSnapshot:
    body = json.dumps({"id": "o/a", **fields}).encode()
    return read_repo(RawAnswer("0" * 64, "http://hub", AT, body), "o/a")


@pytest.mark.parametrize(
    ("sent", "models"),
    [
        ({"relation": "finetune", "models": [{"_id": "6", "id": "o/x"}]}, (BaseModel("o/x", "finetune"),)),
        ({"relation": "merge", "models": ["o/x", "o/y"]}, (BaseModel("o/x", "merge"), BaseModel("o/y", "merge"))),
        ([{"relation": "adapter", "models": [{"id": "o/x"}]}], (BaseModel("o/x", "adapter"),)),
        ([{"id": "o/x", "relation": "quantized"}], (BaseModel("o/x", "quantized"),)),
        (["o/x", "o/x"], (BaseModel("o/x", None),)),
        ("o/x", (BaseModel("o/x", None),)),
        ([], ()),
        ({"models": []}, ()),
        (None, None),
    ],
)
def test_base_models_are_read_in_every_form_in_use(sent: Any, models: tuple[BaseModel, ...] | None) -> None:
    """An object, a list of objects, of ids, or one id: the same repos, and their relation where it is given."""
    snapshot = _read(baseModels=sent)
    assert (snapshot.base_models, snapshot.detail) == (models, None)


@pytest.mark.parametrize("sent", [7, {"models": "o/x"}, {"relation": 3, "models": []}, [["o/x"]], [{"name": "o/x"}]])
def test_base_models_in_no_known_form_are_left_out_and_named(sent: Any) -> None:
    """What is not understood is None, said in the detail, and costs no counter."""
    snapshot = _read(baseModels=sent, downloads=5)
    assert (snapshot.base_models, snapshot.downloads_30d) == (None, 5)
    assert snapshot.detail == "not understood: baseModels"


@pytest.mark.parametrize(
    ("sent", "gate"), [("auto", "auto"), ("manual", "manual"), (False, "no"), (None, None), (True, None)]
)
def test_the_gate_is_auto_manual_or_no(sent: Any, gate: str | None) -> None:
    """`false` means open; absent means not known; anything else is not understood."""
    assert _read(gated=sent).gated == gate


def test_dates_come_out_in_utc_and_only_with_a_zone() -> None:
    """Any RFC 3339 form is taken; a date without a zone is not guessed at."""
    snapshot = _read(createdAt="2025-12-17T09:00:00+01:00", lastModified="2025-12-17T09:00:00")
    assert snapshot.created_at == datetime(2025, 12, 17, 9, tzinfo=timezone(timedelta(hours=1)))
    assert (snapshot.last_modified, snapshot.detail) == (None, "not understood: lastModified")


def test_a_page_read_for_a_repo_it_does_not_have_says_so() -> None:
    """Reading a kept listing for a repo that is not on it gives an unreadable snapshot."""
    page = RawAnswer("0" * 64, "http://hub", AT, b'[{"id": "o/b"}]')
    assert read_repo(page, "o/a").detail == "the answer names no repo"

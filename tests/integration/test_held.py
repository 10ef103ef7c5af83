"""However little is held at hand, and in whatever batches a family is judged, the results are the same."""

import shutil
from pathlib import Path

import pytest

from alia_watch.config.sections import Config
from alia_watch.pipeline.detect import detect, detections_of
from alia_watch.pipeline.downloads import cost_ratios
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.store.database import open_store
from tests.small_watch import NOW, small_watch


@pytest.fixture
def watch(tmp_path: Path) -> Config:
    return small_watch(tmp_path)


def test_what_is_held_changes_no_figure(watch: Config) -> None:
    """A look that can hold one repo's readings makes the same series, sums and movements, by reading them again."""
    with open_store(watch.watch.database) as store:
        whole = Reconstruction(store, watch, now=NOW)
        little = Reconstruction(store, watch, now=NOW, most_held=1)
        assert len(whole.family()) == 5
        assert little.family() == whole.family()
        assert little.learnt == whole.learnt
        assert little.series(whole.family()) == whole.series(whole.family())
        assert little.movements() == whole.movements()
        assert len(little._stored) == 1
        ratios = [cost_ratios(store, watch, now=NOW, look=look) for look in (little, whole)]
        assert ratios[0] == ratios[1]


def test_a_family_is_judged_alike_in_any_batches(watch: Config) -> None:
    """One after another, or all together."""
    with open_store(watch.watch.database) as store:
        look = Reconstruction(store, watch, now=NOW)
        together = detections_of(look, watch, look.family(), ())
        assert any(each.spikes for each in together.values())
        for repo in look.family():
            assert detections_of(look, watch, [repo], ()) == {repo: together[repo]}


@pytest.mark.parametrize("batch", [1, 2])
def test_a_detection_in_batches_finds_the_same(watch: Config, tmp_path: Path, batch: int) -> None:
    """And decides the same of it."""
    results = []
    for size in (256, batch):
        copy = tmp_path / f"{size}.db"
        shutil.copyfile(watch.watch.database, copy)
        with open_store(copy) as store, store.writing() as db:
            db.execute("DELETE FROM notices")
            db.execute("DELETE FROM findings")
            db.execute("DELETE FROM replays")
        with open_store(copy) as store:
            found = detect(store, watch, now=NOW, together=size)
            remembered = store.rows("SELECT series, method FROM replays ORDER BY series")
        results.append((found, remembered))
    assert results[0] == results[1]
    assert results[0][0].findings

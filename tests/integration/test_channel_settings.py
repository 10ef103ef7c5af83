"""The settings of a channel, which nobody can ask for in the channel itself."""

from pathlib import Path

from alia_bot.demo.telegram import TelegramStandIn
from alia_watch.store.database import open_store
from alia_watch.store.subscribers import subscribers
from tests.conversations import talk


def test_an_administrator_brings_them_up_in_private(tmp_path: Path) -> None:
    """By the channel's name or its id, and changes them there; nobody else can."""
    with TelegramStandIn() as api:
        ana, bea = api.person(1, "Ana"), api.person(2, "Bea")
        channel = api.channel(-1003456, "Cifras", username="cifras_publicas", administrators=[ana])
        with talk(tmp_path, api) as spoken:
            channel.adds_bot(ana)
            spoken.settle()
            for place in ("@cifras_publicas", "-1003456"):
                spoken.says(ana, f"/settings {place}")
                assert api.posted[-1].text.startswith("Ajustes de su canal")
            spoken.presses(ana, "Resumen mensual")
            with open_store(spoken.config.watch.database) as store:
                [who] = [each for each in subscribers(store) if each.source == "chat"]
            assert (who.address, sorted(who.topics)) == ("-1003456", ["alerts", "cost_updates"])
            spoken.says(bea, "/settings @cifras_publicas")
            assert "solo sus administradores" in api.posted[-1].text
            spoken.says(ana, "/settings @otro_canal")
            assert api.posted[-1].text == "No estoy en ningún chat con ese nombre."

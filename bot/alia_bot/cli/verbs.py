"""Every verb, in the order `--help` lists them: importing a verb's file registers it on the application."""
# ruff: noqa: I001  the order is that of the help, not of the alphabet

from alia_bot.cli import init  # noqa: F401
from alia_bot.cli import check  # noqa: F401
from alia_bot.cli import run  # noqa: F401
from alia_bot.cli import snapshot  # noqa: F401
from alia_bot.cli import import_  # noqa: F401
from alia_bot.cli import series  # noqa: F401
from alia_bot.cli import spikes  # noqa: F401
from alia_bot.cli import announcements  # noqa: F401
from alia_bot.cli import announcements_show  # noqa: F401
from alia_bot.cli import announcements_fetch  # noqa: F401
from alia_bot.cli import announcements_mend  # noqa: F401
from alia_bot.cli import study  # noqa: F401
from alia_bot.cli import cost  # noqa: F401
from alia_bot.cli import digest  # noqa: F401
from alia_bot.cli import alerts  # noqa: F401
from alia_bot.cli import verify  # noqa: F401
from alia_bot.cli import alert_test  # noqa: F401
from alia_bot.cli import subscribers  # noqa: F401
from alia_bot.cli import subscribers_import  # noqa: F401
from alia_bot.cli import subscribers_person  # noqa: F401
from alia_bot.cli import deliveries  # noqa: F401
from alia_bot.cli import bounces  # noqa: F401
from alia_bot.cli import status  # noqa: F401
from alia_bot.cli import export  # noqa: F401
from alia_bot.cli import backup  # noqa: F401
from alia_bot.cli import restore  # noqa: F401
from alia_bot.cli import demo  # noqa: F401

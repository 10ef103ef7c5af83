"""What the wheel's build adds: the catalogues of texts, compiled. A checkout reads the `.po` files as they stand."""

import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface[Any]):
    """Puts a `.mo` file into the wheel for each `.po` file, which stays behind."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Nothing for an editable install, which runs from the checkout."""
        if version == "editable":
            return
        self._compiled = tempfile.TemporaryDirectory()
        package = Path(self.root) / "src"
        for source in sorted(package.glob("alia_watch/reports/locale/*/LC_MESSAGES/*.po")):
            place = source.relative_to(package).with_suffix(".mo")
            target = Path(self._compiled.name) / place
            target.parent.mkdir(parents=True)
            with source.open("rb") as po, target.open("wb") as mo:
                write_mo(mo, read_po(po, locale=source.parent.parent.name, abort_invalid=True))
            build_data["force_include"][str(target)] = place.as_posix()

    def finalize(self, version: str, _build_data: dict[str, Any], _artifact_path: str) -> None:
        """Clear up."""
        if version != "editable":
            self._compiled.cleanup()

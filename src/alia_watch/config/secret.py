"""Secrets: named in the file, never written in it; never shown."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, SecretStr, StringConstraints, model_validator

from alia_watch.errors import ConfigError


class Secret(BaseModel):
    """Where a secret is: `{ env = "NAME" }` or `{ file = "PATH" }`. Its value is read when it is used."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    env: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _not_inline(cls, value: Any) -> Any:
        if not isinstance(value, dict | Secret):
            raise ValueError('a secret is never written in the file: use { env = "NAME" } or { file = "PATH" }')  # noqa: TRY004  pydantic turns a ValueError into a fault
        if isinstance(value, dict) and len(set(value) & {"env", "file"}) != 1:
            raise ValueError('give exactly one of env and file: { env = "NAME" } or { file = "PATH" }')
        return value

    def __str__(self) -> str:
        return f"environment variable {self.env}" if self.env else f"file {self.file}"

    def read(self) -> SecretStr:
        """The secret, wrapped so that it is not printed by accident.

        Raises:
            ConfigError: the variable is unset or empty, or the file cannot be read or is empty.
        """
        if self.env:
            value = os.environ.get(self.env, "").strip()
            if not value:
                raise ConfigError(f"The secret in {self} is not set.", hint=f"Set {self.env} before you start.")
            return SecretStr(value)
        assert self.file is not None  # noqa: S101  the validator has seen to it
        try:
            value = self.file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"The secret in {self} cannot be read ({type(error).__name__}).",
                hint="Check that the file exists and that this user may read it.",
            ) from None
        if not value:
            raise ConfigError(f"The secret in {self} is empty.", hint="Write the secret into the file, alone.")
        return SecretStr(value)

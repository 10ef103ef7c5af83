"""Pictures are drawn in a process of their own: the renderer is large, and its crash must not hurt the watch."""

import multiprocessing
import os
import signal
import struct
import threading
import zlib
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Self

from alia_watch.child import Child
from alia_watch.errors import ChartError

#: A definition, or what makes it and can be sent to another process.
Drawing = dict[str, Any] | Callable[[], dict[str, Any]]
#: How long one picture may take, in seconds; the first one starts the renderer as well.
DRAW_WITHIN_S = 60.0
#: Twice the size on paper, for sharp screens.
SCALE = 2


class ChartWorker:
    """Draws definitions one after another. The process is started with the first, and ends with `close`."""

    def __init__(self, *, within_s: float = DRAW_WITHIN_S) -> None:
        self._within_s = within_s
        self._child = Child(_draw, name="charts")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def png(self, definition: Drawing) -> bytes:
        """The picture of a Vega-Lite definition, as PNG.

        Args:
            definition: the dict, or what makes it: called in the process that draws.

        Raises:
            ChartError: the renderer refused it, crashed, or took too long. The next picture gets a new process.
        """
        return self._drawn("png", definition)

    def svg(self, definition: Drawing) -> str:
        """The same as SVG, which scales to any size. Raises ChartError as `png`."""
        return self._drawn("svg", definition).decode()

    def _drawn(self, form: str, definition: Drawing) -> bytes:
        try:
            answer = self._child.ask((form, definition), self._within_s)
        except TimeoutError as error:
            raise ChartError(f"A chart was not drawn within {self._within_s:g} s.") from error
        except EOFError as error:
            raise ChartError("The chart renderer died: was there enough memory?") from error
        if isinstance(answer, str):
            raise ChartError(f"The chart could not be drawn: {answer}")
        return bytes(answer)

    def close(self) -> None:
        """End the process, whatever it does."""
        self._child.end()

    @property
    def pid(self) -> int | None:
        """The process's id, while there is one."""
        return self._child.pid


def smaller(png: bytes) -> bytes:
    """The same picture in a third of the bytes: the renderer packs its pixels in haste, and each goes out many times.

    What is no PNG, or an odd one, is given back as it is.
    """
    head, place, chunks = png[:8], 8, []
    while place + 12 <= len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        chunks.append((kind, png[place + 8 : place + 8 + length]))
        place += 12 + length
    pixels = b"".join(body for kind, body in chunks if kind == b"IDAT")
    if place != len(png) or not pixels:
        return png
    packed = zlib.compress(zlib.decompress(pixels), 6)
    before = [chunk for chunk in chunks if chunk[0] not in (b"IDAT", b"IEND")]
    return head + b"".join(_chunk(kind, body) for kind, body in (*before, (b"IDAT", packed), (b"IEND", b"")))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _draw(pipe: "Connection[Any, Any]") -> None:
    """What the process does: definitions in, pictures or reasons out, until nobody listens."""
    import vl_convert  # noqa: PLC0415  only this process loads the renderer

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the watch, which ends this process when it is done
    threading.Thread(target=_end_with_the_watch, daemon=True).start()
    while True:
        try:
            form, definition = pipe.recv()
        except EOFError:
            return
        try:
            made = definition() if callable(definition) else definition
            if form == "svg":
                pipe.send(vl_convert.vegalite_to_svg(made).encode())
            else:
                pipe.send(smaller(vl_convert.vegalite_to_png(made, scale=SCALE)))
        except ValueError as error:
            pipe.send(str(error).splitlines()[0][:200])
        except MemoryError:
            os._exit(1)  # what is left of this process is no place to draw in: the next picture gets another
        except (ArithmeticError, LookupError, TypeError) as error:  # a definition that cannot be made of this document
            pipe.send(f"{type(error).__name__}: {error}"[:200])


def _end_with_the_watch() -> None:
    """A drawing that takes for ever does not outlive whoever asked for it, however that ended."""
    watch = multiprocessing.parent_process()
    if watch is not None:
        wait([watch.sentinel])
        os._exit(1)

"""Where the one script that draws charts is found: inside the plotly package, of which nothing else is served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

SCRIPT = "plotly.min.js"
PREFIX = "plotly"


class PlotlyFinder(BaseFinder):
    """Serves `plotly/plotly.min.js`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spec = find_spec("plotly")
        if spec is None or spec.origin is None:
            raise RuntimeError("The package plotly is not installed; install the requirements again.")
        self._folder = Path(spec.origin).parent / "package_data"
        self._storage = FileSystemStorage(location=self._folder)
        self._storage.prefix = PREFIX  # type: ignore[attr-defined]  # collectstatic reads it from every storage

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:  # noqa: ANN401  # a path, or a list of them
        found = str(self._folder / SCRIPT) if path == f"{PREFIX}/{SCRIPT}" else ""
        return [found] if find_all and found else found or []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        if not matches_patterns(SCRIPT, list(ignore_patterns or ())):
            yield SCRIPT, self._storage

"""YAML text as plain values, together with the line on which each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

Path = tuple[str | int, ...]

LONGEST_TEXT = 1024 * 1024
_MOST_VALUES = 50_000
_DEEPEST = 40
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "timestamp"))
_MERGE_TAG = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something that is wrong with a file: its line, counted from 1, the key's path, and a sentence."""

    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"Line {self.line}, {self.key}: {self.message}" if self.key else f"Line {self.line}: {self.message}"


class ProblemsFound(Exception):
    """The file cannot be used; `problems` says why, in the order of its lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Document:
    """The values of a file, the line of each, and what was wrong already when they were read."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, path: Path, message: str) -> None:
        """Add a problem at the path, or at what is nearest above it in the file."""
        self.problems.append(Problem(self.line(path), key_of(path), message))

    def line(self, path: Path) -> int:
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def key_of(path: Path) -> str:
    """A path as people write it: `evaluation.task_specifications[0].key`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def read_document(text: str) -> Document:
    """Read one YAML document by a safe loader. Raises `ProblemsFound` for text that is no YAML."""
    if len(text) > LONGEST_TEXT:
        raise ProblemsFound([Problem(1, "", "The file has more than 1 MB; an evaluation takes a few kB.")])
    try:
        loader = yaml.SafeLoader(_without_elision(text))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        unreadable = f"This is not YAML: the character {error.character:#06x} may not stand in it."
        raise ProblemsFound([Problem(line, "", unreadable)]) from error
    try:
        node = loader.get_single_node()
        document = Document()
        if node is not None:
            document.value = _Reader(loader, document).value(node, ())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise ProblemsFound([Problem(line, "", f"This is not YAML: {what}.")]) from error
    except yaml.YAMLError as error:
        raise ProblemsFound([Problem(1, "", f"This is not YAML: {error}.")]) from error
    finally:
        loader.dispose()
    return document


def _without_elision(text: str) -> str:
    """The text without the "..." that stands before the first key of a copied excerpt; its lines keep their numbers."""
    lines = text.splitlines(keepends=True)
    for place, line in enumerate(lines):
        if line.strip() == "...":
            lines[place] = line.replace("...", "", 1)
        elif line.strip() and not line.lstrip().startswith("#"):
            break
    return "".join(lines)


@dataclass(slots=True)
class _Reader:
    """Turns nodes into values; bounded, because a few aliases can stand for millions of values."""

    loader: yaml.SafeLoader
    document: Document
    count: int = 0

    def value(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401  # YAML holds anything
        self.count += 1
        if self.count > _MOST_VALUES or len(path) > _DEEPEST:
            line = node.start_mark.line + 1
            raise ProblemsFound([Problem(line, key_of(path), "The file holds too many values, or too deep ones.")])
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*path, place)) for place, each in enumerate(node.value)]
        return self._scalar(node, path)

    def _pairs(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == _MERGE_TAG:
                self.document.problems.append(
                    Problem(
                        line, key_of(path), "A key must be plain text; merged keys (<<) are not read, write them out."
                    )
                )
                continue
            key = str(key_node.value)
            if key in seen:
                message = f"The key stands here a second time; the first is on line {seen[key]}."
                self.document.problems.append(Problem(line, key_of((*path, key)), message))
                continue
            seen[key] = line
            self.document.lines[(*path, key)] = line
            yield key, self.value(value_node, (*path, key))

    def _scalar(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401  # YAML holds anything
        if node.tag not in _PLAIN_TAGS:
            self.document.complain(path, f'The tag "{node.tag}" is not read; write the value itself.')
            return None
        value = self.loader.construct_object(node)
        return str(node.value) if isinstance(value, date) else value


def as_mapping(value: object) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one: what is wrong with it was said when it was checked."""
    return value if isinstance(value, dict) else {}

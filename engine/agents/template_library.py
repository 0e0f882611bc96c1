"""The templates: those that are shipped, and the workspace's own in ``templates/*.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from ..canonical import JsonError, parse_strict
from ..governance.policy.lines import line_of
from ..tasks.templates import TemplateDoc, TemplateError, faults_of

SIZE_LIMIT: Final = 262_144
"""Most bytes of a template."""
MOST: Final = 200
"""Most templates of a workspace that are looked at."""
_SHOWN: Final = 5
_SHIPPED: Final = ("code-change", "customer-letter")


@dataclass(frozen=True, slots=True)
class Template:
    """A template, usable or not.

    Attributes:
        own: it is the workspace's own.
        document: what it says; nothing where it cannot be used.
        fault: why it cannot be used.
    """

    name: str
    own: bool
    document: TemplateDoc | None
    fault: TemplateError | None = None

    def usable(self) -> TemplateDoc:
        """What it says.

        Raises:
            TemplateError: it cannot be used; with file and line.
        """
        if self.document is None:
            raise self.fault or TemplateError(f"template {self.name} cannot be used")
        return self.document


class TemplateLibrary:
    """Reads templates afresh each time: a file that was just saved counts.

    Args:
        folder: the workspace's ``templates``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> Sequence[Template]:
        """Every template, by name; a workspace's own takes the place of a shipped one of its name."""
        found = {name: self._shipped(name) for name in _SHIPPED}
        for path in sorted(self._folder.glob("*.toml"))[:MOST]:
            found[path.stem] = _template(path.stem, path.name, path)
        return [found[name] for name in sorted(found)]

    def get(self, name: str) -> Template:
        """The template of that name.

        Raises:
            TemplateError: there is none.
        """
        path = self._folder / f"{name}.toml"
        plain = "/" not in name and "\0" not in name and not name.startswith(".")
        if plain and path.is_file():
            return _template(name, path.name, path)
        if name in _SHIPPED:
            return self._shipped(name)
        known = ", ".join(one.name for one in self.all())
        raise TemplateError(
            f"there is no template {name[:60]!r}", remedy=f"There are: {known}. Yours go into templates/NAME.toml."
        )

    def _shipped(self, name: str) -> Template:
        text = files(__package__).joinpath("templates", f"{name}.toml").read_text(encoding="utf-8")
        return Template(name, own=False, document=parse_template(text, f"{name}.toml"))


def parse_template(text: str, name: str) -> TemplateDoc:
    """A template from its text.

    Raises:
        TemplateError: with the line of everything that is wrong.
    """
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is nested too deeply"
        raise TemplateError(f"{name} is not valid TOML", why=why, remedy="Mend that line.") from None
    return _checked(tables, name, text)


def parse_plan(text: str, name: str = "the plan") -> TemplateDoc:
    """A plan without blanks from its JSON text, as a model writes it.

    Raises:
        TemplateError: it is not one; with what is wrong.
    """
    try:
        tables = parse_strict(text, max_bytes=SIZE_LIMIT)
    except JsonError as error:
        raise TemplateError(f"{name} is not usable JSON", why=error.why or error.what) from None
    return _checked(tables, name, None)


def _checked(tables: Any, name: str, text: str | None) -> TemplateDoc:
    try:
        document = TemplateDoc.model_validate(tables)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise _refused(name, text, ((one["loc"], _said(one)) for one in found)) from None
    problems = list(faults_of(document, blanks=text is not None))
    if text is None and document.parameters:
        problems.append((("parameters",), "a plan has no parameters"))
    if problems:
        raise _refused(name, text, problems)
    return document


def _template(name: str, file: str, path: Path) -> Template:
    try:
        with path.open("rb") as opened:
            raw = opened.read(SIZE_LIMIT + 1)
        if len(raw) > SIZE_LIMIT:
            raise TemplateError(f"{file} is too large", why=f"it has more than {SIZE_LIMIT} bytes")
        return Template(name, own=True, document=parse_template(raw.decode("utf-8-sig"), file))
    except OSError as error:
        fault = TemplateError(f"{file} cannot be read", why=error.strerror or str(error))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        fault = TemplateError(f"{file}, line {line}, is not UTF-8", remedy="Save it as UTF-8.")
    except TemplateError as error:
        fault = error
    return Template(name, own=True, document=None, fault=fault)


def _refused(name: str, text: str | None, problems: Iterable[tuple[Sequence[str | int], str]]) -> TemplateError:
    lines = [_line(name, text, place, said) for place, said in problems]
    shown = "; ".join(lines[:_SHOWN])
    if len(lines) > _SHOWN:
        shown += f"; and {len(lines) - _SHOWN} more"
    return TemplateError(f"{name} cannot be used", why=shown, remedy="Mend what is named.")


def _line(name: str, text: str | None, place: Sequence[str | int], said: str) -> str:
    key = ".".join(str(part) for part in place) or "the file"
    line = line_of(text, place) if text is not None else None
    return f"{name}, line {line}: {key}: {said}" if line else f"{name}: {key}: {said}"


def _said(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "extra_forbidden":
        return "unknown key"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]

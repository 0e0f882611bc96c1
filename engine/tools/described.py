"""What is written under the fields of a class, read when somebody asks: the source is looked up only then."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache


@cache
def field_texts(kind: type) -> Mapping[str, str]:
    """The text under each annotated field of a class, without those that it inherits; empty without its source."""
    try:
        source = inspect.getsource(kind)
    except (OSError, TypeError):
        # It was made where no file is, for example typed in: then nothing is said about its fields.
        return {}
    (found,) = ast.parse(textwrap.dedent(source)).body
    assert isinstance(found, ast.ClassDef)  # noqa: S101  # the source of a class is one
    texts: dict[str, str] = {}
    for field, text in zip(found.body, found.body[1:], strict=False):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str):
            texts[field.target.id] = inspect.cleandoc(text.value.value)
    return texts

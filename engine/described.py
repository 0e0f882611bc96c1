"""Models whose JSON schemas say what is written under their fields; the source is read when a schema is asked for."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Described(BaseModel):
    """A model; the text under a field is its description in the JSON schema.

    The library's own way, ``use_attribute_docstrings``, looks the source up when the class is made: at each start.
    """

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for kind in cls.__mro__:
            for field, text in field_texts(kind).items() if issubclass(kind, Described) else ():
                found = properties.get(field, {"description": text})
                # What is defined elsewhere in the schema may say the same there.
                if handler.resolve_ref_schema(found).get("description") != text:
                    found.setdefault("description", text)
        return schema


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

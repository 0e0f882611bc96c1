"""``keys``: every key of the console with the id by which ``[keys]`` of the settings changes it."""

from __future__ import annotations

import os

from engine.workspace import find_workspace

from ..printing import print_json, print_table
from ..session import Session, command


@command("keys")
def keys(session: Session) -> None:
    """List every key of the console as it is in this workspace, with the id by which [keys] changes it."""
    from engine.settings import load_settings

    from ...keymap import BY_ID
    from ..own_keys import hold

    workspace = find_workspace(session.folder)
    if workspace is not None:
        hold(load_settings(workspace.settings_file, os.environ).keys, workspace.settings_file)
    if session.json:
        items = [
            {"id": key.id, "keys": key.keys, "where": [scope.value for scope in key.scopes], "what": key.tooltip}
            for key in BY_ID.values()
        ]
        print_json({"items": items})
        return
    rows = [(key.id, key.shown, ", ".join(scope.value for scope in key.scopes), key.tooltip) for key in BY_ID.values()]
    print_table(("id", "keys", "where", "what"), rows)

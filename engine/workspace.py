"""A workspace: one folder with the settings, the operator's files, and a private folder for the engine's state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import WatchfloorError

SETTINGS_NAME: Final = "watchfloor.toml"
POLICY_NAME: Final = "policy.toml"
STATE_NAME: Final = ".watchfloor"


class WorkspaceError(WatchfloorError):
    """The workspace cannot be made, found or used."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where everything of one workspace lives.

    Attributes:
        root: the folder, absolute.
    """

    root: Path

    @property
    def settings_file(self) -> Path:
        """The settings, TOML."""
        return self.root / SETTINGS_NAME

    @property
    def state(self) -> Path:
        """The engine's own folder: database, embedded server, log. Private to its user."""
        return self.root / STATE_NAME

    @property
    def database(self) -> Path:
        """The truth, SQLite."""
        return self.state / "engine.db"

    @property
    def log(self) -> Path:
        """What the engine has to say about itself."""
        return self.state / "engine.log"

    @property
    def anchor(self) -> Path:
        """Heads of the journal, kept outside the database, so that a cut-off tail is found."""
        return self.state / "journal.anchor"

    @property
    def heartbeat(self) -> Path:
        """The operator's list of standing tasks."""
        return self.root / "HEARTBEAT.md"

    @property
    def policy(self) -> Path:
        """What may run by itself here, TOML."""
        return self.root / POLICY_NAME

    @property
    def themes(self) -> Path:
        """The workspace's own colour themes."""
        return self.root / "themes"


def find_workspace(folder: Path) -> Workspace | None:
    """The workspace in ``folder`` itself, if there is one; folders above are not searched."""
    root = folder.absolute()
    return Workspace(root) if (root / SETTINGS_NAME).is_file() else None


def create_workspace(folder: Path, *, settings: str, heartbeat: str, policy: str) -> Workspace:
    """Make a workspace; files that a person already put there are left as they are.

    Args:
        folder: where; made when missing.
        settings: the text of the new settings file.
        heartbeat: the text of the new HEARTBEAT.md.
        policy: the text of the new policy file.

    Raises:
        WorkspaceError: there is one already, or the folder cannot be written.
    """
    workspace = Workspace(folder.absolute())
    if workspace.settings_file.exists():
        raise WorkspaceError(
            f"{workspace.root} already is a workspace",
            why=f"it has a {SETTINGS_NAME}",
            remedy="Open it with `watchfloor`, or name another folder.",
        )
    try:
        workspace.root.mkdir(parents=True, exist_ok=True)
        prepare_state(workspace)
        if not workspace.heartbeat.exists():
            workspace.heartbeat.write_text(heartbeat, encoding="utf-8")
        if not workspace.policy.exists():
            workspace.policy.write_text(policy, encoding="utf-8")
        workspace.settings_file.write_text(settings, encoding="utf-8")
    except OSError as error:
        raise _unusable(workspace, error) from error
    return workspace


def prepare_state(workspace: Workspace) -> None:
    """Make the engine's private folder, or check that it is one.

    Raises:
        WorkspaceError: it cannot be made or written.
    """
    try:
        workspace.state.mkdir(mode=0o700, exist_ok=True)
        workspace.state.chmod(0o700)
        ignore = workspace.state / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        probe = workspace.state / ".writable"
        probe.touch()
        # Another command may have looked at the same moment.
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(workspace, error) from error


def _unusable(workspace: Workspace, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"workspace {workspace.root} cannot be used",
        why=f"{error.strerror or error} ({error.filename})" if error.filename else str(error),
        remedy="Make the folder writable for this user and its disk not full, or use another folder.",
    )

"""The tree of errors. Each message says what went wrong, where, and what to do.

::

    TwinError
    ├── UsageError                  the call is wrong: exit status 2
    │   ├── UnknownName             no layer, index, goal, field … of that name; the nearest is named
    │   ├── RecipeError             city.toml cannot be followed
    │   ├── ProfileError            a goal profile cannot be read
    │   └── SettingError            an environment variable or a line of .env is wrong
    ├── SourceError                 a file or service cannot be read as the recipe says
    │   ├── SourceMissing           it is not there
    │   ├── SourceUnreadable        it is there, but broken or of another format
    │   ├── SourceWithoutCrs        nothing says in which CRS its coordinates are
    │   └── SourceEncoding          its text is in another encoding than said
    ├── StoreError                  PostGIS cannot do what is asked
    │   ├── StoreNotInstalled       no PostgreSQL with PostGIS on this machine
    │   ├── StoreUnavailable        no answer, or the connection broke
    │   ├── StoreNotReady           nothing is loaded or scored yet
    │   ├── StoreMismatch           it holds another city, another CRS, or an incompatible table
    │   ├── StoreBusy               another load is writing
    │   ├── EditRefused             an edit breaks a rule of its layer; the field or the place is named
    │   ├── EditStale               an edit of a row that somebody else changed since; both states are shown
    │   ├── BackupError             a backup cannot be written or restored
    │   └── MigrationError          a numbered migration was changed after it ran
    ├── RunError                    a recompute cannot start or go on
    │   ├── RunInProgress           another one is running
    │   ├── RunCancelled            somebody cancelled it
    │   ├── WorkersLost             no worker is left, or none answers
    │   └── WorkerDiffers           a worker runs another program
    ├── AccessError                 the door is shut
    │   ├── SignInNeeded            nobody is signed in
    │   ├── SignInRefused           name or password is not right, or too many tries
    │   └── NotAllowed              the role may not do this, or the request comes from elsewhere
    ├── ExportError                 a file cannot be written where it was asked for
    └── DiscoveryError              a file in a folder of layers, indices, readers … is not one
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.database.edits import Change, EditRow


class TwinError(Exception):
    """Base of every error that this project raises on purpose."""


class UsageError(TwinError):
    """The call cannot be carried out as it was written."""


class UnknownName(UsageError):
    """Nothing of that kind has that name."""

    def __init__(self, kind: str, name: str, known: Iterable[str], where: str = "") -> None:
        """Say which ``kind`` was looked for and the nearest of the ``known`` names."""
        names = sorted(known)
        near = difflib.get_close_matches(name.lower(), [n.lower() for n in names], n=1, cutoff=0.5)
        nearest = next((n for n in names if near and n.lower() == near[0]), None)
        place = f"{where}: " if where else ""
        meant = f"Did you mean '{nearest}'?" if nearest else f"Known: {', '.join(names) or 'none'}."
        super().__init__(f"{place}there is no {kind} '{name}'. {meant}")
        self.nearest = nearest


class RecipeError(UsageError):
    """A recipe (city.toml) cannot be followed as it stands."""


class ProfileError(UsageError):
    """A goal profile cannot be read."""


class SettingError(UsageError):
    """A setting is wrong."""


class SourceError(TwinError):
    """A file or service cannot be read as the recipe says."""


class SourceMissing(SourceError):
    """A source is not where the recipe says."""


class SourceUnreadable(SourceError):
    """A source is broken, or of another format than its name says."""


class SourceWithoutCrs(SourceError):
    """Nothing says in which CRS a source's coordinates are."""


class SourceEncoding(SourceError):
    """A source's text is in another encoding than said."""


class StoreError(TwinError):
    """PostGIS cannot do what is asked."""


class StoreNotInstalled(StoreError):
    """No PostgreSQL with PostGIS was found on this machine."""


class StoreUnavailable(StoreError):
    """PostGIS does not answer, or the connection to it broke."""


class StoreNotReady(StoreError):
    """Nothing is loaded, or nothing is scored yet."""


class StoreMismatch(StoreError):
    """The store holds another city, another CRS, or a table that the declaration no longer fits."""


class StoreBusy(StoreError):
    """Another load is writing; it is named."""


class EditRefused(StoreError):
    """An edit breaks a rule of its layer; nothing of what was saved with it is kept."""

    def __init__(
        self, message: str, hint: str = "", field: str = "", place: tuple[float, float] | None = None, index: int = 0
    ) -> None:
        """In the rule's words.

        Args:
            message: what is wrong.
            hint: what to do.
            field: the field it is about, ``geom`` for the place, empty where it is about the row.
            place: longitude and latitude of the fault, where it has one.
            index: position of the change among those that were saved together.
        """
        super().__init__(f"{message}. {hint}" if hint else message)
        self.message, self.hint, self.field, self.place, self.index = message, hint, field, place, index


class EditStale(StoreError):
    """An edit of a row that somebody else changed, or deleted, since it was read; nothing of what was saved is kept."""

    def __init__(self, theirs: EditRow | None, yours: Change, index: int) -> None:
        """Hold both: ``theirs`` is the row as it stands (None: gone), ``yours`` the change at position ``index``."""
        state = f"{theirs.edited_by} changed it to version {theirs.version}" if theirs else "it is gone"
        super().__init__(f"the row was not saved: since you read it {state}. Look at both, then save again")
        self.theirs, self.yours, self.index = theirs, yours, index


class BackupError(StoreError):
    """A backup cannot be written or restored; the store is as it was."""


class MigrationError(StoreError):
    """A numbered migration was changed after it had been applied."""


class RunError(TwinError):
    """A recompute cannot start or go on."""


class RunInProgress(RunError):
    """Another recompute is running."""


class RunCancelled(RunError):
    """Somebody cancelled the recompute; what it had done is not shown."""


class WorkersLost(RunError):
    """Workers died more often than is tried again, or none answers."""


class WorkerDiffers(RunError):
    """A worker runs another program than the one that began the recompute."""


class AccessError(TwinError):
    """The door is shut to whoever asks."""


class SignInNeeded(AccessError):
    """Nobody is signed in, or the session has ended."""


class SignInRefused(AccessError):
    """Name or password is not right, or there were too many tries."""


class NotAllowed(AccessError):
    """The role of whoever is signed in does not reach that far, or the request comes from another page."""


class ExportError(TwinError):
    """A file cannot be written where it was asked for; what was there stays."""


class DiscoveryError(TwinError):
    """A file found by discovery does not hold what its folder promises."""

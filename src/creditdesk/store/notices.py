"""What the user is told of a history's file that is not as it should be."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from creditdesk.store.checks import Named


class Finding(StrEnum):
    """What was wrong with the file."""

    EMPTY = "empty"
    NOT_A_DATABASE = "not_a_database"
    DAMAGED = "damaged"
    FOREIGN = "foreign"  # another program's database
    NEWER = "newer"  # a newer creditdesk's
    UNREADABLE = "unreadable"  # the system does not let us open it
    ROWS = "rows"  # rows of it


_SAID = {
    Finding.EMPTY: "The history's file was empty.",
    Finding.NOT_A_DATABASE: "The history's file was not a database.",
    Finding.DAMAGED: "The history's file was damaged.",
    Finding.FOREIGN: "The history's file belonged to another program.",
    Finding.NEWER: "The history was written by a newer creditdesk.",
    Finding.UNREADABLE: "The history's file can't be opened.",
    Finding.ROWS: "",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What the user should know about the history's file.

    `aside` is where the bad file went, `backup` the newest good copy, `detail` what the system said. Where only rows
    are bad, `detail` is the whole sentence, and `account` the id in it, which a reader knows by its name (`named`).
    """

    finding: Finding
    file: Path
    aside: Path | None = None
    backup: Path | None = None
    detail: str = ""
    account: str = ""

    @property
    def is_rows(self) -> bool:
        """Whether the file is as it was, but for rows that are left out."""
        return self.finding is Finding.ROWS

    def named(self, names: Mapping[str, str]) -> "Notice":
        """The same notice with the account's name, by its id, instead of the id."""
        shown = names.get(self.account, self.account)
        return replace(self, detail=self.detail.replace(f"“{self.account}”", f"“{shown}”"), account="")

    @property
    def text(self) -> str:
        """The notice in plain sentences: what, where, what to do."""
        if self.is_rows:
            return self.detail
        parts = [_SAID[self.finding]]
        if self.finding is Finding.NEWER:
            parts.append(f"It is left as it is: {self.file}. New readings are kept until creditdesk is closed.")
            parts.append("Install the newer creditdesk again, or choose another data folder.")
        elif self.aside is not None:
            parts.append(f"It was set aside as {self.aside}, and a new history was begun.")
        else:
            parts.append(f"Check the file and its folder: {self.file} ({self.detail}).")
            parts.append("Readings are kept until creditdesk is closed.")
        if self.backup is not None:
            parts.append(f"A good copy lies in {self.backup}.")
        return " ".join(parts)


def rows_notice(path: Path | None, first: Named, count: int) -> Notice:
    """What to say of `count` bad rows, `first` being one of them."""
    day = f" from {first.at.day} {first.at:%B %Y}" if first.at is not None else ""
    whose = " of ".join([f" of {first.label}"] * bool(first.label) + [f"“{first.account}”"] * bool(first.account))
    whose = whose if first.label or not first.account else f" of {whose}"
    if count == 1:
        said = f"A row of the history{whose}{day} was damaged and is left out."
    else:
        said = f"{count} rows of the history were damaged and are left out, one of them{whose}{day}."
    said += " What it held is kept aside in the file." if count == 1 else " What they held is kept aside in the file."
    return Notice(Finding.ROWS, path or Path(), detail=said, account=first.account)

"""How a file was understood, and how the user wants it read, as values and in words."""

from dataclasses import dataclass

ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("utf-16-le", "UTF-16, little end first"),
    ("utf-16-be", "UTF-16, big end first"),
    ("cp1252", "Windows-1252"),
)
DELIMITERS = ((",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar"), ("", "one a line"))


@dataclass(frozen=True, slots=True)
class Guess:
    """How a file was understood. `header_line` from 1, 0 for none; `delimiter` "" means that a line is an item.

    `place` is the column's number from 0. `sheet` "" and no `encoding`: the file is no workbook, or no text. `rows` are
    the first lines of the file as (line number, cells). `left_out` rows of totals, or with the header once more, are no
    items; `left_rows` are the first of them as (line, text, "totals" or "header"). `keep_footer`: they are taken.
    """

    encoding: str = ""
    delimiter: str = ""
    header_line: int = 0
    columns: tuple[str, ...] = ()
    place: int = 0
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    left_out: int = 0
    left_rows: tuple[tuple[int, str, str], ...] = ()
    keep_footer: bool = False

    @property
    def column(self) -> str:
        """The column's name, "" where the file has none."""
        return self.columns[self.place] if 0 <= self.place < len(self.columns) else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the user wants a file to be read; None: as it is guessed. `column` is a name, or a number from 1."""

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    column: str | None = None
    sheet: str | None = None
    keep_footer: bool = False


def guess_words(guess: Guess, column: bool = True) -> str:
    """ "UTF-16 · tab · header in line 3 · column “Keyword” · sheet “Export”"."""
    said = [encoding_words(guess.encoding)] if guess.encoding else []
    if not guess.sheet:
        said.append(dict(DELIMITERS).get(guess.delimiter, f"“{guess.delimiter}”"))
    if guess.delimiter or guess.sheet or guess.header_line:
        said.append(f"header in line {guess.header_line:,}" if guess.header_line else "no header")
    if column and guess.column:
        said.append(f"column “{guess.column}”")
    if guess.sheet:
        said.append(f"sheet “{guess.sheet}”")
    return " · ".join(said)


def left_out_words(guess: Guess) -> str:
    """What the rows that were left out are: "rows of totals", "repeated headers"."""
    found = {why for _, _, why in guess.left_rows} or {"totals", "header"}
    one = guess.left_out == 1
    said = (
        ("totals", "row of totals" if one else "rows of totals"),
        ("header", f"repeated header{'' if one else 's'}"),
    )
    return " and ".join(words for why, words in said if why in found)


def short_left_out(guess: Guess) -> str:
    """The same for a narrow place: "rows" where there are some of both."""
    return left_out_words(guess) if len({why for _, _, why in guess.left_rows}) == 1 else "rows"


def encoding_words(encoding: str) -> str:
    """ "UTF-16" for "utf-16-le", "Windows-1252" for "cp1252"."""
    plain = encoding.lower().replace("_", "-")
    if plain.startswith("utf-16"):
        return "UTF-16"
    if plain in ("utf-8", "utf-8-sig", "ascii"):
        return "UTF-8"
    known = {"cp1252": "Windows-1252", "windows-1252": "Windows-1252", "xlsx": "XLSX", "xlsb": "XLSB", "xls": "XLS"}
    return {**known, "ods": "ODS"}.get(plain, encoding)

"""What is wrong with a keyword file."""


class SheetError(Exception):
    """A file that can't be read. `line` is 1-based, 0 when it can't be told; `advice` says what to do."""

    def __init__(self, file: str, line: int, what: str, advice: str = "") -> None:
        super().__init__(
            f"{file}, line {line}: {what} {advice}".strip() if line else f"{file}: {what} {advice}".strip()
        )
        self.file = file
        self.line = line
        self.what = what
        self.advice = advice

"""What stands on the sizer's right side while there is no verdict: what to do, or why there is none."""

from creditdesk.ui.board import Entry
from creditdesk.ui.nouns import counted, many, one
from creditdesk.ui.sizer_input import KeywordBox
from creditdesk.ui.sizer_sections import Holding

STILL_READING = "The list is still being read."


def hint(entry: Entry | None, keywords: KeywordBox, item: str) -> tuple[str, str]:
    """A title and a sentence. `item`: what a line of the list is."""
    if entry is not None and not entry.definition.operations:
        text = "creditdesk can show what is left of this account, but not what an import would use."
        return f"No price of {entry.definition.name} is known", text
    if keywords.says_so:
        return STILL_READING, "The verdict stands here as soon as it is read."
    if keywords.held is not None:
        return _nothing_to_add(keywords.held, item)
    text = "The verdict stands here at once, before anything is sent."
    return f"Drop a file here, or paste one {one(item)} a line", text


def _nothing_to_add(held: Holding, item: str) -> tuple[str, str]:
    tracked = len(held.already.tracked) if held.already else 0
    if tracked:
        whole = "It is" if tracked == 1 else f"All {counted(tracked, item)} are"
        return "Nothing to add", f"{whole} tracked there already. Nothing would be used."
    return "Nothing to add", f"The list holds no {many(item)} that could be sent."

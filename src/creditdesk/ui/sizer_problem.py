"""Why what stands on the sizer's page cannot be sent, or wait, as it is."""

from creditdesk.ui.send_order import SentLists, why_not
from creditdesk.ui.sizer_case import Answer
from creditdesk.ui.sizer_form import SizerForm
from creditdesk.ui.sizer_hint import STILL_READING


def problem(answer: Answer, form: SizerForm, sent: SentLists, queued: bool = False) -> str:
    """One sentence, "" when it can. What is `queued` need not fit now."""
    if form.keywords.waits:
        return STILL_READING
    box, held = form.place, form.keywords.held
    found = why_not(answer, box.place, held is not None, queued)
    if found or held is None or box.place is None:
        return found
    return sent.why_not((form.account_id, box.place), held, box.subtract.isChecked())

"""The story of trust: what a definition of the user's own sends where is approved before anything is sent.

A definition that came with the program is passed as it is; one of the user's own only when what it sends where is what
he approved. `providers.request` refuses any other, so that a way round this module sends nothing.
"""

from dataclasses import replace

from creditdesk.core.definition import Definition, Own
from creditdesk.core.pools import Trouble, TroubleKind
from creditdesk.store.approvals import Approvals, ApprovalsError

NOT_APPROVED = "{name} is a definition of your own. Nothing is sent before you approve what it sends where."


class Trust:
    """Says which definitions may be used, and keeps what the user approves."""

    def __init__(self, approvals: Approvals) -> None:
        self.approvals = approvals
        self._stood: dict[str, tuple[Definition, Definition]] = {}  # as it was given, and as it stands

    def standing(self, definition: Definition) -> Definition:
        """The definition, marked as approved when it is and not else."""
        if definition.own is None:
            return definition
        try:
            approval = self.approvals.find(definition.id, definition.own.digest)
        except ApprovalsError:
            approval = None  # said by `refusal`
        own = Own(definition.own.digest)
        if approval is not None:
            own = Own(own.digest, approved=True, host=approval.host)
        if definition.own == own:
            return definition
        given, found = self._stood.get(definition.id, (None, definition))
        if given is not definition or found.own != own:
            found = replace(definition, own=own)
            self._stood[definition.id] = (definition, found)
        return found

    def refusal(self, definition: Definition) -> Trouble | None:
        """Why nothing is sent by this definition; None when it may be used."""
        own = self.standing(definition).own
        if own is None or own.approved:
            return None
        try:
            self.approvals.last(definition.id)
        except ApprovalsError as error:
            return Trouble(TroubleKind.NOT_APPROVED, str(error))
        return Trouble(TroubleKind.NOT_APPROVED, NOT_APPROVED.format(name=definition.name))

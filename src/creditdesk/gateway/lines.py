"""From the account that a request names to where it goes: its definition, its meter, the place of its key, its host."""

from dataclasses import dataclass

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account
from creditdesk.desk.tools import Tools
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.providers.hosts import is_local
from creditdesk.providers.metering import Meter
from creditdesk.providers.presenting import Presenter
from creditdesk.providers.request import RequestRefused
from creditdesk.store.config import ConfigError

MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one account's vendor. `origin` is scheme and host, `base` the path before every path, without `/`."""

    account: Account
    definition: Definition
    meter: Meter
    presenter: Presenter
    origin: str
    base: bytes
    public: bool = False  # whether only a public address may be asked, and none of this computer or its network


class Lines:
    """The accounts as they are chosen now. A line is made once for each state of an account and its definition."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._made: dict[str, tuple[Account, Definition, Line | None]] = {}

    def find(self, name: str) -> Line | None:
        """The line of the account with this name, whatever its case, or id; None where there is none that passes."""
        try:
            account = self._tools.chosen.load().account(name) if name else None
        except ConfigError:  # half written by an editor: nobody comes in until it can be read
            return None
        return self.of(account) if account is not None else None

    def of(self, account: Account) -> Line | None:
        """The line of this account; None where its vendor's requests cannot pass."""
        try:
            definition = self._tools.vendor(account.provider)
        except (UnknownProvider, DefinitionError):
            return None
        made = self._made.get(account.id)
        if made is None or made[0] is not account or made[1] is not definition:
            if len(self._made) >= MOST_KEPT:
                self._made.clear()
            made = self._made[account.id] = (account, definition, _line(account, definition))
        return made[2]


def _line(account: Account, definition: Definition) -> Line | None:
    if definition.own is not None and not definition.own.approved:
        return None
    try:
        meter = Meter(definition, account.settings)
        address = meter.address(account.base_url)
        presenter = Presenter(definition, account.settings)
    except (ValueError, RequestRefused):
        return None
    host = address.hostname or ""
    own = definition.own
    public = own is not None and not account.base_url and own.host != host
    if public and is_local(host):
        return None
    base = address.path.rstrip("/").encode("ascii", "replace")
    return Line(account, definition, meter, presenter, f"{address.scheme}://{address.netloc}", base, public)

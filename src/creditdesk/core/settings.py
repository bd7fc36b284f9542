"""What the user chose for the whole desk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.pools import Thresholds
from creditdesk.core.quiet import Quiet
from creditdesk.core.rules import Rules

LEAST_INTERVAL_S = 60


class ThemeChoice(StrEnum):
    """Which colours the window has."""

    FOLLOW = "follow"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Settings:
    """Desk-wide choices. `interval_s` is at least 60 seconds; `ca_file` is a PEM file of a company's own authority."""

    interval_s: int = 300
    thresholds: Thresholds = field(default_factory=Thresholds)
    theme: ThemeChoice = ThemeChoice.FOLLOW
    start_in_tray: bool = False
    close_to_tray: bool = True
    hide_amounts: bool = False
    hide_names: bool = False
    notifications: bool = True
    ca_file: str = ""
    window: str = ""  # the window's geometry, base64, as Qt gave it
    told_no_tray: bool = False
    low_days: Decimal = Decimal(7)  # a wallet that lasts less is low
    critical_days: Decimal = Decimal(1)
    rules: Rules = field(default_factory=Rules)
    quiet: Quiet = field(default_factory=Quiet)
    sound: bool = False  # with a notification
    gateway: bool = False  # the window's gateway is on, and starts with the window
    addresses: Mapping[str, str] = field(default_factory=dict)  # of mail and chat: an id, and what may be shown of it

"""Promise F2: one alert a real crossing, whatever noise, gaps, resets, top-ups and restarts lie between."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.core.desk_facts import NOW, D, pool, snapshot, vendor
from tests.proving import size

from creditdesk.core.alerts import Stage, judge, stage
from creditdesk.core.levels import Evidence, Finding, assess
from creditdesk.core.pools import Level, PoolKind, Thresholds, Trouble, TroubleKind
from creditdesk.core.series import PENDING, Episode
from creditdesk.core.settings import Settings

HOUR = timedelta(hours=1)
DEFINITION = vendor(drain=(), pools=())
BARS = {Level.LOW: D(20), Level.CRITICAL: D(5), Level.EXHAUSTED: D(5)}
SERIES = size(300, 10_000)
GAPS = (TroubleKind.NO_NETWORK, TroubleKind.VENDOR_DOWN, TroubleKind.BAD_ANSWER, TroubleKind.THROTTLED)


class Model:
    """Promise F2 and nothing else: a threshold is armed until it is passed, and again a tenth clear of it."""

    def __init__(self) -> None:
        self.armed = dict.fromkeys(BARS, True)
        self.window = (NOW + 24 * HOUR, 0)

    def read(self, left: Decimal, window: tuple[datetime, int], now: datetime) -> list[Level]:
        over = window[0] != self.window[0] and self.window[0] <= now
        if over or window[1] > self.window[1]:
            self.armed = dict.fromkeys(BARS, True)
        if over or window[1] > self.window[1] or not self.open():
            self.window = window
        for level, bar in BARS.items():
            self.armed[level] |= left >= bar * D("1.1")
        passed = [level for level in (Level.LOW, Level.CRITICAL) if left < BARS[level]]
        passed += [Level.EXHAUSTED] if left <= 0 else []
        tell = [passed[-1]] if passed and self.armed[passed[-1]] else []
        for level in passed:
            self.armed[level] = False
        return tell

    def open(self) -> bool:
        return not all(self.armed.values())


class Desk(RuleBasedStateMachine):
    """An allowance of 100 that is used, fails, resets, is topped up, and whose desk is restarted."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.resets_at = NOW + 24 * HOUR
        self.rises: list[datetime] = []
        self.left = D(50)
        self.episodes: list[Episode] = []
        self.model = Model()
        self.findings: tuple[Finding, ...] = ()
        self.ids = 0

    @rule(centre=st.sampled_from([D(20), D(22), D(5), D("5.5"), D("0.5"), D(60)]), noise=st.integers(-20, 20))
    def use(self, centre: Decimal, noise: int) -> None:
        """A reading within 2 % of a threshold, or far from all."""
        self.left = max(D(0), (centre * (1 + D(noise) / 1000)).quantize(D("0.01")))
        self.look()

    @rule(left=st.integers(0, 100))
    def jump(self, left: int) -> None:
        self.left = D(left)
        self.look()

    @rule(kind=st.sampled_from(GAPS))
    def fail(self, kind: TroubleKind) -> None:
        """What was not read neither fires nor clears."""
        self.now += HOUR / 12
        found = assess(Evidence(DEFINITION, None, Trouble(kind, "No.")), Thresholds(), Settings(), self.now)
        decision = judge("a", self.episodes, found, self.now)
        assert (decision.new, decision.cleared, decision.quiet, decision.changed) == ((), (), (), ())

    @rule()
    def reset(self) -> None:
        """The window is over; it is seen at the next reading."""
        self.now = max(self.now, self.resets_at)
        self.resets_at = self.now + 24 * HOUR

    @precondition(lambda self: self.now < self.resets_at)
    @rule()
    def vendor_moves_its_reset(self) -> None:
        """A reset that is always so many days ahead is no new window."""
        self.resets_at += HOUR

    @rule(by=st.integers(1, 40))
    def top_up(self, by: int) -> None:
        self.now += HOUR / 12
        self.rises.append(self.now)
        self.left += by
        self.look()

    @rule()
    def restart(self) -> None:
        """Another process has what was kept, and nothing else."""
        self.episodes = [replace(each) for each in self.episodes if each.cleared_at is None]

    @invariant()
    def stages_are_as_the_open_episodes_say(self) -> None:
        found = stage("level", "monthly", self.episodes, self.findings)
        seen = {each.level for each in self.episodes if each.cleared_at is None}
        if not self.findings:
            assert found is Stage.NO_DATA
        elif not seen:
            assert found is Stage.OK
        else:
            assert found in (Stage.LOW, Stage.CRITICAL, Stage.RECOVERING)
            assert (found is Stage.LOW) <= (max(seen, key=lambda each: each.severity) is Level.LOW)

    def look(self) -> None:
        self.now += HOUR / 12
        topped = {"monthly": self.rises[-1]} if self.rises else {}
        held = snapshot(
            pool("monthly", str(self.left), PoolKind.ALLOWANCE, limit=D(100), resets_at=self.resets_at), at=self.now
        )
        evidence = Evidence(DEFINITION, held, topped_up=topped)
        self.findings = assess(evidence, Thresholds(), Settings(), self.now)
        decision = judge("a", self.episodes, self.findings, self.now)
        gone = {each.id for each in (*decision.cleared, *decision.changed)}
        kept = [each for each in self.episodes if each.id not in gone]
        self.episodes = [*kept, *map(self.numbered, (*decision.new, *decision.quiet, *decision.changed))]
        told = [each.level for each in decision.new]
        assert told == self.model.read(self.left, (self.resets_at, len(self.rises)), self.now)
        assert all(each.state != PENDING for each in self.episodes)

    def numbered(self, episode: Episode) -> Episode:
        self.ids += not episode.id
        return episode if episode.id else replace(episode, id=self.ids)


Desk.TestCase.settings = settings(
    max_examples=SERIES,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(900)
@pytest.mark.promise("F2", f"{SERIES:,} noisy series")
class TestOneAlertACrossing(Desk.TestCase):  # type: ignore[name-defined,misc]
    """Run by unittest."""

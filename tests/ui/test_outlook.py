"""A run-out is told with how sure it is, and a package with what it wastes, in few words."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.core.desk_facts import NOW, D, pool

from creditdesk.core.pools import PoolKind, RunOut
from creditdesk.ui import outlook

AT = NOW + timedelta(days=6)
RUN_OUT = RunOut("p", AT, AT, AT, D(2))


@pytest.mark.parametrize(
    ("sure", "runs_out", "full", "lasts"),
    [
        ("sure", "runs out about", "p full about", "lasts until about"),
        ("likely", "likely runs out about", "p likely full about", "likely lasts until about"),
        ("rough", "may run out about", "p may be full about", "may last until about"),
    ],
)
def test_the_verb_says_how_sure_a_run_out_is(sure: str, runs_out: str, full: str, lasts: str) -> None:
    run_out = replace(RUN_OUT, sure=sure)
    when = outlook.about(AT, NOW)
    wallet, slots = pool("p", 10, PoolKind.WALLET), pool("p", 10, PoolKind.SLOTS)
    assert outlook.run_out_line(run_out, wallet, NOW) == f"{runs_out} {when}"
    assert outlook.run_out_line(run_out, None, NOW, named=True) == f"{runs_out} {when}"
    assert outlook.run_out_line(run_out, wallet, NOW, named=True) == f"{wallet.label} {runs_out} {when}"
    assert outlook.run_out_line(run_out, slots, NOW).lower() == f"{full} {when}".lower()
    assert outlook.lasts_line(run_out, NOW) == f"{lasts} {when}"


def test_a_package_says_its_expiry_and_what_it_wastes() -> None:
    package = pool("p", 1000, PoolKind.PACKAGE, expires_at=NOW + timedelta(days=3))
    assert outlook.run_out_line(replace(RUN_OUT, wasted=D(401)), package, NOW).endswith(", about 40 % of it unused")
    assert outlook.run_out_line(replace(RUN_OUT, wasted=D(401)), package, NOW).startswith("expires ")
    assert outlook.run_out_line(RUN_OUT, package, NOW).startswith("runs out about ")
    assert outlook.unused_line(replace(RUN_OUT, wasted=D(5)), replace(package, left=Decimal(0))) == ""

"""The `[[plan]]`, `[[pack]]` and `[[notice]]` tables of a definition: what the vendor sells and what it announces."""

from creditdesk.core.offers import Notice, Pack, Plan
from creditdesk.providers.definition_prices import ZERO, Around, pool_list
from creditdesk.providers.definition_table import Table, shown
from creditdesk.providers.definition_values import amounts, conditions, fact, identifier, link, plain

MAX_PLANS = 60
MAX_PACKS = 60
MAX_NOTICES = 12


def read_plans(root: Table, around: Around) -> tuple[Plan, ...]:
    """All plans. The same id may come again with another `when`."""
    found: list[Plan] = []
    choices = around.names.params.get("plan", ())
    for table in root.tables("plan", MAX_PLANS):
        plan = Plan(
            id=identifier(table),
            label=plain(table, "label", needed=True),
            fact=fact(table, around.fact),
            when=conditions(table, "when", around.names),
            limits=amounts(table, "limits"),
            price=plain(table, "price", most=100),
            currency=_currency(table),
            overage=table.number("overage"),
            bills_overage=table.flag("bills_overage"),
            upgrade=plain(table, "upgrade", most=500),
            upgrade_url=link(table, "upgrade_url"),
            trial=table.flag("trial"),
            unit_price=table.number("unit_price"),
            valid_months=table.whole("valid_months", 0, 120),
            notes=plain(table, "notes", most=2_000, lines=True),
        )
        _check_plan(table, plan, around)
        if (plan.id, plan.when) in [(each.id, each.when) for each in found]:
            table.wrong("id", f"{plan.id} is there twice with the same when")
        if plan.id and choices and plan.id not in choices:
            table.wrong("id", f"is {shown(plan.id)}; the choices of the param plan are {', '.join(choices)}")
        table.finish()
        found.append(plan)
    return tuple(found)


def _check_plan(table: Table, plan: Plan, around: Around) -> None:
    for pool, limit in plan.limits.items():
        if pool not in around.pools:
            table.wrong("limits", f"is not a pool; the pools are {', '.join(around.pools)}", pool)
        elif limit < 0:
            table.wrong("limits", "must not be negative", pool)
    for key, value in (("overage", plan.overage), ("unit_price", plan.unit_price)):
        if value is not None and value < 0:
            table.wrong(key, "must not be negative")
        if value is not None and not plan.currency:
            table.wrong("currency", f"is missing: {key} is money")
    if plan.bills_overage and plan.overage is None and "overage" not in table.data:
        table.wrong("overage", "is missing: a plan with bills_overage says what one unit over the limit costs")


def read_packs(root: Table, around: Around) -> tuple[Pack, ...]:
    """All one-time purchases."""
    found: list[Pack] = []
    for table in root.tables("pack", MAX_PACKS):
        amount, price = table.number("amount", needed=True), table.number("price", needed=True)
        pack = Pack(
            id=identifier(table),
            label=plain(table, "label", needed=True),
            pool=table.text("pool", needed=True, most=100),
            amount=amount or ZERO,
            price=price or ZERO,
            currency=_currency(table, needed=True),
            url=link(table, "url", needed=True),
            fact=fact(table, around.fact),
        )
        if pack.pool and pack.pool not in around.pools:
            table.wrong("pool", f"is {shown(pack.pool)}; the pools are {', '.join(around.pools)}")
        if amount is not None and amount <= 0:
            table.wrong("amount", "must be above 0")
        if price is not None and price < 0:
            table.wrong("price", "must not be negative")
        if pack.id and pack.id in {each.id for each in found}:
            table.wrong("id", f"{pack.id} is there twice")
        table.finish()
        found.append(pack)
    return tuple(found)


def read_notices(root: Table, around: Around) -> tuple[Notice, ...]:
    """All notices."""
    found: list[Notice] = []
    for table in root.tables("notice", MAX_NOTICES):
        notice = Notice(
            text=plain(table, "text", needed=True, most=500),
            fact=fact(table, around.fact),
            when=conditions(table, "when", around.names),
            set=conditions(table, "set", around.names, alternatives=False),
            button=plain(table, "button", most=80),
        )
        if bool(notice.set) != bool(notice.button) and not ("set" in table.data and "button" in table.data):
            table.wrong("button" if notice.set else "set", "is missing: a button and what it sets go together")
        table.finish()
        found.append(notice)
    return tuple(found)


def read_drain(root: Table, pools: tuple[str, ...]) -> tuple[str, ...]:
    """The order in which the vendor empties its pools."""
    return pool_list(root, "drain", pools)


def _currency(table: Table, needed: bool = False) -> str:
    value = table.text("currency", needed, most=3)
    if value and not (len(value) == 3 and value.isascii() and value.isupper()):
        table.wrong("currency", f"is {shown(value)}; allowed is a code of three capital letters such as EUR")
        return ""
    return value

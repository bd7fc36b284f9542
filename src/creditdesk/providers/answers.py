"""What a vendor's answer means: a snapshot, or a named trouble.

Judged by status, codes and fields, never by prose. The order: a redirect is refused before it comes here; then the
definition's own failure rules, on every status; then the status; then the body.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

from creditdesk.core.amounts import parse_amount
from creditdesk.core.cadence import parse_retry_after
from creditdesk.core.definition import Definition, FailRule, RequestRule, When
from creditdesk.core.pools import Snapshot, Source, Trouble, TroubleKind
from creditdesk.providers.dropping import drop
from creditdesk.providers.header_fields import fields
from creditdesk.providers.pages import next_token
from creditdesk.providers.redaction import Mask, redact
from creditdesk.providers.rows import Refused, Unreadable, read_pools
from creditdesk.providers.selection import compile_expression
from creditdesk.providers.strict_json import BadAnswer, decode
from creditdesk.providers.values import Scene, find, instant, one_line

MAX_SEARCHED = 64 * 1024
"""Characters of a text body that patterns look at."""
MAX_QUOTED = 200
"""Characters of a vendor's own message that are shown."""

_NOTHING = Mask()
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_TOLD = {
    TroubleKind.KEY_REJECTED: "rejected the key",
    TroubleKind.NO_ACCESS: "does not let this key see the balance",
    TroubleKind.EXHAUSTED: "says that the credits are used up",
    TroubleKind.THROTTLED: "asks to be asked less often",
    TroubleKind.VENDOR_DOWN: "is not working at the moment",
    TroubleKind.BAD_ANSWER: "did not answer with a balance",
    TroubleKind.NO_NETWORK: "could not be reached: the proxy wants a user name and password",
}
_BY_STATUS = {
    401: TroubleKind.KEY_REJECTED,
    402: TroubleKind.EXHAUSTED,
    403: TroubleKind.NO_ACCESS,
    407: TroubleKind.NO_NETWORK,
    429: TroubleKind.THROTTLED,
}
_MAY_WAIT = frozenset({TroubleKind.THROTTLED, TroubleKind.VENDOR_DOWN, TroubleKind.EXHAUSTED})


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came, its headers by their small name. `body` is never kept beyond the reading."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    host: str


@dataclass(frozen=True, slots=True)
class Body:
    """What an accepted answer holds: its data without the secrets in it, and the captured values (secrets) by name."""

    data: object = field(repr=False)
    captured: Mapping[str, str] = field(repr=False)
    mask: Mask = field(repr=False)  # hides the secrets that were taken out of the data
    identity: str = field(default="", repr=False)


def read_answer(
    definition: Definition, answers: Mapping[str, Answer], settings: Mapping[str, str], now: datetime
) -> Snapshot | Trouble:
    """The snapshot that these answers (by request id) make, or the trouble of the first of them that has one.

    `settings` are the account's own. An optional request may be missing or have failed. Pure.
    """
    scene = Scene(now, definition.settings(settings))
    bodies: dict[str, object] = {}
    for rule in definition.requests:
        if rule.id not in answers:
            continue
        found = judge(definition, rule, answers[rule.id], scene)
        if isinstance(found, Body) and rule.page is not None:
            found = _only_page(definition, rule, found, scene)
        if isinstance(found, Body):
            bodies[rule.id] = found.data
            scene = replace(scene, masks=(*scene.masks, found.mask), identity=found.identity or scene.identity)
        elif not rule.optional:
            return found
    return snapshot_of(definition, bodies, scene)


def _only_page(definition: Definition, rule: RequestRule, body: Body, scene: Scene) -> Body | Trouble:
    """The answer, where no other page belongs to it: a part is never told for the whole."""
    assert rule.page is not None
    try:
        if next_token(rule.page, body.data):
            raise BadAnswer("has another page, which is not here")
    except BadAnswer as error:
        return bad_answer(definition, str(error), scene, rule.hint)
    return body


def judge(definition: Definition, rule: RequestRule, answer: Answer, scene: Scene) -> Body | Trouble:
    """What one answer holds, or its trouble."""
    data: object = None
    fault = ""
    try:
        data = _decoded(rule, answer)
    except BadAnswer as error:
        fault = str(error)
    captured = {name: find(path, data) for name, path in rule.capture.items()}
    identity = _identity(definition, data, scene) if definition.identity_from else ""
    mask = _NOTHING
    try:
        if dropped := drop(data, rule.redact):
            mask = Mask(dropped)
            scene = replace(scene, masks=(*scene.masks, mask))
    except BadAnswer as error:
        data, fault = None, str(error)
    failed = next((each for each in rule.fail if _matches(each, answer, data)), None)
    if failed is not None:
        return _by_rule(definition, (rule, failed), answer, data, scene)
    if answer.status not in rule.accept:
        return _by_status(definition, rule, answer, data, scene)
    if fault:
        return bad_answer(definition, fault, scene, rule.hint)
    try:
        kept = {name: _captured(value, rule.capture[name]) for name, value in captured.items()}
        return Body(data, kept, mask, identity)
    except BadAnswer as error:
        return bad_answer(definition, str(error), scene, rule.hint)


def snapshot_of(definition: Definition, bodies: Mapping[str, object], scene: Scene) -> Snapshot | Trouble:
    """The pools of the decoded bodies (by request id), read at `scene.now`."""
    try:
        pools, inferred = read_pools(definition, bodies, scene)
    except Unreadable as error:
        hint = next((rule.hint for rule in definition.requests if rule.id == error.request), "")
        return bad_answer(definition, str(error), scene, hint)
    except BadAnswer as error:
        return bad_answer(definition, str(error), scene)
    except Refused as error:
        return Trouble(error.kind, f"{definition.name} {_TOLD[error.kind]}.")
    plan = ""
    if definition.plan_from:
        found = (find(definition.plan_from, body) for body in reversed(list(bodies.values())))
        plan = scene.text(next((value for value in found if value is not None), None))
    ends = (_ends(definition.key_expires, bodies, scene), _ends(definition.plan_ends, bodies, scene))
    name = definition.plan_names.get(plan, plan)
    return Snapshot(scene.now, Source.LIVE, pools, name, inferred, *ends, scene.identity)


def _ends(when: When | None, bodies: Mapping[str, object], scene: Scene) -> datetime | None:
    """When the key or the plan ends, as the last answer that says so tells it."""
    found = (instant(when, body, scene) for body in reversed(list(bodies.values()))) if when is not None else ()
    return next((at for at in found if at is not None), None)


def _identity(definition: Definition, data: object, scene: Scene) -> str:
    """What names the account at the vendor: a name or number as it is written, and never a key that came back."""
    value = find(definition.identity_from, data)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    line = one_line(str(value))
    open_too = any(not each.secret for each in definition.credentials)  # a login is sent too, and is no secret
    return line if len(line) <= MAX_QUOTED and (open_too or scene.hide(line) == line) else ""


def bad_answer(definition: Definition, what: str, scene: Scene, hint: str = "") -> Trouble:
    """The trouble of an answer that cannot be read; `what` is the rest of a sentence about it ("is empty")."""
    line = redact(scene.hide(one_line(what)))
    told = f"The answer of {definition.name} cannot be read: {_subject(line)}."
    return Trouble(TroubleKind.BAD_ANSWER, f"{told} {hint}" if hint else told)


def _subject(what: str) -> str:
    return f"it {what}" if what.startswith(("is ", "holds ", "has ", "lists ")) else what


def _decoded(rule: RequestRule, answer: Answer) -> object:
    body = answer.body
    if rule.body == "json":
        if (data := decode(body)) is None:
            raise BadAnswer("holds nothing but null")
        return data
    if rule.body == "headers":
        return fields(answer.headers, answer.body)
    if rule.body == "xml":
        from creditdesk.providers.xml_body import decode_xml  # few vendors answer so

        return decode_xml(body)
    found = _pattern(rule.pattern).search(_text(body))
    if found is None:
        raise BadAnswer("is a web page" if body.lstrip().startswith(b"<") else "does not have the expected form")
    return found.groupdict()


def _text(body: bytes) -> str:
    return body[: 4 * MAX_SEARCHED].decode("utf-8-sig", "replace")[:MAX_SEARCHED]


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _matches(fail: FailRule, answer: Answer, data: object) -> bool:
    if fail.status and answer.status not in fail.status:
        return False
    if fail.when and (data is None or not compile_expression(fail.when).holds(data)):
        return False
    return not fail.text or _pattern(fail.text).search(_text(answer.body)) is not None


def _by_rule(
    definition: Definition, rules: tuple[RequestRule, FailRule], answer: Answer, data: object, scene: Scene
) -> Trouble:
    rule, fail = rules
    paths = (fail.retry_after, rule.retry_after)
    retry_at = _retry_at(answer, data, paths, scene.now)
    asked = retry_at is not None
    if retry_at is None and fail.wait_s:
        retry_at = scene.now + timedelta(seconds=fail.wait_s)
    said = find(fail.message, data) if fail.message and data is not None else None
    trouble = _trouble(definition, fail.kind, answer, _quoted(said, scene), (retry_at, asked))
    return replace(trouble, message=f"{trouble.message} {fail.hint}") if fail.hint else trouble


def _by_status(definition: Definition, rule: RequestRule, answer: Answer, data: object, scene: Scene) -> Trouble:
    kind = _BY_STATUS.get(answer.status)
    if kind is None:
        kind = TroubleKind.VENDOR_DOWN if answer.status >= 500 else TroubleKind.BAD_ANSWER
    retry_at = _retry_at(answer, data, (rule.retry_after,), scene.now)
    trouble = _trouble(definition, kind, answer, "", (retry_at, retry_at is not None))
    hint = rule.hint if kind is TroubleKind.BAD_ANSWER else ""
    return replace(trouble, message=f"{trouble.message} {hint}") if hint else trouble


def _trouble(
    definition: Definition, kind: TroubleKind, answer: Answer, quoted: str, wait: tuple[datetime | None, bool]
) -> Trouble:
    retry_at, asked = wait if kind in _MAY_WAIT else (None, False)
    sentence = f"{definition.name} {_TOLD[kind]} (HTTP {answer.status})"
    sentence += f": “{quoted.rstrip('.')}”." if quoted else "."
    return Trouble(kind, sentence, retry_at, asked)


def _quoted(said: object, scene: Scene) -> str:
    """The vendor's own words, short, on one line, without anything that is or looks like a key."""
    if not isinstance(said, str):
        return ""
    line = redact(scene.hide(one_line(said)))
    return line if len(line) <= MAX_QUOTED else line[: MAX_QUOTED - 1] + "…"


def _retry_at(answer: Answer, data: object, paths: tuple[str, ...], now: datetime) -> datetime | None:
    """When the vendor wants to be asked again: the header first, then the places that the definition names."""
    header = answer.headers.get("retry-after")
    found = parse_retry_after(header, now) if header else None
    for path in paths:
        if found is None and path and data is not None:
            found = _wait_in_body(find(path, data), now)
    return found


def _wait_in_body(value: object, now: datetime) -> datetime | None:
    """Seconds to wait, seconds or milliseconds since 1970 (by size), or a date."""
    amount = parse_amount(value)
    if amount is None:
        return parse_retry_after(value, now) if isinstance(value, str) else None
    if amount < 10**9:
        return parse_retry_after(str(max(amount, Decimal(0)).to_integral_value(ROUND_CEILING)), now)
    seconds = amount / 1000 if amount >= 10**12 else amount
    return max(now, _EPOCH + timedelta(seconds=int(seconds))) if seconds < 10**11 else None


def _captured(value: object, path: str) -> str:
    if value is None or value == "":
        raise BadAnswer(f"{path} is missing")
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > 8_192:
        raise BadAnswer(f"{path} is not a text")
    text = str(value)
    if not (text.isascii() and text.isprintable()):
        raise BadAnswer(f"{path} holds characters that no header can carry")
    return text

"""Ranktracker's documented requests, and what each does. What is assumed in them, ranktracker.py says."""

from collections.abc import Callable
from typing import Any, TypeVar

from creditdesk.sandbox.ranktracker_keywords import (
    ENGINE_FIELDS,
    QUOTAS,
    Domain,
    Keyword,
    RanktrackerAccount,
    keyword_json,
    wanted,
)
from creditdesk.sandbox.vendor import Vendor
from creditdesk.sandbox.wire import Answer, Call, Refused, route, whole

USAGE = "GET /v1/account/usage"
Ids = tuple[str, ...]
Owner = Vendor[RanktrackerAccount]
Item = TypeVar("Item")


def errors(status: int, code: str, *details: str) -> dict[str, Any]:
    """The documented envelope, one entry for each detail."""
    return {"errors": [{"code": code, "status": status, "detail": detail} for detail in details]}


def _usage(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    attributes: dict[str, Any] = {"apiEnabled": account.api_enabled}
    for quota in QUOTAS:
        numbers = {"usage": account.usage(quota), "limit": account.limits[quota], "remaining": account.left(quota)}
        attributes[quota] = numbers
    return Answer(200, {"data": {"id": account.id, "type": "usage", "attributes": attributes}})


def _domains(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    return _listed(call, list(account.domains.values()), Domain.as_json)


def _one_domain(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    return Answer(200, {"data": _domain(vendor, account, ids[0]).as_json()})


def _competitors(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    _domain(vendor, account, ids[0])
    return _listed(call, [], Domain.as_json)


def _keywords(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    return _listed(call, list(_domain(vendor, account, ids[0]).keywords.values()), keyword_json)


def _one_keyword(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    return Answer(200, {"data": keyword_json(_keyword(vendor, account, ids[0], ids[1]))})


def _create(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    """All of words x search_engines, or nothing."""
    home = _domain(vendor, account, ids[0])
    words, engines, frequency, problems = wanted(call.fields())
    if problems is None:
        raise Refused(vendor.error(400, "parameter_missing"))
    if problems:
        raise Refused(_unprocessable(*problems))
    pairs = [(word, engine) for word in words for engine in engines]
    if account.duplicates != "count":
        fresh = home.without_repeats(pairs)
        if account.duplicates == "refuse" and len(fresh) < len(pairs):
            raise Refused(_unprocessable("words has already been taken"))
        pairs = fresh
    if not account.fits(len(pairs)):
        raise Refused(vendor.error(402, "over_quota"))
    made = [Keyword(vendor.world.uuid(), word, engine, frequency) for word, engine in pairs]
    home.keywords.update({keyword.id: keyword for keyword in made})
    account.tracked += len(made)
    amounts = {"keywords": len(made), "dataRows": len(made) * account.rows_per_keyword}
    named = [dict(zip(ENGINE_FIELDS, engine, strict=True)) for engine in engines]
    vendor.book(account, "create", domain=ids[0], words=words, engines=named, amounts=amounts)
    return Answer(201, {"data": [keyword_json(keyword) for keyword in made]})


def _change(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    """`tracked` false frees the slots, true takes them again where they fit."""
    keyword = _keyword(vendor, account, ids[0], ids[1])
    given = call.fields() or {}
    inner = given.get("keyword", given)
    if not isinstance(inner, dict) or "tracked" not in inner:
        raise Refused(vendor.error(400, "parameter_missing"))
    tracked = inner["tracked"]
    if not isinstance(tracked, bool):
        raise Refused(_unprocessable("tracked must be true or false"))
    if tracked and not keyword.tracked and not account.fits(1):
        raise Refused(vendor.error(402, "over_quota"))
    _occupy(vendor, account, keyword, "resume" if tracked else "pause")
    return Answer(200, {"data": keyword_json(keyword)})


def _delete(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    _occupy(vendor, account, _keyword(vendor, account, ids[0], ids[1]), "delete")
    del account.domains[ids[0]].keywords[ids[1]]
    return Answer(204)


def _occupy(vendor: Owner, account: RanktrackerAccount, keyword: Keyword, operation: str) -> None:
    tracked = operation == "resume"
    step = int(tracked) - int(keyword.tracked)
    keyword.tracked = tracked
    account.tracked += step
    vendor.book(account, operation, keyword=keyword.id, word=keyword.word, slots=step)


def _tags(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    return _listed(call, list(account.tags.items()), _tag_json)


def _new_tag(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    given = call.fields() or {}
    inner = given.get("tag", given)
    name = inner.get("name") if isinstance(inner, dict) else None
    if not isinstance(name, str) or not name:
        raise Refused(vendor.error(400, "parameter_missing"))
    tag = vendor.world.uuid()
    account.tags[tag] = name
    return Answer(201, {"data": _tag_json((tag, name))})


def _tag_one(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    return Answer(201, {"data": _tag(vendor, account, (ids[0], ids[2]), [ids[1]])[0]})


def _tag_many(vendor: Owner, account: RanktrackerAccount, call: Call, ids: Ids) -> Answer:
    given = call.fields() or {}
    keywords = given.get("keyword_uuids")
    if "tag_uuid" not in given or not isinstance(keywords, list):
        raise Refused(vendor.error(400, "parameter_missing"))
    tag = str(given["tag_uuid"])
    return Answer(201, {"data": _tag(vendor, account, (ids[0], tag), [str(keyword) for keyword in keywords])})


def _tag(vendor: Owner, account: RanktrackerAccount, ids: tuple[str, str], keywords: list[str]) -> list[Any]:
    """Tag keywords of a domain; `ids` are the domain's and the tag's."""
    domain, tag = ids
    if tag not in account.tags:
        raise Refused(vendor.error(404, "not_found"))
    found = [_keyword(vendor, account, domain, keyword) for keyword in keywords]
    for keyword in found:
        keyword.tags.add(tag)
    return [
        {"id": vendor.world.uuid(), "type": "tagging", "attributes": {"tag_uuid": tag, "keyword_uuid": keyword.id}}
        for keyword in found
    ]


def _domain(vendor: Owner, account: RanktrackerAccount, domain: str) -> Domain:
    if domain not in account.domains:
        raise Refused(vendor.error(404, "not_found"))
    return account.domains[domain]


def _keyword(vendor: Owner, account: RanktrackerAccount, domain: str, keyword: str) -> Keyword:
    keywords = _domain(vendor, account, domain).keywords
    if keyword not in keywords:
        raise Refused(vendor.error(404, "not_found"))
    return keywords[keyword]


def _unprocessable(*problems: str) -> Answer:
    return Answer(422, errors(422, "invalid", *problems))


def _tag_json(tag: tuple[str, str]) -> dict[str, Any]:
    return {"id": tag[0], "type": "tag", "attributes": {"name": tag[1]}}


def _listed(call: Call, items: list[Item], as_json: Callable[[Item], dict[str, Any]]) -> Answer:
    """One page of a list: `page` from 1, `per_page` 50 where not given and silently 1000 at most."""
    page, per_page = whole(call.query.get("page"), 1), whole(call.query.get("per_page"), 50)
    if page is None or per_page is None or page < 1 or per_page < 1:
        raise Refused(Answer(400, errors(400, "parameter_malformed", "page and per_page are numbers from 1.")))
    per_page = min(per_page, 1000)
    headers = {
        "X-Total-Count": str(len(items)),
        "X-Total-Pages": str(-(-len(items) // per_page)),
        "X-Per-Page": str(per_page),
        "X-Current-Page": str(page),
    }
    part = items[(page - 1) * per_page : page * per_page]
    return Answer(200, {"data": [as_json(item) for item in part]}, headers)


ROUTES = (
    route("GET", "/v1/account/usage", _usage),
    route("GET", "/v1/domains", _domains),
    route("GET", "/v1/domains/{domain}", _one_domain),
    route("GET", "/v1/domains/{domain}/competitors", _competitors),
    route("GET", "/v1/domains/{domain}/keywords", _keywords),
    route("POST", "/v1/domains/{domain}/keywords", _create),
    route("POST", "/v1/domains/{domain}/keywords/taggings", _tag_many),
    route("GET", "/v1/domains/{domain}/keywords/{keyword}", _one_keyword),
    route("PATCH", "/v1/domains/{domain}/keywords/{keyword}", _change),
    route("DELETE", "/v1/domains/{domain}/keywords/{keyword}", _delete),
    route("POST", "/v1/domains/{domain}/keywords/{keyword}/tags/{tag}", _tag_one),
    route("GET", "/v1/tags", _tags),
    route("POST", "/v1/tags", _new_tag),
)

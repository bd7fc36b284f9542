"""Answers that come in pages: whether there is another one, what asks for it, and all of them as one answer."""

from dataclasses import replace

from creditdesk.core.requests import PageRule, RequestRule
from creditdesk.providers.strict_json import BadAnswer
from creditdesk.providers.values import find

TOKEN = "_page"
"""The hole that the token of the next page fills; nothing in a definition can have this name."""
MAX_TOKEN = 2_048


def next_token(page: PageRule, data: object) -> str:
    """What asks for the page behind this one, "" for the last one. `BadAnswer` where it is told badly."""
    more = find(page.more, data) if page.more else True
    if not more:
        return ""
    token = find(page.next, data)
    if token is None or token == "":
        if page.more:
            raise BadAnswer(f"has another page, but {page.next} is missing")
        return ""
    if isinstance(token, bool) or not isinstance(token, str | int) or len(str(token)) > MAX_TOKEN:
        raise BadAnswer(f"{page.next} is not a text")
    return str(token)


def asking_next(rule: RequestRule, page: PageRule) -> RequestRule:
    """The request of a further page; `TOKEN` fills it."""
    return replace(rule, query={**rule.query, page.send: f"{{{TOKEN}}}"}, capture={})


def joined(page: PageRule, data: object, further: object) -> object:
    """The first page with the rows of a further one behind its own. `BadAnswer` where either has no list of them."""
    lists = [each.get(page.collect) if isinstance(each, dict) else None for each in (data, further)]
    first, second = lists
    if not isinstance(data, dict) or not isinstance(first, list) or not isinstance(second, list):
        raise BadAnswer(f"{page.collect} is not a list")
    return {**data, page.collect: [*first, *second]}

"""OneClickSEO's requests, and what each does and costs. What is assumed in them, oneclickseo.py says."""

from typing import Any

from creditdesk.sandbox.oneclickseo_account import Job, OneClickSeoAccount, metrics, normalised
from creditdesk.sandbox.vendor import Vendor
from creditdesk.sandbox.wire import Answer, Call, Refused, route, whole

METRICS = "POST /v1/domains/metrics"
_ENGINES = ("google_ai", "perplexity", "gemini", "chatgpt", "claude")
Ids = tuple[str, ...]
Owner = Vendor[OneClickSeoAccount]


def problem(code: str, message: str) -> dict[str, Any]:
    """The error shape (assumed)."""
    return {"error": {"code": code, "message": message}, "meta": {"credits_charged": 0}}


def _invalid(message: str) -> Refused:
    return Refused(Answer(422, problem("invalid_request", message)))


def _request_id(vendor: Owner) -> str:
    return f"req_{vendor.world.code(6)}"


def _charge(vendor: Owner, account: OneClickSeoAccount, operation: str, credits: int) -> dict[str, Any]:
    """Charge, book, and return the answer's `meta`. Raises Refused (402) where the balance does not cover it."""
    if credits > account.balance:
        raise Refused(vendor.error(402, "insufficient_credits"))
    request_id = _request_id(vendor)
    if credits:
        vendor.book(account, operation, amounts=account.draw(credits), credits=credits, request_id=request_id)
    return {"request_id": request_id, "credits_charged": credits}


def _fields(call: Call) -> dict[str, Any]:
    given = call.fields()
    if given is None:
        raise Refused(Answer(400, problem("bad_request", "The body must be a JSON object.")))
    return given


def _texts(given: dict[str, Any], name: str, most: int) -> list[str]:
    """A list of 1 to `most` texts; a single text under the singular name counts as one."""
    value = given.get(name, [given[name[:-1]]] if name[:-1] in given else None)
    if not isinstance(value, list) or not value or not all(isinstance(each, str) and each.strip() for each in value):
        raise _invalid(f"{name} must be a list of texts")
    if len(value) > most:
        raise _invalid(f"{name} holds {most} at most")
    return value


def _number(given: dict[str, Any], name: str, default: int, limits: tuple[int, int]) -> int:
    value = given.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not limits[0] <= value <= limits[1]:
        raise _invalid(f"{name} must be a number from {limits[0]} to {limits[1]}")
    return value


def _job(vendor: Owner, account: OneClickSeoAccount, call: tuple[str, int], **details: Any) -> Answer:
    """Charge for and start a job; `call` is its kind and its credits."""
    kind, credits = call
    meta = _charge(vendor, account, kind, credits)
    prefix = "run" if kind == "backlink-gap" else "job"
    job = Job(f"{prefix}_{vendor.world.code(6)}", kind, credits, account.polls_to_finish, account.job_outcome)
    job.details.update(details)
    account.jobs[job.id] = job
    shown = {"id": job.id, "status": "pending"} if prefix == "job" else {"id": job.id, "status": "running"} | details
    return Answer(202, {"data": shown, "meta": meta})


def _poll(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    """A status read: free, and told again what the job cost once it has ended."""
    job = account.jobs.get(ids[0])
    if job is None:
        raise Refused(vendor.error(404, "not_found"))
    was_running = job.finished_at is None
    job.poll(vendor.world.now())
    if was_running and job.status == "failed" and account.refund_failed and job.charged:
        account.top_up += job.charged
        vendor.book(account, "refund", amounts={"top_up": -job.charged}, credits=-job.charged)
    body = job.as_json()
    if job.kind == "backlink-gap" and job.finished_at:
        body = {name: body[name] for name in ("id", "status", "prospect_count", "credits_charged", "finished_at")}
    return Answer(200, {"data": body, "meta": {"request_id": _request_id(vendor)}})


def _overview(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    keyword = call.query.get("keyword", "").strip()
    if not keyword:
        raise _invalid("keyword is required")
    country = call.query.get("country", "us").lower()
    cached = (keyword.casefold(), country)
    cost = 0 if cached in account.cached_keywords else account.overview_cost
    meta = _charge(vendor, account, "keyword-overview", cost)
    account.cached_keywords.add(cached)
    return Answer(200, {"data": {"keyword": keyword, "country": country}, "meta": meta})


def _ideas(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    _texts(_fields(call), "keywords", 1)
    return _job(vendor, account, ("keyword-ideas", 25))


def _serp(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    keywords = _texts(_fields(call), "keywords", 100)
    meta = _charge(vendor, account, "serp-overview", len(keywords))
    return Answer(200, {"data": [{"keyword": keyword, "results": []} for keyword in keywords], "meta": meta})


def _clusters(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    keywords = _texts(_fields(call), "keywords", 10_000)
    meta = _charge(vendor, account, "keyword-clusters", 1)
    return Answer(200, {"data": [{"name": keywords[0], "keywords": keywords}], "meta": meta})


def _brief(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    keywords = _texts(_fields(call), "keywords", 100)
    meta = _charge(vendor, account, "content-brief", 3 * len(keywords))
    return Answer(200, {"data": [{"keyword": keyword, "outline": []} for keyword in keywords], "meta": meta})


def _metrics(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    given = _fields(call)
    domains = list(dict.fromkeys(normalised(each) for each in _texts(given, "domains", 10)))
    fetch = given.get("fetch_uncached", True)
    if not isinstance(fetch, bool):
        raise _invalid("fetch_uncached must be true or false")
    fresh = [each for each in domains if each not in account.cached_domains] if fetch else []
    meta = _charge(vendor, account, "domain-metrics", len(fresh))
    account.cached_domains.update({each: vendor.world.now() for each in fresh})
    known = [each for each in domains if each in account.cached_domains]
    return Answer(200, {"data": [metrics(each, account.cached_domains[each]) for each in known], "meta": meta})


def _gap(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    given = _fields(call)
    _texts(given, "domains", 1)
    competitors = len(_texts(given, "competitors", 20))
    limit = _number(given, "limit", 100, (10, 1000))
    mode = given.get("mode", "union")
    if mode not in ("union", "intersect"):
        raise _invalid("mode must be union or intersect")
    credits = 1 + 3 * competitors * -(-limit // 100)
    answer = _job(vendor, account, ("backlink-gap", credits), mode=mode, competitor_count=competitors)
    account.jobs[answer.body["data"]["id"]].details["prospect_count"] = min(limit, 92 * competitors)
    return answer


def _prospects(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    job = account.jobs.get(ids[0])
    if job is None or job.kind != "backlink-gap":
        raise Refused(vendor.error(404, "not_found"))
    total = job.details["prospect_count"] if job.status == "completed" else 0
    return _listed(call, [{"domain": f"prospect-{number}.example", "score": total - number} for number in range(total)])


def _rank_check(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    given = _fields(call)
    keywords = _texts(given, "keywords", 1_000)
    depth = _number(given, "depth", 10, (1, 100))
    return _job(vendor, account, ("rank-check", len(keywords) * -(-depth // 10)), depth=depth)


def _visibility(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    given = _fields(call)
    engines = given.get("engines", "all")
    if engines != "all":
        engines = _texts(given, "engines", len(_ENGINES))
        if not set(engines) <= set(_ENGINES) or len(set(engines)) < len(engines):
            raise _invalid(f"engines must be all, or some of {', '.join(_ENGINES)}")
    query = f"query_{vendor.world.code(6)}"
    credits = 4 if engines == "all" else min(len(engines), 4)
    return _job(vendor, account, ("ai-visibility", credits), query_id=query)


def _snapshots(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    if not any(job.details.get("query_id") == ids[0] for job in account.jobs.values()):
        raise Refused(vendor.error(404, "not_found"))
    return _listed(call, [{"engine": engine, "mentioned": False} for engine in _ENGINES])


def _projects(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    return _listed(call, account.projects)


def _new_project(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    project = {"id": f"proj_{vendor.world.code(6)}", "name": str(_fields(call).get("name", ""))}
    account.projects.append(project)
    return Answer(201, {"data": project, "meta": _charge(vendor, account, "project", 0)})


def _audit(vendor: Owner, account: OneClickSeoAccount, call: Call, ids: Ids) -> Answer:
    return _job(vendor, account, ("site-audit", 0))


def _listed(call: Call, items: list[dict[str, Any]]) -> Answer:
    """One page of a list, with the documented `meta`: page from 1, per_page 50 where not given and 100 at most."""
    page, per_page = whole(call.query.get("page"), 1), whole(call.query.get("per_page"), 50)
    if page is None or per_page is None or page < 1 or per_page < 1:
        raise _invalid("page and per_page are numbers from 1")
    per_page = min(per_page, 100)
    part = items[(page - 1) * per_page : page * per_page]
    meta = {"page": page, "per_page": per_page, "total": len(items), "total_pages": -(-len(items) // per_page)}
    return Answer(200, {"data": part, "meta": meta})


ROUTES = (
    route("GET", "/v1/keywords/overview", _overview),
    route("POST", "/v1/keywords/ideas", _ideas),
    route("GET", "/v1/keywords/ideas/{job}", _poll),
    route("POST", "/v1/serp/overview", _serp),
    route("POST", "/v1/keywords/clusters", _clusters),
    route("POST", "/v1/content/briefs", _brief),
    route("POST", "/v1/domains/metrics", _metrics),
    route("POST", "/v1/backlinks/gap", _gap),
    route("GET", "/v1/backlinks/gap/{run}", _poll),
    route("GET", "/v1/backlinks/gap/{run}/prospects", _prospects),
    route("POST", "/v1/rank-checks", _rank_check),
    route("GET", "/v1/rank-checks/{job}", _poll),
    route("POST", "/v1/ai-visibility/checks", _visibility),
    route("GET", "/v1/ai-visibility/checks/{job}", _poll),
    route("GET", "/v1/ai-visibility/queries/{query}/snapshots", _snapshots),
    route("GET", "/v1/jobs/{job}", _poll),
    route("GET", "/v1/projects", _projects),
    route("POST", "/v1/projects", _new_project),
    route("POST", "/v1/site-audits", _audit),
)

"""CapSolver in the sandbox: the key in the body, dollars with every digit, packages with a secret token."""

import json
from decimal import Decimal

BALANCE = "POST /getBalance"
PACKAGE = {"id": "p1", "title": "one hundred", "calls": 1, "expire_time": 1_800_000_000}


def test_the_balance_has_the_documented_fields(world):
    world.set("capsolver", balance="1234567", packages=[PACKAGE])
    reply = world.ask("capsolver", BALANCE)
    package = reply.body["packages"][0]
    token = package["token"]
    assert token.startswith("CAP-") and token != world.keys["capsolver"]
    assert reply.body == {
        "errorId": 0,
        "balance": 1234567,
        "packages": [
            {
                "packageId": "p1",
                "type": 2,
                "title": "one hundred",
                "numberOfCalls": 1,
                "status": 1,
                "token": token,
                "expireTime": 1_800_000_000,
            }
        ],
    }


def test_dollars_keep_every_digit(world):
    world.set("capsolver", balance="0.12345678901234567890123456789")
    raw = world.ask("capsolver", BALANCE).raw
    assert json.loads(raw, parse_float=Decimal)["balance"] == Decimal("0.12345678901234567890123456789")


def test_bad_keys_have_the_vendors_codes(ask):
    def refusal(key, line=BALANCE):
        reply = ask("capsolver", line, key=key)
        assert (reply.body["errorId"], sorted(reply.body)) == (1, ["errorCode", "errorDescription", "errorId"])
        return reply.status, reply.body["errorCode"]

    assert refusal("CAP-0000") == (401, "ERROR_KEY_DENIED_ACCESS")
    assert refusal("nonsense") == (400, "ERROR_KEY_DOES_NOT_EXIST")
    assert refusal("nonsense", "POST /createTask") == (400, "ERROR_INVALID_TASK_DATA")


def test_a_task_uses_a_package_first_and_then_dollars_until_there_are_none(world):
    world.set("capsolver", balance="0.0025", packages=[PACKAGE], prices={"Image": "0.002"})
    task = {"task": {"type": "Image"}}
    made = [world.ask("capsolver", "POST /createTask", task) for _ in range(3)]
    assert [reply.status for reply in made] == [200, 200, 400]
    assert made[2].body["errorCode"] == "ERROR_ZERO_BALANCE"
    state = world.page("capsolver")["state"]
    assert (state["balance"], state["packages"][0]["numberOfCalls"]) == ("0.0005", 0)
    assert world.page("capsolver")["charges"] == {"package:p1": 1, "balance": "0.002"}
    result = world.ask("capsolver", "POST /getTaskResult", {"taskId": made[0].body["taskId"]})
    assert result.body["status"] == "ready"


def test_an_expired_package_pays_for_nothing(world):
    world.set("capsolver", packages=[PACKAGE | {"expire_time": 1_600_000_000}])
    world.ask("capsolver", "POST /createTask", {"task": {"type": "Image"}})
    assert list(world.page("capsolver")["charges"]) == ["balance"]


def test_the_books_never_show_a_token_or_a_key(world):
    token = world.ask("capsolver", BALANCE).body["packages"][0]["token"]
    for provider in world.urls:
        world.ask(provider, f"GET /v1/{world.keys[provider]}")
    text = json.dumps([world.books(), world.call(lambda sandbox: sandbox.requests())])
    assert token not in text
    assert [key for key in world.keys.values() if key in text] == []

"""`setup` on the command line: written, looked at, brought in; and nothing that is there is lost."""

from pathlib import Path

from tests.cli.commanding import Command, fine

KEY = "hunter-canary-7Fq2Zx9Lm4Vb8Nt3"


def filled(desk: Command) -> None:
    fine(desk("accounts", "add", "hunter", "--name", "Agency", "--client", "Acme", "--key-stdin", stdin=KEY))
    fine(desk("accounts", "add", "oneclickseo", "--name", "Shop", "--no-key", "--set", "plan=starter"))
    fine(desk("accounts", "set", "Shop", "--remind", "14"))


def test_a_set_up_is_written_looked_at_and_brought_in(desk: Command, tmp_path: Path) -> None:
    filled(desk)
    file = tmp_path / "office.toml"
    said = fine(desk("setup", "export", str(file))).out
    assert said == f"Wrote the set-up of 2 accounts to {file}. There is no key in it.\n"
    assert KEY not in file.read_text(encoding="utf-8")
    assert fine(desk("setup", "export", "-")).out == file.read_text(encoding="utf-8")
    dry = fine(desk("setup", "import", str(file), "--dry-run")).out
    assert dry.splitlines() == [
        "Would add Agency 2 (it is Agency in the file), Hunter. It wants a key.",
        "Would add Shop 2 (it is Shop in the file), OneClickSEO.",
    ]
    assert len(fine(desk("accounts", "list", "--json")).json["accounts"]) == 2
    told = fine(desk("setup", "import", str(file), "--clash", "skip", "--json")).json
    assert [each["added_as"] for each in told["accounts"]] == [None, None]
    fine(desk("setup", "import", "-", stdin=file.read_bytes()))
    accounts = fine(desk("accounts", "list", "--json")).json["accounts"]
    assert [(each["name"], each["key"], each["remind_days"]) for each in accounts] == [
        ("Agency", "keyring", 0),
        ("Shop", "none", 14),
        ("Agency 2", "none", 0),
        ("Shop 2", "none", 14),
    ]


def test_a_file_that_is_there_and_one_that_is_no_set_up_are_left_alone(desk: Command, tmp_path: Path) -> None:
    filled(desk)
    file = tmp_path / "mine.toml"
    file.write_text(f"a note of mine {KEY}", encoding="utf-8")
    refused = desk("setup", "export", str(file))
    assert (refused.status, refused.out) == (1, "")
    assert "is there already" in refused.err
    wrong = desk("setup", "import", str(file))
    assert wrong.status == 1
    assert wrong.err == "creditdesk: Line 1 is not TOML.\n"
    assert KEY not in wrong.err
    missing = desk("setup", "import", str(tmp_path / "missing.toml"))
    assert (missing.status, missing.err.count("\n")) == (1, 1)
    assert fine(desk("setup", "export", str(file), "--replace")).status == 0
    assert KEY not in file.read_text(encoding="utf-8")


def test_what_costs_is_said_and_not_asked(desk: Command) -> None:
    fine(desk("accounts", "add", "brave-search", "--name", "Search", "--key-stdin", stdin="brave-0123456789"))
    ran = desk("status", "--refresh")
    assert ran.status == 0
    assert ran.err == "creditdesk: Search was not asked: a reading may cost something. Read it in the window.\n"


def test_a_key_with_full_rights_is_said_to_be_one(desk: Command) -> None:
    ran = desk("accounts", "add", "venice", "--name", "V", "--key-stdin", stdin="venice-0123456789")
    assert ran.status == 0, ran.err
    assert "This is a key with full rights at Venice" in ran.err


def test_a_reminder_of_a_strange_length_is_refused(desk: Command) -> None:
    filled(desk)
    assert desk("accounts", "set", "Shop", "--remind", "-3").status == 1
    assert "0 to 3650 days" in desk("accounts", "set", "Shop", "--remind", "99999").err

"""The demo: the desk on a sandbox of its own, with sample accounts and three months of their past. Nothing is kept."""

from dataclasses import replace
from pathlib import Path

from creditdesk.app.process import make_application, quit_on_signals, report_bugs, temporary_folder
from creditdesk.app.sample import SampleAccount, past_snapshots, sample_accounts
from creditdesk.app.sample_script import SampleScript
from creditdesk.app.sample_tracked import track, tracked_words
from creditdesk.core.pools import Account, Custody
from creditdesk.core.series import Episode
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.paths import places, resources
from creditdesk.sandbox import Fault, FaultKind, SandboxThread
from creditdesk.store.pending import Pending
from creditdesk.store.vault import Vault
from creditdesk.ui import theme

STEP_S = 6 * 3600


def run_demo(_data_dir: str | None, shots: str | None) -> int:
    """Open the desk on sample data, or (`shots`) save every page as a picture in that folder; the exit code.

    It lives in a folder of its own, whatever --data-dir says: sample data never mixes with real accounts.
    """
    application = make_application()
    with temporary_folder() as folder, SandboxThread() as sandbox:
        where = places(folder)
        vault = Vault()
        desk = open_desk(where, vault)
        fill(desk, vault, sandbox)
        script = SampleScript(desk, desk.tools.clock())
        desk.tools.chosen.change_settings(lambda before: replace(before, gateway=True))
        theme.choose(application, desk.tools.chosen.settings.theme)
        from creditdesk.app.desktop import Desktop  # after the sample is made: the window is all that is left to do
        from creditdesk.app.front import Front

        desktop = Desktop(application, Front(desk, sample=True), where)
        report_bugs(desktop, where.reports)
        desktop.pages.serving.begun.connect(script.start)
        readings = desk.reader.load()
        try:
            if shots is not None:
                from creditdesk.app.shots import take_all

                return take_all(application, desktop, readings, Path(shots))
            quitting = quit_on_signals(application)
            desktop.open(readings)
            code = int(application.exec())
            quitting.setEnabled(False)
            return code
        finally:
            script.stop()
            desktop.close()


def fill(desk: Desk, vault: Vault, sandbox: SandboxThread) -> None:
    """Make the sample accounts at the sandbox and in the desk, with their past."""
    now = desk.tools.clock()
    for number, sample in enumerate(sample_accounts(resources() / "sample", now)):
        account = _account(sample, f"sample{number}", vault, sandbox, desk)
        desk.tools.chosen.add(account)
        definition = desk.tools.catalogue.get(sample.provider)
        history = desk.tools.history
        snapshots = past_snapshots(sample, definition, now)
        last: Pending[tuple[Episode, ...]] | None = None
        for snapshot, following in zip(snapshots, [*snapshots[1:], snapshots[-1]], strict=True):
            history.record(account.id, snapshot, snapshot.read_at, interval_s=STEP_S)
            if following is not snapshot:
                held = following.read_at - (following.read_at - snapshot.read_at) / 72
                last = history.record(account.id, replace(snapshot, read_at=held), held, interval_s=STEP_S)
        if last is not None:
            last.result()
        for pool, left in sample.typed.items():
            history.typed(account.id, pool, left, None, sample.typed_at).result()


def _account(sample: SampleAccount, account_id: str, vault: Vault, sandbox: SandboxThread, desk: Desk) -> Account:
    base_url = sandbox.addresses.base_urls.get(sample.provider, "")
    if base_url:
        key = sandbox.call(lambda box: box.add_account(sample.provider, name=account_id, **sample.state))
        definition = desk.tools.catalogue.get(sample.provider)
        if definition.readable or definition.gateway is not None:
            for credential in definition.credentials:
                vault.keep(account_id, credential.name, key)
        if sample.tracks:
            empty = {"keywords": 0, "dataRows": 0}
            sandbox.call(lambda box: box.update_account(sample.provider, account_id, usage=empty))
            track(f"{base_url}/v1", key, tracked_words(resources() / "sample"))
            sandbox.call(lambda box: box.update_account(sample.provider, account_id, usage=sample.state["usage"]))
        if sample.fault:
            fault = Fault(kind=FaultKind(sample.fault), provider=sample.provider, account=account_id, retry_after=240)
            sandbox.call(lambda box: box.set_fault(fault))
    vendor = desk.tools.catalogue.get(sample.provider)
    keyed = bool(base_url) and (vendor.readable or vendor.gateway is not None)
    return Account(
        id=account_id,
        name=sample.name,
        provider=sample.provider,
        custody=Custody.SESSION if keyed else Custody.NONE,
        base_url=base_url if keyed else "",
        settings=sample.settings,
        client=sample.client,
        confirmed=sample.confirmed,
    )

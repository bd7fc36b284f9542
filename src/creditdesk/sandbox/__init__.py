"""PRETENDS: four vendors on loopback that speak the documented protocols, with state that counts and faults on demand.

`creditdesk sandbox` serves Ranktracker, OneClickSEO, LeadBoxer and CapSolver on one port of 127.0.0.1, each under a
path prefix of its own ("/ranktracker" and so on) to which the documented path, with its "/v1", is appended. Each
vendor's module says what of it is documented and what is assumed. No request ever leaves the machine.

In the same process: `Sandbox` (asyncio) or `SandboxThread`; from another process: the control interface under
`/_control`, described in `control`. Faults are described in `faults.FaultKind` and `faults.Fault`.

The books (`Sandbox.books()`, `GET /_control/books`):

- `vendors.PROVIDER.ACCOUNT`: `requests` by method and route, `statuses`, `charges` and `consumed_by_others` by pool,
  `entries` (how many the journal has), `state` (what the vendor's dashboard would show). Requests with a key that
  the vendor does not know are under "(unknown key)".
- `credentials`: every place where a known key, or a package's token, was seen: `seen_at` (a provider,
  "other-origin" or "(nowhere)"), `owner` ("PROVIDER/ACCOUNT"), `part` (header, query, path or
  body), `name`, `request`, `times`.
- `other_origin`: `requests`, `credentials`, `credential_headers`, and `visits`, of the second listener, to which
  redirects lead.
- `open_requests`, `most_open_requests`.
"""

from creditdesk.sandbox.command import run, serve_forever
from creditdesk.sandbox.faults import Fault, FaultKind
from creditdesk.sandbox.server import Addresses, Sandbox
from creditdesk.sandbox.thread import SandboxThread

__all__ = ["Addresses", "Fault", "FaultKind", "Sandbox", "SandboxThread", "run", "serve_forever"]

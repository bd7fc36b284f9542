"""The stories of the desk: read an account, keep accounts, size an import. async; no Qt, no SQL."""

"""Remembers: keyring, database, config and import files."""

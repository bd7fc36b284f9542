"""Asks: httpx in, snapshots and troubles out. Definitions, requests, answers."""

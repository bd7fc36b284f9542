"""Decides: pure values and functions. No I/O, no clock (`now` is always an argument), no Qt."""

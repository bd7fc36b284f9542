"""Puts the desktop together and takes it down in order; the only floor that knows everybody."""

"""Counts: the local proxy that books what scripts spend, and stops what cannot be paid."""

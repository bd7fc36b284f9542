"""Tells: desktop notifications. No Qt."""

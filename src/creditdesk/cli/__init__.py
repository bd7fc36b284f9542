"""The same desk without a window: commands for terminals, scripts and servers."""

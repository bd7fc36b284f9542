"""Speed and memory, each figure beside its limit: `python -m bench [name ...]`."""

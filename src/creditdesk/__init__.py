"""creditdesk: what is left of the credits you pay API vendors for."""

__version__ = "0.1.0"

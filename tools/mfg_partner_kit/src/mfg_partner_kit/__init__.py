"""Tries an endpoint with the cases of a contract, and judges each answer."""

__version__ = "1.0.0"

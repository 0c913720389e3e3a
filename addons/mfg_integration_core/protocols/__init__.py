"""Plain Python without ``env``: formats, signatures and decisions, time passed in.

Nothing is imported here, so that one module can be used without the libraries of the
others.
"""

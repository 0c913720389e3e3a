"""Gets Odoo and PostgreSQL, derives the 19.0 tree, lints, tests and runs the suite.

Everything here runs before a virtual environment exists, so it uses nothing but the
standard library of Python 3.10 or newer. ``python3 -m devkit --help`` lists what it
can do.
"""

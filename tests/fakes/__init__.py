"""The outside world: a CMMS, a QMS and a machine, each a process of its own.

Standard library only, and nothing of the suite is imported: what they sign, ask and
answer is written down a second time here, from the vendors' side, so that a mistake
in the suite cannot hide in code that both share.
"""

# The front door. Everything is done by devkit/, in Python; variables reach it through
# the environment: SERIES=17.0|19.0|all, T=<test>, ADDON=<addon>, PORT=<port>, FIX=1,
# SEED=<n> SCHEDULES=<n>, for fuzz SECONDS=<n>, for chaos also MODE=dedupe|naive|both,
# MESSAGES=, RUNNER=off, for soak MINUTES=<n>.
PYTHON ?= python3
DEVKIT = $(PYTHON) -B -m devkit

.PHONY: demo test serve lint simulate chaos soak fuzz bench port clean distclean help

help:
	@$(DEVKIT) --help

demo test serve lint simulate chaos soak fuzz bench port clean distclean:
	@$(DEVKIT) $@

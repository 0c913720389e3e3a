from . import production_reported

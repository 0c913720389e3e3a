from . import maintenance_reported

from . import machine_count

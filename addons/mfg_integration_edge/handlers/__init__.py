from . import machine
from . import machine_count
from . import machine_state
from . import machine_condition

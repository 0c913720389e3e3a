from . import machine
from . import machine_count
from . import machine_count_corrected
from . import machine_state
from . import machine_history
from . import downtime_reason
from . import machine_condition
from . import machine_alarm

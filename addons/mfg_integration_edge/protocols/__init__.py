from . import event_identity
from . import machine_events
from . import machine_sequence
from . import windowing

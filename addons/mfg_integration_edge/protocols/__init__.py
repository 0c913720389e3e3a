from . import event_identity
from . import iso22400
from . import machine_events
from . import machine_sequence
from . import state_history
from . import stops
from . import windowing

from . import mfg_event_handler
from . import mfg_event_echo
from . import mfg_handler_ping

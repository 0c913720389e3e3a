from . import maintenance_request
from . import mfg_outbox_message

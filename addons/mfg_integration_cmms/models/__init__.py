from . import maintenance_request
from . import maintenance_request_changes
from . import mfg_outbox_message
from . import mfg_rule
from . import mfg_subscription

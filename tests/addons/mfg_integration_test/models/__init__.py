from . import ir_http
from . import mfg_connector
from . import mfg_test_effect
from . import mfg_test_load
from . import mfg_test_plain_event

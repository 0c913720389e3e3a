from . import test_models_connector
from . import test_models_inbox
from . import test_models_integration_log
from . import test_models_lane
from . import test_models_mfg_hold
from . import test_models_outbox
from . import test_unit_of_work

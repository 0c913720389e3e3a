from . import test_models_inbox
from . import test_models_lane
from . import test_models_mfg_hold

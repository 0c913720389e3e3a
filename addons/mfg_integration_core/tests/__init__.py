from . import test_models_inbox
from . import test_models_lane

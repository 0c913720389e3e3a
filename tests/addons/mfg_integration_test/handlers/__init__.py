from . import mfg_handler_test
from . import mfg_handler_test_consumed
from . import mfg_handler_test_weighed

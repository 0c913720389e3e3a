from . import mfg_handler_test

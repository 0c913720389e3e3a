from . import mfg_test_effect

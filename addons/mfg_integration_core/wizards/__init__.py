from . import mfg_hold_lift

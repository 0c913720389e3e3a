from . import mfg_verify_audit

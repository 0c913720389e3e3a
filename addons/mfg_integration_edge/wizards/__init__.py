from . import mfg_edge_enrolment_verdict

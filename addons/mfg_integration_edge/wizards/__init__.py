from . import mfg_edge_enrolment_verdict
from . import mfg_edge_proof
from . import mfg_edge_gap_close
from . import mfg_edge_stop_reason

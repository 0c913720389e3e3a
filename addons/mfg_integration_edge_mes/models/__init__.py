from . import mfg_edge_window
from . import mfg_production_report
from . import mfg_setting
from . import mrp_production

from . import mfg_production_report
from . import mrp_production

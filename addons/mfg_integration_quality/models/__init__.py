from . import mfg_binding
from . import mfg_case
from . import mfg_hold
from . import mfg_quality_inspection
from . import mfg_rule
from . import mrp_production
from . import mfg_setting

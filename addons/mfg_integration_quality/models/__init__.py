from . import mfg_binding
from . import mfg_case
from . import mfg_hold
from . import mfg_quality_inspection
from . import mrp_production
from . import mfg_setting
from . import purchase_order
from . import res_partner

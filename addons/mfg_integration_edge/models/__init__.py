from . import mfg_api_description
from . import mfg_edge_batch
from . import mfg_edge_event
from . import mfg_edge_window
from . import maintenance_equipment
from . import mfg_connector
from . import mrp_production
from . import mfg_setting

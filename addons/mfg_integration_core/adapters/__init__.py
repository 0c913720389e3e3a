from . import mfg_connector_adapter
from . import pull
from . import rest
from . import rest_polling

from . import test_contract
from . import test_handlers_machine_count
from . import test_handlers_machine_state
from . import test_models_aggregation
from . import test_models_retention
from . import test_protocols_windowing
from . import test_store_concurrency
from . import test_store_event_store

from . import test_contract_examples
from . import test_handlers_inspection_decided
from . import test_models_mfg_quality_inspection
from . import test_models_mfg_rule
from . import test_models_purchase_order
from . import test_models_transitions
from . import test_protocols_disposition
from . import test_templates_demo_qms

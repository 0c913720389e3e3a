from . import test_contract_examples
from . import test_handlers_maintenance_reported
from . import test_handlers_overtaking_report
from . import test_models_maintenance_request
from . import test_models_mfg_rule
from . import test_models_request_changes
from . import test_templates_demo_cmms
from . import test_templates_redmine

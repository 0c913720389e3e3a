from . import test_contract_examples
from . import test_handlers_production_reported
from . import test_handlers_release_answered
from . import test_models_release
from . import test_models_release_changes
from . import test_models_release_policy
from . import test_templates_demo_mes

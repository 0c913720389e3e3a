from . import test_contract_examples
from . import test_handlers_production_reported

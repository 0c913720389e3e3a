from . import test_arrivals
from . import test_machine_arrivals
from . import test_order_machine
from . import test_scrap_review

from . import test_arrivals
from . import test_order_machine

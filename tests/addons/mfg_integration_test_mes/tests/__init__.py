from . import test_costs
from . import test_late_work
from . import test_more_by_hand
from . import test_order_changes
from . import test_tracked
from . import test_unborne
from . import test_units

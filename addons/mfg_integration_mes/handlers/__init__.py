from . import production_reported
from . import release_answered
from . import operation_reported
from . import report_reversed

from . import device_enrolment
from . import edge_ingest

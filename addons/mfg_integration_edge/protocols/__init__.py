from . import event_identity
from . import windowing

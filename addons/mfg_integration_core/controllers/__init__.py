from . import contracts
from . import health
from . import inbound
from . import messages
from . import metrics
from . import openapi
from . import outbox

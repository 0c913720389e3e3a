from . import protocols  # isort: skip
from . import controllers
from . import handlers
from . import models
from .hooks import uninstall_hook

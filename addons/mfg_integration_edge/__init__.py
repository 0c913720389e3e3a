from . import aggregation, controllers, handlers, models, protocols, wizards
from .hooks import uninstall_hook

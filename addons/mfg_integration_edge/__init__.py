from . import controllers, handlers, models, protocols, wizards
from .hooks import uninstall_hook

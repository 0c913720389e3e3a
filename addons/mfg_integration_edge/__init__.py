from . import controllers, handlers, models, protocols
from .hooks import uninstall_hook

from . import adapters, controllers, handlers, models, wizards

from . import adapters, cli, controllers, handlers, models, wizards

from . import no_database

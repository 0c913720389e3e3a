from . import production_reported
from . import release_answered

from . import contexts
from . import counts
from . import increments
from . import made
from . import proof
from . import readings
from . import run
from . import windows

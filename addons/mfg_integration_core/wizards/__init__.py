from . import mfg_dead_letter_assign
from . import mfg_hold_lift
from . import mfg_payload_correct
from . import mfg_replay
from . import mfg_replay_preview
from . import mfg_retention_preview
from . import mfg_secret_rotate
from . import mfg_template_trial

from . import inspection_decided

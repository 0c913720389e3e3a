"""What belongs to the deployment and never to the database: keys and environment.

Read from the process environment, else from the section ``[mfg_integration]`` of
the file that Odoo was started with. The section is parsed here, since Odoo 19 warns
about options it does not know.
"""

import configparser
import os
from pathlib import Path

from odoo.tools import config

from .compat import configuration_file
from .protocols.secret_box import SecretBox

SECTION = "mfg_integration"


def option(name: str) -> str:
    """The value of one deployment option, or an empty string."""
    value = os.environ.get(f"MFG_INTEGRATION_{name.upper()}")
    if value:
        return value
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(configuration_file(config))
    return parser.get(SECTION, name, fallback="")


def keys() -> list[str]:
    """Fernet keys, the current one first; empty when none is configured."""
    return [key.strip() for key in option("keys").split(",") if key.strip()]


def environment() -> str:
    """Name of this environment, such as ``production`` or ``test``."""
    return option("environment") or "production"


def template_folders() -> list[Path]:
    """Folders with vendor templates of this deployment, beside those of the addons."""
    return [Path(name) for name in option("templates").split(os.pathsep) if name]


def secret_box() -> SecretBox:
    """The box that seals and opens secrets with the configured keys."""
    return SecretBox(keys())

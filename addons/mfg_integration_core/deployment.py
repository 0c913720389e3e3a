"""What belongs to the deployment and never to the database: keys and environment.

Read from the process environment, else from the section ``[mfg_integration]`` of
the file that Odoo was started with. The section is parsed here, since Odoo 19 warns
about options it does not know.
"""

import configparser
import functools
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
    return _section(configuration_file(config)).get(name, "")


@functools.cache
def _section(path) -> dict[str, str]:
    """The options in a file; read once, as Odoo reads its own."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path)
    return dict(parser[SECTION]) if SECTION in parser else {}


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
    return _box(tuple(keys()))


@functools.lru_cache(maxsize=4)
def _box(configured: tuple[str, ...]) -> SecretBox:
    return SecretBox(configured)

"""Where contracts come from: a folder with their files, or a hub that serves them."""

import json
import re
from pathlib import Path

from .contract import Contract
from .errors import KitError
from .line import Line

SCHEMA, EXAMPLE = ".schema.json", ".example.json"
ROUTE = "/mfg/v1/contracts"
#: Not a type of event, though it lies among them.
ENVELOPE = "cloudevent"


def find(event_type: str, place: str, ca_file: str | None = None) -> Contract:
    """The contract of a type.

    :param place: a folder, searched with those below it, or the address of a hub
    :raise KitError: no such place, no such contract, or one that cannot be read
    """
    if re.match(r"https?://", place):
        return _served(event_type, Line(place, ca_file=ca_file))
    return _in_folder(event_type, Path(place))


def _in_folder(event_type: str, folder: Path) -> Contract:
    if not folder.is_dir():
        raise KitError(
            f"There is no folder {folder} to read contracts from.",
            "Give --contracts the folder of a contract, or the address of a hub.",
        )
    files = {
        file.name.removesuffix(SCHEMA): file for file in folder.rglob(f"*{SCHEMA}")
    }
    files.pop(ENVELOPE, None)
    if event_type not in files:
        raise _unknown(event_type, str(folder), sorted(files))
    schema = files[event_type]
    example = schema.with_name(event_type + EXAMPLE)
    return Contract(event_type, _read(schema), _read(example))


def _read(file: Path):
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KitError(
            f"{file} cannot be read: {error}.", "Get the file again from its owner."
        ) from error


def _served(event_type: str, hub: Line) -> Contract:
    # A hub may live below a path; whatever door was given, the contracts are beside.
    route = hub.path.partition("/mfg/v1")[0].rstrip("/") + ROUTE
    listed = [entry["type"] for entry in _ask(hub, route, "contracts")]
    if event_type not in listed:
        raise _unknown(event_type, hub.origin + route, listed)
    path = f"{route}/{event_type}"
    return Contract(event_type, _ask(hub, path, "schema"), _ask(hub, path, "example"))


def _ask(hub: Line, path: str, member: str):
    answer = hub.send("GET", path)
    content = answer.json
    if answer.status != 200 or not isinstance(content, dict) or member not in content:
        raise KitError(
            f"{hub.origin}{path} does not serve contracts: {answer}.",
            "Give --contracts the address of a hub that runs, or a folder.",
        )
    return content[member]


def _unknown(event_type: str, place: str, known: list[str]) -> KitError:
    return KitError(
        f"There is no contract {event_type} in {place}.",
        f"Known there: {', '.join(known) or 'none at all'}.",
    )

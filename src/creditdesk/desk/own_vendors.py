"""The story of a definition of the user's own: taken in, and taken away."""

from pathlib import Path

from creditdesk.core.definition import Definition
from creditdesk.desk.tools import Declined, Tools
from creditdesk.providers.definitions import load
from creditdesk.store.own_definitions import OwnDefinitionError, import_file, save
from creditdesk.store.own_definitions import remove as take_away


def add(tools: Tools, path: Path) -> Definition:
    """Take a file from elsewhere into the user's folder. Raises Declined, DefinitionError, OSError."""
    try:
        text = import_file(path)
        definition = load(text, path.name)
        save(tools.catalogue.own_folder, definition.id, text)
    except OwnDefinitionError as error:
        raise Declined(f"Nothing was added. {error}") from None
    tools.catalogue.renew()
    return tools.vendor(definition.id)


def remove(tools: Tools, definition_id: str) -> Path:
    """Take a definition away; where its file is kept. Raises Declined, OSError."""
    try:
        kept = take_away(tools.catalogue.own_folder, definition_id, tools.clock())
    except OwnDefinitionError as error:
        raise Declined(f"Nothing was removed. {error}") from None
    tools.catalogue.renew()
    return kept

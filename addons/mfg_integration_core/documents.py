"""Rows that point to a record of any model, by its model's name and its id."""


def document_at(env, model: str | bool, record_id: int | bool):
    """The record there; None when there is none (any more).

    A row outlives what it points to, and the addon that brought the model as well.
    """
    if not model or model not in env:
        return None
    return env[model].browse(record_id).exists() or None


def form_of(document):
    """The action that opens the form of a record; False for None."""
    return document.get_formview_action() if document else False

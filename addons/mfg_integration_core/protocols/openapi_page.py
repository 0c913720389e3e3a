"""An OpenAPI document as a page shows it: operations by topic, examples spelled out."""

from __future__ import annotations

import json

METHODS = ("get", "post", "put", "patch", "delete")


def sections(document: dict) -> list[dict]:
    """The operations of a document, by their tags.

    :return: ``[{"tag", "operations": [...]}]``; for the shape of an operation see
        ``_operation``
    """
    found: dict[str, list[dict]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                told = _operation(document, path, method, item)
                found.setdefault(item[method]["tags"][0], []).append(told)
    return [{"tag": tag, "operations": listed} for tag, listed in found.items()]


def _operation(document: dict, path: str, method: str, item: dict) -> dict:
    """One operation.

    :return: ``{"id", "method", "path", "summary", "description", "proofs": [str],
        "parameters": [{"name", "place", "about"}], "bodies": [{"media_type",
        "examples": [{"name", "text"}]}], "answers": [{"status", "about", "codes"}]}``
    """
    operation = item[method]
    parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
    bodies = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "proofs": [_proof(document, need) for need in operation["security"]],
        "parameters": [
            {
                "name": parameter["name"],
                "place": parameter["in"],
                "about": parameter.get("description", ""),
            }
            for parameter in parameters
        ],
        "bodies": [
            {"media_type": kind, "examples": _examples(document, media)}
            for kind, media in bodies.items()
        ],
        "answers": [
            _answer(status, answer) for status, answer in operation["responses"].items()
        ],
    }


def _proof(document: dict, need: dict) -> str:
    """The headers of one way to prove oneself, as they are sent."""
    schemes = document["components"]["securitySchemes"]
    return ", ".join(
        schemes[name]["name"]
        if schemes[name]["type"] == "apiKey"
        else f"Authorization: {schemes[name]['scheme'].capitalize()} ({name})"
        for name in sorted(need)
    )


def _examples(document: dict, media: dict) -> list[dict]:
    """Examples of a body as text that can be sent."""
    named = {"": {"value": media["example"]}} if "example" in media else {}
    named |= media.get("examples", {})
    return [
        {
            "name": name,
            "text": json.dumps(_value(document, example), indent=2, ensure_ascii=False),
        }
        for name, example in named.items()
    ]


def _value(document: dict, example: dict):
    if "$ref" not in example:
        return example["value"]
    name = example["$ref"].rpartition("/")[2]
    return document["components"]["examples"][name]["value"]


def _answer(status: str, answer: dict) -> dict:
    """One answer; problem documents name their codes."""
    codes = [
        example["value"]["code"]
        for media in answer.get("content", {}).values()
        for example in media.get("examples", {}).values()
        if int(status) >= 400
    ]
    return {"status": status, "about": answer["description"], "codes": codes}

"""A contract: the JSON Schema of an event type's data, and an example of the event."""

from dataclasses import dataclass
from functools import cached_property

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from .errors import KitError
from .formats import FORMATS
from .places import references


@dataclass(frozen=True)
class Contract:
    """What an event of one type looks like.

    :param event_type: ``mfg.maintenance.requested.v1``
    :param schema: of ``data``, JSON Schema 2020-12
    :param example: a whole CloudEvent
    :raise KitError: when the schema is none, or the example does not keep it
    """

    event_type: str
    schema: dict
    example: dict

    def __post_init__(self):
        try:
            Draft202012Validator.check_schema(self.schema)
        except SchemaError as error:
            raise KitError(
                f"The contract {self.event_type} is no JSON Schema 2020-12:"
                f" {error.message}.",
                "Ask whoever owns the contract for a correct one.",
            ) from error
        for reference in references(self.schema):
            if not reference.startswith("#"):
                raise KitError(
                    f"The contract {self.event_type} refers to {reference[:200]},"
                    " which is not part of it.",
                    "Ask whoever owns the contract for one that is whole.",
                )
        if not isinstance(self.example, dict) or not self.accepts(self.data):
            raise KitError(
                f"The example of {self.event_type} does not keep its own contract.",
                "Ask whoever owns the contract for a correct one.",
            )

    @property
    def data(self):
        """The data of the example."""
        return self.example.get("data")

    @cached_property
    def _validator(self) -> Draft202012Validator:
        # An empty registry: the library's own would fetch what a schema refers to.
        return Draft202012Validator(
            self.schema, registry=Registry(), format_checker=FORMATS
        )

    def accepts(self, data) -> bool:
        """Whether the data keeps the contract.

        :raise KitError: when the schema refers to a part that it does not have
        """
        try:
            return self._validator.is_valid(data)
        except Unresolvable as error:
            raise KitError(
                f"The contract {self.event_type} refers to {error.ref}, which it does"
                " not have.",
                "Ask whoever owns the contract for a correct one.",
            ) from error

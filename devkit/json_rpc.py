"""Odoo's JSON-RPC as one of its users, with the standard library.

By the routes and the session cookie of the web client: the ``/jsonrpc`` route checks
the password at every call, which costs half a second each.
"""

from http.cookies import SimpleCookie

from . import json_http


class OdooError(Exception):
    """Odoo refused a call; the text is what its user would read.

    :param kind: name of the exception in Odoo: ``odoo.exceptions.UserError``
    """

    def __init__(self, message: str, kind: str):
        super().__init__(message)
        self.kind = kind


class Session:
    """Calls methods of models as one user.

    :param host: name to call the server by, when not that of the address
    :raise OdooError: when the login is refused
    """

    def __init__(
        self, url: str, database: str, login: str, password: str, host: str = ""
    ):
        self._url = url
        self._host = {"Host": host} if host else {}
        self._cookie = ""
        facts = self._call(
            "/web/session/authenticate", db=database, login=login, password=password
        )
        self.uid = facts["uid"]

    def call(self, model: str, method: str, *arguments, **options):
        """The result of a public method.

        :raise OdooError: when the method raises
        """
        return self._call(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=arguments,
            kwargs=options,
        )

    def search(self, model: str, domain: list, **options) -> list[int]:
        return self.call(model, "search", domain, **options)

    def read(self, model: str, record: int, *fields: str) -> dict:
        """The values of one record."""
        return self.call(model, "read", [record], list(fields))[0]

    def write(self, model: str, record: int, **values) -> None:
        self.call(model, "write", [record], values)

    def create(self, model: str, **values) -> int:
        return self.call(model, "create", [values])[0]

    def ensure(self, model: str, key: dict, **values) -> int:
        """The record with those key values; created with the others when missing."""
        domain = [(name, "=", value) for name, value in key.items()]
        found = self.search(model, domain, limit=1)
        return found[0] if found else self.create(model, **key, **values)

    def ref(self, xml_id: str) -> int:
        """The record that an XML id stands for."""
        module, _, name = xml_id.partition(".")
        domain = [("module", "=", module), ("name", "=", name)]
        (found,) = self.call("ir.model.data", "search_read", domain, ["res_id"])
        return found["res_id"]

    def has_field(self, model: str, name: str) -> bool:
        """Whether this series' model has the field."""
        return name in self.call(model, "fields_get", [name], ["type"])

    def _call(self, route: str, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        cookie = {"Cookie": self._cookie} if self._cookie else {}
        answer = json_http.post(f"{self._url}{route}", body, {**self._host, **cookie})
        self._keep_cookie(answer)
        if answer.json is None:
            raise OdooError(f"{route}: status {answer.status} and no JSON", "HTTP")
        if "error" in answer.json:
            error = answer.json["error"].get("data") or answer.json["error"]
            raise OdooError(error["message"], error.get("name", ""))
        return answer.json.get("result")

    def _keep_cookie(self, answer: json_http.HttpAnswer) -> None:
        sent = SimpleCookie(answer.headers.get("Set-Cookie", ""))
        if "session_id" in sent:
            self._cookie = f"session_id={sent['session_id'].value}"

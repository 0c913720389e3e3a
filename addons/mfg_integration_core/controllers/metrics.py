import hmac

from odoo import http
from odoo.http import request

from .. import deployment
from ..exceptions import CredentialsError
from ..protocols import prometheus
from ..protocols.partner_credentials import BEARER
from .problems import problem_response


class MetricsController(http.Controller):
    """What Prometheus scrapes."""

    @http.route(
        "/mfg/v1/metrics",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    def metrics(self, **params):
        """All metrics as text, for who has the token that the deployment sets.

        Without such a token in the deployment there is no such page.
        """
        token = deployment.option("metrics_token")
        if not token:
            raise request.not_found()
        if not _is_sent(token):
            return problem_response(
                CredentialsError(
                    "Send the token that the deployment sets as a Bearer token.",
                    code="token_wrong",
                    challenge=BEARER,
                )
            )
        families = request.env(su=True)["mfg.metric"]._families()
        return request.make_response(
            prometheus.render(families),
            headers=[
                ("Content-Type", prometheus.CONTENT_TYPE),
                ("Cache-Control", "no-store"),
            ],
        )


def _is_sent(token: str) -> bool:
    """Whether the request has the token, found out in constant time."""
    sent = request.httprequest.headers.get("Authorization", "")
    return hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())

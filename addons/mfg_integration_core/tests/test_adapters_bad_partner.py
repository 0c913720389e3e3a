import socketserver
import threading

from odoo.tests import tagged

from .delivery_case import DeliveryCase

PAGE = b"<!DOCTYPE html><html><body><h1>Please log in</h1></body></html>"
JSON = "Content-Type: application/json"
MEGABYTE = 1048576


class RawPartner(socketserver.ThreadingTCPServer):
    """Answers every request with the same bytes, be they HTTP or not."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        length = 0
        while (line := self.rfile.readline().strip()) != b"":
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        self.rfile.read(length)
        try:
            self.wfile.write(self.server.answer)
        except OSError:
            return  # Our side has hung up on an answer that it does not want.


def http(status, *headers, body=b"", length=None):
    """The bytes of an answer; ``length`` is what it claims to be long."""
    claimed = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {claimed}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


@tagged("post_install", "-at_install")
class TestBadPartner(DeliveryCase):
    """Whatever a partner answers ends in an error class and a sentence."""

    def deliver_to(self, answer):
        """Have one message sent to a partner who answers this."""
        partner = RawPartner(answer)
        self.addCleanup(partner.server_close)
        self.addCleanup(partner.shutdown)
        self.configure(base_url=partner.url)
        self.given_message(self.given_document(), 1)
        self.drain()

    def assertAnswered(self, answer, state, code, *told):
        """A message that gets this answer ends so, and says so."""
        self.deliver_to(answer)

        ((ended, reason_code, reason),) = self.outbox("state", "reason_code", "reason")
        self.assertEqual((ended, reason_code), (state, code))
        for piece in told:
            self.assertIn(piece, reason)
        self.assertNotIn("Traceback", reason)

    def test_page_instead_of_an_answer_is_tried_again(self):
        answer = http("200 OK", "Content-Type: text/html", body=PAGE)
        self.assertAnswered(
            answer, "retry", "answer_unreadable", "web page", "Please log in"
        )

    def test_nothing_at_all_is_tried_again(self):
        self.assertAnswered(http("200 OK", JSON), "retry", "answer_unreadable", "empty")

    def test_connection_that_is_closed_without_an_answer_is_tried_again(self):
        self.assertAnswered(b"", "retry", "no_answer", "Check that the partner runs")

    def test_words_that_are_no_http_are_tried_again(self):
        self.assertAnswered(b"220 mail.example.com ESMTP\r\n", "retry", "no_answer")

    def test_half_a_body_is_tried_again(self):
        answer = http("201 Created", JSON, body=b'{"id": "T-', length=500)
        self.assertAnswered(answer, "retry", "no_answer")

    def test_json_that_breaks_off_is_tried_again(self):
        answer = http("201 Created", JSON, body=b'{"id": "T-')
        self.assertAnswered(answer, "retry", "answer_unreadable", "no JSON")

    def test_million_rows_need_a_person(self):
        rows = b"[" + b"1," * MEGABYTE + b"1]"
        self.assertAnswered(
            http("200 OK", JSON, body=rows), "dead", "answer_too_long", "address"
        )

    def test_character_set_that_is_declared_is_read(self):
        charset = "Content-Type: application/json; charset=iso-8859-1"
        answer = http("201 Created", charset, body='{"id": "Öl-1"}'.encode("latin-1"))
        self.deliver_to(answer)

        self.assertEqual(
            self.outbox("state", "partner_reference"), [("delivered", "Öl-1")]
        )

    def test_character_set_that_is_not_declared_is_tried_again(self):
        answer = http("201 Created", JSON, body='{"id": "Öl-1"}'.encode("latin-1"))
        self.assertAnswered(answer, "retry", "answer_unreadable", "character set")

    def test_redirect_to_another_host_needs_a_person_and_is_not_followed(self):
        answer = http("307 Temporary Redirect", "Location: http://evil.example/steal")
        self.assertAnswered(
            answer, "dead", "redirected", "http://evil.example/steal", "address"
        )

    def test_list_of_errors_is_told_in_the_partners_words(self):
        body = b'{"errors": ["Subject is empty", "No such tracker"]}'
        self.assertAnswered(
            http("422 Unprocessable", JSON, body=body),
            "dead",
            "http_422",
            "Subject is empty; No such tracker",
        )

import datetime
import os
from unittest.mock import patch

from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from odoo.exceptions import ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged


def issue(days):
    """A certificate that expires in so many days, and its key: PEM texts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "odoo-hub")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=100))
        .not_valid_after(now + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
    )


@tagged("post_install", "-at_install")
class TestConnectorCertificates(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keys = patch.dict(
            os.environ, {"MFG_INTEGRATION_KEYS": Fernet.generate_key().decode()}
        )
        keys.start()
        cls.addClassCleanup(keys.stop)
        cls.certificate, cls.key = issue(days=90)
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "Partner", "code": "partner"}
        )

    def given_client_certificate(self, days=90):
        certificate, key = issue(days)
        self.connector.write({"tls_certificate": certificate, "tls_key": key})
        return certificate, key

    def test_k4_private_key_is_sealed_and_never_comes_back_to_a_screen(self):
        certificate, key = self.given_client_certificate()
        self.env.flush_all()

        self.assertFalse(self.connector.tls_key)
        self.assertTrue(self.connector.has_tls_key)
        self.assertEqual(self.connector._client_tls().key, key)
        self.env.cr.execute("SELECT sealed FROM mfg_secret")
        self.assertNotIn("PRIVATE KEY", str(self.env.cr.fetchall()))

    def test_k4_certificate_and_key_are_entered_on_the_form(self):
        with Form(self.connector) as form:
            form.tls_authorities = self.certificate
            form.tls_certificate = self.certificate
            form.tls_key = self.key

        self.assertEqual(self.connector._client_tls().authorities, self.certificate)
        self.assertEqual(self.connector._client_tls().key, self.key)

    def test_k4_new_certificate_replaces_the_old_one_and_its_key(self):
        self.given_client_certificate()
        _certificate, key = self.given_client_certificate()

        self.assertEqual(self.connector._secrets("client_key"), [key])

    def test_k4_certificate_without_its_key_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "private key"):
            self.connector.tls_certificate = self.certificate

    def test_k4_key_of_another_certificate_is_refused(self):
        _certificate, other_key = issue(days=90)

        with self.assertRaisesRegex(ValidationError, "does not belong"):
            self.connector.write(
                {"tls_certificate": self.certificate, "tls_key": other_key}
            )

    def test_k4_authority_that_is_no_certificate_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "BEGIN"):
            self.connector.tls_authorities = "our CA"

    def test_k4_certificate_that_is_valid_for_long_is_not_warned_of(self):
        self.given_client_certificate(days=90)

        self.assertTrue(self.connector.tls_expires_at)
        self.assertFalse(self.connector.tls_warning)

    def test_k4_certificate_that_expires_soon_is_warned_of(self):
        self.given_client_certificate(days=10)

        self.assertIn("expires on", self.connector.tls_warning)

    def test_k4_authority_that_expired_is_warned_of(self):
        self.connector.tls_authorities, _key = issue(days=-1)

        self.assertIn("expired on", self.connector.tls_warning)

    def test_k4_a_viewer_cannot_read_the_key(self):
        self.given_client_certificate()
        viewer = new_test_user(
            self.env, "viewer", groups="mfg_integration_core.group_viewer"
        )

        readable = self.connector.with_user(viewer).read()[0]

        self.assertFalse(readable["tls_key"])

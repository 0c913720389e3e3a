"""Certificates made for a test: an authority and what it issues."""

import datetime
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Issued:
    """A certificate and its key, both PEM text."""

    def __init__(self, certificate, key):
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.key = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()


class Authority:
    """A private authority, as a plant has one."""

    def __init__(self, name="Plant CA"):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self._certificate = (
            _builder(self._name, self._key)
            .issuer_name(self._name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .sign(self._key, hashes.SHA256())
        )
        self.pem = Issued(self._certificate, self._key).certificate

    def issue(self, name, *, address=None, days=90):
        """A certificate for ``name``, a host name or a client's.

        :param address: IP address that it is for as well
        :param days: until it expires, negative for one that has
        """
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName(name)]
        if address:
            names.append(x509.IPAddress(ipaddress.ip_address(address)))
        certificate = (
            _builder(_name(name), key, days)
            .issuer_name(self._name)
            .add_extension(x509.SubjectAlternativeName(names), False)
            .sign(self._key, hashes.SHA256())
        )
        return Issued(certificate, key)

    def server_settings(self, folder, issued, *, asks_client=False):
        """A server's side of TLS that shows ``issued``.

        :param asks_client: require a certificate of this authority from the client
        """
        file = folder / "server.pem"
        file.write_text(issued.key + issued.certificate)
        settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        settings.load_cert_chain(file)
        if asks_client:
            settings.verify_mode = ssl.CERT_REQUIRED
            settings.load_verify_locations(cadata=self.pem)
        return settings


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject, key, days=90):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 200 * DAY)
        .not_valid_after(now + days * DAY)
    )

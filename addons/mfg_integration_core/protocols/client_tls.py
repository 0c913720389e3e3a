"""How both sides of a TLS connection prove who they are: certificates of a connector.

Verification cannot be turned off. A private authority replaces the public ones: only
what it issued is trusted then.
"""

from __future__ import annotations

import functools
import secrets
import ssl
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from certifi import where as public_authorities
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ..exceptions import ConfigurationError


@dataclass(frozen=True)
class ClientTls:
    """What one connector trusts and shows; all PEM text, empty when it has none.

    :ivar authorities: certificates of the private authorities that are trusted
    :ivar certificate: of the client, followed by its intermediate ones
    """

    authorities: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)

    def context(self) -> ssl.SSLContext:
        """Settings for connections; verification of name and chain is on.

        :raise ConfigurationError: codes ``bad_certificate``, ``bad_certificate_key``
        """
        return _context(self)


# Reading the public authorities takes longer than a request to a near partner.
@functools.lru_cache(maxsize=64)
def _context(tls: ClientTls) -> ssl.SSLContext:
    if tls.authorities:
        read_certificates(tls.authorities)
        context = ssl.create_default_context(cadata=tls.authorities)
    else:
        context = ssl.create_default_context(cafile=public_authorities())
    if tls.certificate:
        _load_pair(context, tls.certificate, tls.key)
    return context


def _load_pair(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Give the context the client's certificate; the key never lies open on a disk.

    OpenSSL's Python binding reads keys from files only, so it gets one that is
    encrypted with a password used this once.
    """
    private_key = check_pair(certificate, key)
    password = secrets.token_bytes(32).hex().encode()
    sealed = private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "client.pem")
        file.write_bytes(sealed + b"\n" + certificate.encode())
        context.load_cert_chain(file, password=password)


def read_certificates(pem: str) -> list[x509.Certificate]:
    """The certificates in ``pem``, in their order.

    :raise ConfigurationError: code ``bad_certificate``
    """
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise ConfigurationError(
            "This is no certificate in PEM format. Paste the text from -----BEGIN"
            " CERTIFICATE----- to -----END CERTIFICATE-----, with both lines.",
            code="bad_certificate",
        ) from error


def check_pair(certificate: str, key: str):
    """The private key, once it is known to belong to the (first) certificate.

    :raise ConfigurationError: codes ``bad_certificate``, ``bad_certificate_key``
    """
    try:
        private_key = serialization.load_pem_private_key(key.encode(), password=None)
    except TypeError as error:
        raise _bad_key(
            "The private key is protected by a password. Remove it, for instance with"
            " 'openssl pkey -in key.pem'; the key is stored encrypted."
        ) from error
    except ValueError as error:
        raise _bad_key(
            "This is no private key in PEM format. Paste the text with its lines"
            " -----BEGIN ... PRIVATE KEY----- and -----END ... PRIVATE KEY-----."
        ) from error
    leaf = read_certificates(certificate)[0]
    if leaf.public_key() != private_key.public_key():
        raise _bad_key("The private key does not belong to the client certificate.")
    return private_key


def expires_at(pem: str) -> datetime:
    """When the first of the certificates in ``pem`` to expire does so; UTC, aware."""
    return min(cert.not_valid_after_utc for cert in read_certificates(pem))


def _bad_key(detail: str) -> ConfigurationError:
    return ConfigurationError(detail, code="bad_certificate_key")


# ------------------------------------------------------------------
# What went wrong
# ------------------------------------------------------------------

#: OpenSSL's verify codes (``man 3 X509_STORE_CTX_get_error``) as people say it.
_VERIFY_TROUBLE = {
    9: "its certificate is not valid yet: check the clocks",
    10: "its certificate has expired",
    18: "its certificate is signed by itself and not trusted",
    19: "the authority that issued its certificate is not trusted",
    20: "the authority that issued its certificate is not trusted",
    21: "the authority that issued its certificate is not trusted",
    62: "its certificate is for another host name",
    64: "its certificate is for another address",
}
#: Parts of OpenSSL's names of alerts that a server sends about our own certificate.
_ALERTS_ABOUT_US = ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE", "BAD_CERTIFICATE")


def explain(host: str, error: BaseException) -> str:
    """One plain sentence about a TLS error and what to do.

    :param error: as raised; what it was caused by is looked through for OpenSSL's
    """
    innermost = _openssl_error(error)
    code = getattr(innermost, "verify_code", None)
    if code in (18, 19, 20, 21):
        remedy = "Paste its authority into Trusted Authorities of the connector."
        return f"{host} is not trusted: {_VERIFY_TROUBLE[code]}. {remedy}"
    if code in _VERIFY_TROUBLE:
        return f"{host} is not trusted: {_VERIFY_TROUBLE[code]}."
    if code:
        return f"{host} is not trusted: {innermost.verify_message}."
    reason = str(getattr(innermost, "reason", None) or innermost)
    if any(alert in reason.upper() for alert in _ALERTS_ABOUT_US):
        return (
            f"{host} asks for a client certificate that it knows. Check Client"
            " Certificate of the connector."
        )
    if broke_off(error):
        return (
            f"{host} broke off the encrypted connection. If it asks for a client"
            " certificate, check Client Certificate of the connector."
        )
    return f"No encrypted connection to {host} could be made: {reason}."


def broke_off(error: BaseException) -> bool:
    """Whether the other side hung up without a word, which may pass by itself.

    With TLS 1.3 a server that misses our certificate may hang up before its alert is
    read, so this does not tell a refusal from a broken line.
    """
    return isinstance(_openssl_error(error), ssl.SSLEOFError)


def _openssl_error(error: BaseException) -> BaseException:
    """The error of the ``ssl`` module behind another one, else that one."""
    seen = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return seen
        inside = (*seen.args, getattr(seen, "reason", None))
        causes = [part for part in inside if isinstance(part, BaseException)]
        seen = causes[0] if causes else seen.__cause__ or seen.__context__
    return error

"""The algorithms and transforms of XML signatures that are allowed.

https://www.w3.org/TR/xmldsig-core1/#sec-AlgID
"""

from __future__ import annotations

W3 = "http://www.w3.org/"
CANONICALIZATIONS = frozenset(
    {
        f"{W3}TR/2001/REC-xml-c14n-20010315",
        f"{W3}TR/2001/REC-xml-c14n-20010315#WithComments",
        f"{W3}2001/10/xml-exc-c14n#",
        f"{W3}2001/10/xml-exc-c14n#WithComments",
        f"{W3}2006/12/xml-c14n11",
        f"{W3}2006/12/xml-c14n11#WithComments",
    }
)
ENVELOPED = f"{W3}2000/09/xmldsig#enveloped-signature"
FILTER = f"{W3}2002/06/xmldsig-filter2"
XPATH = f"{W3}TR/1999/REC-xpath-19991116"
SIGNATURE_PATHS = frozenset(
    {
        "/descendant::ds:Signature",
        "//ds:Signature",
        "/descendant-or-self::node()/ds:Signature",
    }
)
# A transform may take the signatures out of what is signed, and nothing else: to intersect with
# the signatures, for example, would leave the whole document unsigned.
ALLOWED_PATHS = {
    XPATH: frozenset({("not(ancestor-or-self::ds:Signature)", None)}),
    FILTER: frozenset({(path, "subtract") for path in SIGNATURE_PATHS}) | {("/", "intersect")},
}
SHA1_METHODS = frozenset(
    {
        f"{W3}2000/09/xmldsig#rsa-sha1",
        f"{W3}2000/09/xmldsig#sha1",
        f"{W3}2000/09/xmldsig#dsa-sha1",
        f"{W3}2001/04/xmldsig-more#ecdsa-sha1",
    }
)
# SHA-1 is checked, as a mismatch is a mismatch, and never makes a signature verified.
METHODS = (
    SHA1_METHODS
    | {
        f"{W3}2001/04/xmldsig-more#{name}"
        for name in (
            "rsa-sha256",
            "rsa-sha384",
            "rsa-sha512",
            "ecdsa-sha256",
            "ecdsa-sha384",
            "ecdsa-sha512",
            "sha384",
        )
    }
    | {f"{W3}2001/04/xmlenc#sha256", f"{W3}2001/04/xmlenc#sha512"}
)

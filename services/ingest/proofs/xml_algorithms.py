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
# Each takes the signatures out of what is signed, and nothing else: to intersect with the
# signatures, for example, would leave the whole document unsigned. XPath and XSLT are not allowed:
# libxml2 evaluates an expression for each node, in the square of the size of the document.
ALLOWED_FILTERS = frozenset(
    {
        ("/descendant::ds:Signature", "subtract"),
        ("//ds:Signature", "subtract"),
        ("/descendant-or-self::node()/ds:Signature", "subtract"),
        ("/", "intersect"),
    }
)
# Namespaces whose elements a signature may hold: XML-DSig and its canonicalisations, XAdES.
NAMESPACES = frozenset(
    {
        f"{W3}2000/09/xmldsig#",
        f"{W3}2009/xmldsig11#",
        f"{W3}2001/10/xml-exc-c14n#",
        FILTER,
        "http://uri.etsi.org/01903/v1.1.1#",
        "http://uri.etsi.org/01903/v1.2.2#",
        "http://uri.etsi.org/01903/v1.3.2#",
        "http://uri.etsi.org/01903/v1.4.1#",
    }
)
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

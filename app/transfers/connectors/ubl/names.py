"""Namespaces and codes of UBL 2.1 and of Peppol BIS Billing 3."""

INVOICE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CREDIT_NOTE = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
PREFIXES = {"cac": CAC, "cbc": CBC}

CUSTOMIZATION = (
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"  # BT-24
)
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"  # BT-23
INVOICED_OBJECT = "130"
"""UNCL 1001: the document that names what is invoiced; our InstalmentCode (BT-18)."""
PIECE = "C62"
"""UN/ECE recommendation 20: one."""
CREDIT_TRANSFER = "30"
"""UNCL 4461: credit transfer."""

VAT_SCHEMES = {
    "AT": "9914", "BE": "9925", "BG": "9926", "CY": "9928", "CZ": "9929", "DE": "9930",
    "DK": "0198", "EE": "9931", "ES": "9920", "FI": "0213", "FR": "9957", "GB": "9932",
    "GR": "9933", "HR": "9934", "HU": "9910", "IE": "9935", "IT": "0211", "LT": "9937",
    "LU": "9938", "LV": "9939", "MT": "9943", "NL": "9944", "PL": "9945", "PT": "9946",
    "RO": "9947", "SE": "9955", "SI": "9949", "SK": "9950",
}  # fmt: skip
"""Peppol's code list of electronic address schemes: the VAT numbers of a country."""
BELGIAN_ENTERPRISE = "0208"
EMAIL = "EM"

EXEMPTIONS = {
    "AE": ("VATEX-EU-AE", "Reverse charge"),
    "G": ("VATEX-EU-G", "Export outside the EU"),
    "K": ("VATEX-EU-IC", "Intra-Community supply"),
    "O": ("VATEX-EU-O", "Not subject to VAT"),
}
"""Category to code and reason (BT-121, BT-120); E has a reason of its own, in the settings."""

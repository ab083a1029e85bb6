"""Sales over GraphQL: from a Draft to a Final Sale."""

from tests.club import Club

ACCOUNT = {
    "code": "A1",
    "name": "Brouwerij De Halve Maan",
    "kind": "BUSINESS",
    "language": "nl",
    "street": "Walplein 26",
    "postalCode": "8000",
    "city": "Brugge",
    "country": "BE",
    "paymentTermDays": 30,
}

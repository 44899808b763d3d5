"""Axes of variants: Vendure's option groups, one per axis, made for each product."""

from collections.abc import Callable, Sequence

from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.client import Graph, Json, Refused, in_parts
from raccord_connectors.shop.vendure.work import Work, code, marker, same

GROUP = "id code name options { id code name }"
BY_CODE = f"""query($codes: [String!]!) {{
  productOptionGroups(options: {{ take: 1000, filter: {{ code: {{ in: $codes }} }} }}) {{ items {{ {GROUP} }} }} }}"""
CREATE_GROUP = f"createProductOptionGroup(input: $input) {{ {GROUP} }}"
ATTACH = "addOptionGroupToProduct(productId: $product, optionGroupId: $group) { id }"
DETACH = """mutation($product: ID!, $group: ID!) {
  removeOptionGroupFromProduct(productId: $product, optionGroupId: $group, force: true) {
    __typename ... on ErrorResult { errorCode message } } }"""
CREATE_OPTION = "createProductOption(input: $input) { id code name }"
BY_ID = f"query($id: ID!) {{ productOptionGroup(id: $id) {{ {GROUP} }} }}"
AT_ONCE = 25
"""Mutations in one request."""


class Options:
    """Brings the option groups of products to what their listings say, and notes the ids of the options."""

    def __init__(self, graph: Graph, language: str, refuse: Callable[[Work, Refused], None]) -> None:
        self._graph = graph
        self._language = language
        self._refuse = refuse

    def ensure(self, works: Sequence[Work]) -> None:
        works = [work for work in works if work.state is not None]
        for work in works:
            self._drop_old_axes(work)
        works = [work for work in works if work.alive]
        self._add_groups(works)
        self._add_options([work for work in works if work.alive])
        for work in works:
            if work.alive:
                self._note(work)

    # --------------------------------------------------------------------------------------------- groups

    def _drop_old_axes(self, work: Work) -> None:
        """An axis that the ERP gave up leaves the product. One that was never ours is the merchant's: we say so."""
        ours = list(work.previous.axes) if work.previous else []
        for group in list(_groups(work)):
            if _axis_of(group, work.record.axes) is not None:
                continue
            if _axis_of(group, ours) is None and not group["code"].startswith(marker(work.record.key)):
                message = texts.OTHER_AXES.fill(name=work.record.name, axis=group["name"])
                work.reject(RecordRejected(message, field="axes"))
                return
            # `force` takes its options off the variants, which get their new combination next.
            self._graph.change(DETACH, repeat=True, product=work.product, group=group["id"])
            _groups(work).remove(group)
            for variant in work.state["variants"] if work.state else ():
                variant["options"] = [o for o in variant["options"] if o["group"]["id"] != group["id"]]

    def _add_groups(self, works: Sequence[Work]) -> None:
        missing = [
            (work, axis)
            for work in works
            for axis in work.record.axes
            if not any(same(group["name"], axis) for group in _groups(work))
        ]
        made = self._left_over([pair for pair in missing if pair[0].existed])
        wanted = [pair for pair in missing if _group_code(*pair) not in made]
        calls = [(CREATE_GROUP, {"input": self._group_input(work, axis)}) for work, axis in wanted]

        def group_made(number: int) -> Json | None:
            return self._left_over([wanted[number]]).get(_group_code(*wanted[number]))

        answers = self._run("$input: CreateProductOptionGroupInput!", calls, group_made)
        for (work, axis), answer in zip(wanted, answers, strict=True):
            if isinstance(answer, Refused):
                self._refuse(work, answer)
            else:
                made[_group_code(work, axis)] = answer
        attached = [(work, made[_group_code(work, axis)]) for work, axis in missing if work.alive]
        attachments: list[tuple[str, Json]] = [
            (ATTACH, {"product": work.product, "group": group["id"]}) for work, group in attached
        ]
        # Attaching twice changes nothing.
        answers = self._run("$product: ID!, $group: ID!", attachments, lambda number: None)
        for (work, group), answer in zip(attached, answers, strict=True):
            if isinstance(answer, Refused):
                self._refuse(work, answer)
            else:
                _groups(work).append(group)

    def _left_over(self, missing: Sequence[tuple[Work, str]]) -> dict[str, Json]:
        """Groups that an attempt made and did not live to attach."""
        found: dict[str, Json] = {}
        for part in in_parts([_group_code(work, axis) for work, axis in missing], 200):
            try:
                groups = self._graph.change(BY_CODE, repeat=True, codes=part)["productOptionGroups"]["items"]
            except Refused as refusal:
                if (
                    refusal.code == "GRAPHQL_VALIDATION_FAILED"
                ):  # before 3.6 groups could not be listed this way
                    return {}
                raise
            for group in groups:
                found.setdefault(group["code"], group)
        return found

    def _group_input(self, work: Work, axis: str) -> Json:
        values = {code(offer.options[axis]): offer.options[axis] for offer in work.record.offers}
        return {
            "code": _group_code(work, axis),
            "translations": [{"languageCode": self._language, "name": axis}],
            "options": [self._option_input(value) for value in values.values()],
        }

    # -------------------------------------------------------------------------------------------- options

    def _add_options(self, works: Sequence[Work]) -> None:
        wanted: dict[tuple[str, str], tuple[Work, Json, str]] = {}
        for work in works:
            for axis in work.record.axes:
                group = _group_of(work, axis)
                for offer in work.record.offers:
                    value = offer.options[axis]
                    if not any(same(option["name"], value) for option in group["options"]):
                        wanted[group["id"], code(value)] = (work, group, value)
        calls = [
            (CREATE_OPTION, {"input": {"productOptionGroupId": group["id"], **self._option_input(value)}})
            for _, group, value in wanted.values()
        ]
        of_each = list(wanted.values())

        def option_made(number: int) -> Json | None:
            _, group, value = of_each[number]
            options = (self._graph.ask(BY_ID, id=group["id"])["productOptionGroup"] or {}).get("options", ())
            return next((option for option in options if same(option["name"], value)), None)

        answers = self._run("$input: CreateProductOptionInput!", calls, option_made)
        for (work, group, _), answer in zip(of_each, answers, strict=True):
            if isinstance(answer, Refused):
                self._refuse(work, answer)
            else:
                group["options"].append(answer)

    def _option_input(self, value: str) -> Json:
        return {"code": code(value), "translations": [{"languageCode": self._language, "name": value}]}

    def _note(self, work: Work) -> None:
        for axis in work.record.axes:
            options = _group_of(work, axis)["options"]
            for offer in work.record.offers:
                value = offer.options[axis]
                work.options[axis, value] = next(o["id"] for o in options if same(o["name"], value))

    # ------------------------------------------------------------------------------- many calls in a request

    def _run(
        self, declared: str, calls: Sequence[tuple[str, Json]], made: Callable[[int], Json | None]
    ) -> list[Json | Refused]:
        """One answer per call, the calls grouped as aliases of one document. Each alias is a transaction of its own: when
        a group is refused some of it may have been done, and the answer does not say which. The calls are then done one
        by one, after `made` has looked whether that one was."""
        answers: list[Json | Refused] = []
        for start in range(0, len(calls), AT_ONCE):
            part = calls[start : start + AT_ONCE]
            try:
                answers += _aliased(self._graph, declared, part)
            except Refused:
                answers += [
                    made(start + offset) or self._one(declared, call) for offset, call in enumerate(part)
                ]
        return answers

    def _one(self, declared: str, call: tuple[str, Json]) -> Json | Refused:
        try:
            return _aliased(self._graph, declared, [call])[0]
        except Refused as refusal:
            return refusal


def _aliased(graph: Graph, declared: str, calls: Sequence[tuple[str, Json]]) -> list[Json]:
    names = [part.strip() for part in declared.split(",")]
    declarations, fields, variables = [], [], {}
    for number, (call, values) in enumerate(calls):
        numbered = call
        for name in names:
            variable = name.partition(":")[0]
            numbered = numbered.replace(variable, f"{variable}{number}")
            declarations.append(name.replace(variable, f"{variable}{number}"))
            variables[f"{variable[1:]}{number}"] = values[variable[1:]]
        fields.append(f"{_field(call)}{number}: {numbered}")
    data = graph.change(f"mutation({', '.join(declarations)}) {{ {' '.join(fields)} }}", **variables)
    return [data[f"{_field(call)}{number}"] for number, (call, _) in enumerate(calls)]


def _field(call: str) -> str:
    return call.partition("(")[0]


def _groups(work: Work) -> list[Json]:
    found: list[Json] = work.state["optionGroups"] if work.state else []
    return found


def _group_of(work: Work, axis: str) -> Json:
    return next(group for group in _groups(work) if same(group["name"], axis))


def _group_code(work: Work, axis: str) -> str:
    return f"{marker(work.record.key)}-{code(axis)}"


def _axis_of(group: Json, axes: Sequence[str]) -> str | None:
    return next((axis for axis in axes if same(axis, group["name"])), None)

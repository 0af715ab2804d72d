"""Arrays in random rules, against a plain reading of them in Python: of people, and of people within a filter."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pql.shop import database, who


@dataclass(frozen=True)
class Order:
    key: str
    store: str | None
    price: float | None


@dataclass(frozen=True)
class Person:
    country: str | None
    colors: tuple[str | None, ...] | None
    points: dict[str, float | None] | None
    orders: tuple[Order, ...] = field(default=())


Items = list[str] | list[float] | None  # None: not known
Meaning = Callable[[Person], bool]
Rule = tuple[str, Meaning]
Array = tuple[str, Callable[[Person], "list[str] | None"]]

ORDERS: list[list[tuple[str | None, float | None]]] = [
    [],
    [("a", 1)],
    [(None, None), ("b", 2)],
    [("a", 2), ("b", 2), ("a", 3), (None, 1), ("c", None)],
    [("b", 3), ("b", None), ("a", 1)],
]
COLORS = [None, (), ("a",), ("b", None, "a", "b"), ("c", "b")]
POINTS = [None, {}, {"a": 1.0}, {"b": 2.0, "a": None}]
PEOPLE = [
    Person(country, colors, points, tuple(Order(f"{n}-{i}", *order) for i, order in enumerate(orders)))
    for n, (country, colors, points, orders) in enumerate(product([None, "a"], COLORS, POINTS, ORDERS))
]
COMPARISONS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, ">=": operator.ge}
DATABASE = database(
    {
        "company": [{"_ord": n} for n in range(len(PEOPLE))],
        "person": [
            {"_ord": n, "company_ord": n, "country": p.country, "colors": p.colors, "points": p.points}
            for n, p in enumerate(PEOPLE)
        ],
        "orders": [
            {"order_id": o.key, "person_ord": n, "store_id": o.store, "price": o.price}
            for n, p in enumerate(PEOPLE)
            for o in p.orders
        ],
    }
)

words = st.sampled_from(["a", "b", "c", "z"])
counts = st.sampled_from([0, 1, 2, 3])
signs = st.sampled_from(sorted(COMPARISONS))


def known(values: object) -> list[str]:
    return [value for value in values if value is not None]  # type: ignore[attr-defined]


def ranked(orders: tuple[Order, ...], amount: int, *, descending: bool) -> list[Order]:
    def rank(order: Order) -> tuple[bool, float, str]:
        price = order.price or 0
        return order.price is None, -price if descending else price, order.key

    return sorted(orders, key=rank)[:amount]


def once(values: list[str]) -> list[str]:
    return sorted(set(values))


@st.composite
def sources(draw: st.DrawFn) -> Array:
    word, count, sign = draw(words), draw(counts), draw(signs)
    top = draw(st.booleans())
    name = "topN" if top else "bottomN"
    return draw(
        st.sampled_from(
            [
                ("person.favoriteColors", lambda p: None if p.colors is None else known(p.colors)),
                (f'["{word}", "b"]', lambda _: [word, "b"]),
                ("points.keys()", lambda p: None if p.points is None else sorted(p.points)),
                ("orders.storeId", lambda p: known(o.store for o in p.orders)),
                ("orders.map(storeId)", lambda p: known(o.store for o in p.orders)),
                ("orders.map(O => O.storeId)", lambda p: known(o.store for o in p.orders)),
                (
                    f"orders[price {sign} {count}].map(storeId)",
                    lambda p: known(
                        o.store for o in p.orders if o.price is not None and COMPARISONS[sign](o.price, count)
                    ),
                ),
                (
                    f"orders.{name}(price, {count + 1}).map(storeId)",
                    lambda p: known(o.store for o in ranked(p.orders, count + 1, descending=top)),
                ),
                (
                    "orders.filter(storeId = ^homeAddress.countryCode).map(storeId)",
                    lambda p: [o.store for o in p.orders if o.store is not None and o.store == p.country],
                ),
                (
                    "orders.filter(O => O.storeId != homeAddress.countryCode).groupBy(storeId).keys()",
                    lambda p: once([o.store for o in p.orders if o.store and p.country and o.store != p.country]),
                ),
                ("orders.groupBy(storeId).keys()", lambda p: once(known(o.store for o in p.orders))),
                (
                    f"orders.groupBy(storeId).filter((K, G) => G.count() {sign} {count}).keys()",
                    lambda p: [s for s, g in groups(p).items() if COMPARISONS[sign](len(g), count)],
                ),
            ]
        )
    )


def groups(person: Person) -> dict[str, list[Order]]:
    found = defaultdict(list)
    for order in person.orders:
        if order.store is not None:
            found[order.store].append(order)
    return dict(sorted(found.items()))


def made(arrays: st.SearchStrategy[Array]) -> st.SearchStrategy[Array]:
    @st.composite
    def one(draw: st.DrawFn) -> Array:
        text, items = draw(arrays)
        word = draw(words)
        kind = draw(st.sampled_from(["distinct", "filter", "index", "intersection", "topN", "map"]))
        if kind == "intersection":
            other, others = draw(arrays)
            return f"{text}.intersection({other})", lambda p: unless(
                items(p), lambda i: once([*{*i} & {*(others(p) or ())}])
            )
        make: dict[str, tuple[str, Callable[[list[str]], list[str]]]] = {
            "distinct": (".distinct()", once),
            "filter": (f'.filter(X => X != "{word}")', lambda i: [x for x in i if x != word]),
            "index": (f'[$1 = "{word}"]', lambda i: [x for x in i if x == word]),
            "topN": (".topN(X => X, 2)", lambda i: sorted(i, reverse=True)[:2]),
            "map": ('.map(X => if (X = "a", "b", X))', lambda i: ["b" if x == "a" else x for x in i]),
        }
        end, change = make[kind]
        return text + end, lambda p: unless(items(p), change)

    return one()


def unless(items: list[str] | None, change: Callable[[list[str]], list[str]]) -> list[str] | None:
    return None if items is None else change(items)


ARRAYS = st.recursive(sources(), made, max_leaves=3)


@st.composite
def conditions(draw: st.DrawFn) -> Rule:
    (text, items), (other, others) = draw(ARRAYS), draw(ARRAYS)
    word, count, sign = draw(words), draw(counts), draw(signs)

    def both(ask: Callable[[set[str], set[str]], bool]) -> Meaning:
        def meaning(person: Person) -> bool:
            one, two = items(person), others(person)
            return one is not None and two is not None and ask(set(one), set(two))

        return meaning

    def ordered(function: Callable[[list[str]], str]) -> Meaning:
        return lambda p: bool(items(p)) and COMPARISONS[sign](function(items(p) or []), word)

    return draw(
        st.sampled_from(
            [
                (f'"{word}" in {text}', lambda p: word in (items(p) or ())),
                (f'"{word}" notIn {text}', lambda p: items(p) is not None and word not in (items(p) or ())),
                (f'{text}.includes("{word}")', lambda p: word in (items(p) or ())),
                (f"homeAddress.countryCode in {text}", lambda p: p.country in (items(p) or ())),
                (
                    f"homeAddress.countryCode notIn {text}",
                    lambda p: p.country is not None and items(p) is not None and p.country not in (items(p) or ()),
                ),
                (f"{text}.intersects({other})", both(lambda a, b: bool(a & b))),
                (f"{text}.subsetOf({other})", both(lambda a, b: a <= b)),
                (f"{text}.supersetOf({other})", both(lambda a, b: a >= b)),
                (f"{text}.distinct() = {other}", both(lambda a, b: a == b)),
                (f"{text}.distinct() != {other}", both(lambda a, b: a != b)),
                (f"{text}.count() {sign} {count}", lambda p: COMPARISONS[sign](len(items(p) or ()), count)),
                (f'{text}.max() {sign} "{word}"', ordered(max)),
                (f'{text}.min() {sign} "{word}"', ordered(min)),
                (
                    f'exists X from {text} where X {sign} "{word}"',
                    lambda p: any(COMPARISONS[sign](x, word) for x in items(p) or ()),
                ),
                (
                    f'forall X from {text} where X {sign} "{word}"',
                    lambda p: all(COMPARISONS[sign](x, word) for x in items(p) or ()),
                ),
                (f"{text}.exists($1 = ^homeAddress.countryCode)", lambda p: p.country in (items(p) or ())),
                (
                    f'{text}.map(X => X = "a").count() = {text}.count()',
                    lambda p: True,
                ),
            ]
        )
    )


@st.composite
def amounts(draw: st.DrawFn) -> Rule:
    word, count, sign = draw(words), draw(counts), draw(signs)
    compare = COMPARISONS[sign]

    def prices(orders: list[Order] | tuple[Order, ...]) -> list[float]:
        return [o.price for o in orders if o.price is not None]

    def told(value: float | str | None, other: float | str) -> bool:
        return value is not None and compare(value, other)

    def first(person: Person) -> Order:
        return (ranked(person.orders, 1, descending=True) or [Order("", None, None)])[0]

    each = "orders.groupBy(storeId).map((K, G) =>"
    return draw(
        st.sampled_from(
            [
                (
                    f"orders.topN(price, {count + 1}).sum(price) {sign} {count}",
                    lambda p: compare(sum(prices(ranked(p.orders, count + 1, descending=True))), count),
                ),
                (
                    f"orders.bottomN(O => O.price, 2)[price > 1].count() {sign} {count}",
                    lambda p: compare(sum(x > 1 for x in prices(ranked(p.orders, 2, descending=False))), count),
                ),
                (f"orders.topN(price, 3).head().price {sign} {count}", lambda p: told(first(p).price, count)),
                (f'orders.topN(price, 1).head().storeId {sign} "{word}"', lambda p: told(first(p).store, word)),
                ("orders.topN(price, 2).head().storeId.isNull()", lambda p: first(p).store is None),
                (f"orders.price.sum() {sign} {count}", lambda p: compare(sum(prices(p.orders)), count)),
                (
                    f"orders.map(price * 2).max() {sign} {count}",
                    lambda p: told(
                        max(map(float.__mul__, map(float, prices(p.orders)), [2.0] * 9), default=None), count
                    ),
                ),
                (
                    f"orders.price.distinct().average() {sign} {count}",
                    lambda p: (
                        bool(prices(p.orders)) and compare(sum({*prices(p.orders)}) / len({*prices(p.orders)}), count)
                    ),
                ),
                (
                    f'{each} mapEntry(K, G.sum(price))).get("{word}") {sign} {count}',
                    lambda p: word in groups(p) and compare(sum(prices(groups(p)[word])), count),
                ),
                (
                    f'{each} mapEntry(K, {{"n": G.count(), "most": G.max(price)}})).get("{word}").most {sign} {count}',
                    lambda p: told(max(prices(groups(p).get(word, [])), default=None), count),
                ),
                (
                    f'{each} {{"store": K, "n": G.count()}})[n > 1].store.includes("{word}")',
                    lambda p: len(groups(p).get(word, [])) > 1,
                ),
                (
                    f"orders[storeId != ^homeAddress.countryCode].groupBy(storeId)"
                    f'.map((K, G) => mapEntry(K, G.sum(price))).get("{word}") {sign} {count}',
                    lambda p: (
                        word in groups(p)
                        and p.country not in (None, word)
                        and compare(sum(prices(groups(p)[word])), count)
                    ),
                ),
                (
                    f"orders.topN(O => if (O.storeId = homeAddress.countryCode, 9, 0), 1).head().storeId = '{word}'",
                    lambda p: (
                        bool(p.orders)
                        and next((o for o in p.orders if o.store and o.store == p.country), p.orders[0]).store == word
                    ),
                ),
                (
                    f"{each} G.count()).sum() {sign} {count}",
                    lambda p: compare(sum(map(len, groups(p).values())), count),
                ),
                (
                    f'orders.groupBy(storeId).get("{word}").topN(price, 1).sum(price) {sign} {count}',
                    lambda p: compare(sum(prices(ranked(tuple(groups(p).get(word, [])), 1, descending=True))), count),
                ),
                (f'points.get("{word}") {sign} {count}', lambda p: told((p.points or {}).get(word), count)),
                (
                    f"points.values().sum() {sign} {count}",
                    lambda p: compare(sum(known((p.points or {}).values())), count),
                ),
                (f"points.count() {sign} {count}", lambda p: compare(len(p.points or {}), count)),
                (
                    f'points.filter((K, V) => K = "{word}" or V >= {count}).count() = 1',
                    lambda p: (
                        sum(k == word or (v is not None and v >= count) for k, v in (p.points or {}).items()) == 1
                    ),
                ),
            ]
        )
    )


def combined(rules: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    def negated(rule: Rule) -> Rule:
        return f"not ({rule[0]})", lambda p: not rule[1](p)

    def both(left: Rule, right: Rule) -> Rule:
        return f"({left[0]}) and ({right[0]})", lambda p: left[1](p) and right[1](p)

    return st.one_of(rules.map(negated), st.tuples(rules, rules).map(lambda pair: both(*pair)))


RULES = st.recursive(st.one_of(conditions(), amounts()), combined, max_leaves=3)


@given(RULES)
@settings(max_examples=150)
def test_a_rule_about_arrays_finds_whom_its_meaning_finds(rule: Rule) -> None:
    text, meaning = rule
    expected = [n for n, person in enumerate(PEOPLE) if meaning(person)]
    assert who(DATABASE, text) == expected, text


@given(RULES)
@settings(max_examples=80)
def test_so_it_does_within_a_filter(rule: Rule) -> None:
    text, meaning = rule
    expected = [n for n, person in enumerate(PEOPLE) if meaning(person)]
    assert who(DATABASE, f"people[{text}].count() = 1", "company") == expected, text

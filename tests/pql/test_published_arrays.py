"""Published expressions about arrays, maps and objects, over small data: who is found is what their pages say.

Sources: Experience Platform, help/segmentation/pql/*.md, help/profile/computed-attributes/expressions.md, and XDM's
offer filter examples. A published expression that gives a value is asked for that value.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.pql.shop import database, who

RECENT = "xEvent[(timestamp occurs < 7 days before now) and"
DOWNLOADS = f'{RECENT} eventType="download"].groupBy(product).map((K, G) => '
SPORTS = f'{RECENT} eventType="transaction" and category = "sporting goods"]'
PROFILES = 'modelInstances("https://ns.adobe.com/xdm/context/profile")'
EVENTS = 'modelInstances("https://ns.adobe.com/xdm/context/experienceevent")'
OFFERS = 'modelInstances("https://ns.adobe.com/experience/offer-management/personalized-offer")'


def event(key: str, person: int, kind: str, at: str, **told: object) -> dict[str, object]:
    return {"activity_id": key, "person_ord": person, "event_type": kind, "occurred_at": f"2026-{at} 10:00", **told}


ROWS: dict[str, list[dict[str, object]]] = {
    "person": [
        {
            "_ord": 1,
            "name": "Johnny",
            "email": "ana@acme.test",
            "country": "US",
            "birth_month": 3,
            "colors": ["red", "blue", "green"],
            "cities": ["Paris", "Rome"],
            "visited": ["Rome", "Oslo", "Paris"],
            "foods": ["sushi", "soup", "pizza"],
            "identities": {"example@example.com": "x1", "crm": "c1"},
            "user_ids": ["u1", "u2"],
        },
        {
            "_ord": 2,
            "name": "john",
            "email": "bo@globex.test",
            "country": "FR",
            "birth_month": 4,
            "colors": ["green", "red", "black", "blue"],
            "cities": ["Paris", "Lima"],
            "visited": ["Paris"],
            "foods": ["pizza"],
            "identities": {"crm": "c2"},
            "user_ids": ["u3"],
        },
        {"_ord": 3, "name": "Ann John", "colors": ["black"], "cities": [], "visited": ["Oslo"], "user_ids": []},
        {"_ord": 4},
    ],
    "couple": [
        {"_ord": 1, "one_ord": 1, "two_ord": 2},
        {"_ord": 2, "one_ord": 2, "two_ord": 3},
        {"_ord": 3, "one_ord": 1, "two_ord": 4},
    ],
    "household": [{"_ord": 1}, {"_ord": 2}, {"_ord": 3}],
    "member": [
        {"member_id": "m1", "household_ord": 1, "age": 21},
        {"member_id": "m2", "household_ord": 1, "age": 3},
        {"member_id": "m3", "household_ord": 2, "age": 20},
        {"member_id": "m4", "household_ord": 2},
    ],
    "orders": [
        {"order_id": "o1", "person_ord": 1, "store_id": "s1", "price": 10},
        {"order_id": "o2", "person_ord": 1, "store_id": "s2", "price": 90},
        {"order_id": "o3", "person_ord": 1, "store_id": "s1", "price": 40},
        {"order_id": "o4", "person_ord": 1, "store_id": "s1", "price": 50},
        {"order_id": "o5", "person_ord": 1, "store_id": "s3", "price": 20},
        {"order_id": "o6", "person_ord": 1, "store_id": "s1", "price": 30},
        {"order_id": "o7", "person_ord": 2, "store_id": "s1", "price": 150},
        {"order_id": "o8", "person_ord": 2, "store_id": "s1"},
    ],
    "activity": [
        event("e1", 1, "download", "03-17", product="p1", total=60, content_type="image", user_ids=["u1"], city="Köln"),
        event("e2", 1, "download", "03-16", product="p1", total=70, user_ids=["u2"], city="Köln"),
        event("e3", 1, "download", "03-15", product="p2", total=10),
        event("e4", 1, "download", "03-01", product="p1", total=500),
        event("e5", 1, "transaction", "03-14", category="sporting goods", total=20),
        event("e6", 1, "transaction", "03-13", category="sporting goods", total=95),
        event("e7", 2, "download", "03-17", product="p1", total=5, user_ids=["u3"], city="Köln"),
        event("e8", 2, "transaction", "03-17", category="books", total=300, user_ids=["u3"], city="Rom"),
        event("e9", 3, "download", "03-17", total=7),
    ],
    "personalized_offer": [
        {"_ord": 1, "status": "approved", "tags": ["uri:com:example:tag-1001", "uri:com:example:tag-1002"]},
        {"_ord": 2, "status": "draft", "tags": ["uri:com:example:tag-1001", "uri:com:example:tag-1002"]},
        {"_ord": 3, "status": "approved", "tags": ["uri:com:example:tag-1002"]},
    ],
    "representation": [
        {"representation_id": "r1", "offer_ord": 1, "placement": "uri:com:example:placement-1001"},
        {"representation_id": "r2", "offer_ord": 1, "placement": "uri:com:example:placement-1002"},
        {"representation_id": "r3", "offer_ord": 3, "placement": "uri:com:example:placement-1002"},
    ],
}

PEOPLE: dict[str, list[int]] = {
    # array-functions.md
    "person.birthMonth in [3, 6, 9]": [1],
    "person.birthMonth notIn [3, 6, 9]": [2],
    'person.favoriteColors.intersects(["red", "blue", "green"])': [1, 2],
    "person.favoriteCities.subsetOf(person.visitedCities)": [1, 3],
    'person.eatenFoods.supersetOf(["sushi", "pizza"])': [1],
    'person.favoriteColors.includes("red")': [1, 2],
    "person.orders.storeId.distinct().count() > 1": [1],
    "orders.groupBy(storeId)": [1, 2],
    "orders.groupBy(storeId).count() = 3": [1],
    "orders.topN(price, 5).count() = 5": [1],
    "orders.topN(price, 5).sum(price) = 230": [1],
    "orders.bottomN(price, 5).sum(price) = 150": [1, 2],
    "orders.topN(price, 5).head().price = 90": [1],
    'orders.topN(price, 5).head().storeId = "s1"': [2],
    "orders.bottomN(price, 5).head().price = 10": [1],
    # map-functions.md
    'identityMap.get("example@example.com").isNotNull()': [1],
    'identityMap.get("example@example.com") = "x1"': [1],
    "identityMap.keys().count() > 1": [1],
    '"crm" in identityMap.keys()': [1, 2],
    '"c2" in identityMap.values()': [2],
    # string-functions.md
    'emailAddress.regexGroup("@(\\\\w+)", 1) = "acme"': [1],
    'person.name.matches("(?i)^John")': [1, 2],
    # aggregation-functions.md
    "orders.count() = 2": [2],
    "orders.sum(order.price) = 240": [1],
    "orders.average(order.price) = 40": [1],
    "orders.min(order.price) = 10": [1],
    "orders.max(order.price) = 150": [2],
    # computed-attributes/expressions.md
    f'{RECENT} eventType="download" and contentType = "image"].count() = 1': [1],
    f"{SPORTS}.sum(commerce.order.priceTotal) > 100": [1],
    f"({SPORTS}.sum(commerce.order.priceTotal) / {SPORTS}.count()) = 57.5": [1],
    f"{SPORTS}.min(commerce.order.priceTotal) = 20": [1],
    f"{SPORTS}.max(commerce.order.priceTotal) = 95": [1],
    DOWNLOADS + 'mapEntry(K, G.count())).get("p1") = 2': [1],
    DOWNLOADS + 'mapEntry(K, G.count())).get("p1") >= 1': [1, 2],
    DOWNLOADS + "mapEntry(K, G.count())).keys().count() = 2": [1],
    DOWNLOADS + "mapEntry(K, G.count())).values().sum() = 3": [1],
    DOWNLOADS + "mapEntry(K, G.count()))": [1, 2],
    DOWNLOADS + 'mapEntry(K, G.sum(commerce.order.priceTotal))).get("p1") = 130': [1],
    DOWNLOADS + 'mapEntry(K, G.min(commerce.order.priceTotal))).get("p1") = 60': [1],
    DOWNLOADS + 'mapEntry(K, G.max(commerce.order.priceTotal))).get("p1") = 70': [1],
    DOWNLOADS + 'mapEntry(K, G.sum(commerce.order.priceTotal) > 100)).get("p1")': [1],
    DOWNLOADS + 'mapEntry(K, G.sum(commerce.order.priceTotal) > 100)).get("p1") = false': [2],
    DOWNLOADS + 'mapEntry(K, G.average(commerce.order.priceTotal) > 100)).get("p1")': [],
    DOWNLOADS + 'mapEntry(K, {"count": G.count(), "sum": G.sum(commerce.order.priceTotal)})).get("p1").sum = 130': [1],
    DOWNLOADS + 'mapEntry(K, {"count": G.count(), "sum": G.sum(commerce.order.priceTotal)}))[value.count = 2]': [1],
    # offer-management/filter-expression, examples 3.1
    f'select p from {PROFILES} where p.xdm:person.xdm:name = "Johnny"': [1],
    f"""select p from {PROFILES} where
      (select x from {EVENTS} where (select id from x.xdm:endUserIDs where id in p.xdm:identities)
         and x.xdm:placecontext.xdm:geo.xdm:city = "Köln").count() =
      (select x from {EVENTS} where select id from x.xdm:endUserIDs where id in p.xdm:identities).count()""": [1, 3, 4],
}

OTHERS: dict[str, dict[str, list[int]]] = {
    "couple": {
        'person1.favoriteColors.intersection(person2.favoriteColors) = ["red", "blue", "green"]': [1],
    },
    "household": {"person.filter(age >= 21)": [1], "person.filter(age >= 21).count() = 0": [2, 3]},
    "personalized_offer": {
        f"""select o from {OFFERS} where
          some r from o.xdm:representations where
            r.xdm:placement = "uri:com:example:placement-1001" """: [1],
        f"""select o from {OFFERS} where
          "uri:com:example:tag-1001" in o.xdm:tags""": [1, 2],
        f"""select o from {OFFERS} where
          ( all t from ["uri:com:example:tag-1001", "uri:com:example:tag-1002"] where
            t in o.xdm:tags )
          and o.status = "approved" """: [1],
    },
}


@pytest.fixture(scope="module")
def shop() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = database(ROWS)
    yield connection
    connection.close()


@pytest.mark.parametrize("rule", PEOPLE)
def test_a_published_expression_finds_whom_its_page_says(shop: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert who(shop, rule) == PEOPLE[rule]


@pytest.mark.parametrize(("of", "rule"), [(of, rule) for of, rules in OTHERS.items() for rule in rules])
def test_so_do_those_about_other_things(shop: duckdb.DuckDBPyConnection, of: str, rule: str) -> None:
    assert who(shop, rule, of) == OTHERS[of][rule]

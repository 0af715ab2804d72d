"""Ordinary people in any number, a part of them twice, as a crowd around a trap."""

from __future__ import annotations

import random
from collections.abc import Iterator

GIVEN = (
    "James", "Mary", "John", "Patricia", "Robert", "Jennifer", "Michael", "Linda", "William", "Elizabeth", "David",
    "Barbara", "Richard", "Susan", "Joseph", "Jessica", "Thomas", "Sarah", "Charles", "Karen", "Daniel", "Nancy",
    "Matthew", "Lisa", "Anthony", "Betty", "Mark", "Margaret", "Donald", "Sandra", "Steven", "Ashley", "Paul",
    "Emily", "Andrew", "Donna", "Joshua", "Michelle", "Kevin", "Carol", "Brian", "Amanda", "George", "Melissa",
    "Emma", "Olivia", "Peter", "Ann", "Marek", "Pavel", "Julia", "Martin", "Luis", "Wei", "Li", "Maria", "Ana",
    "Ahmed", "Fatima", "Yusuf", "Aisha", "Hiroshi", "Keiko", "Ingrid", "Lars", "Chidi", "Ngozi", "Priya", "Arjun",
    "Carlos",
)  # fmt: skip
FAMILY = (
    "Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis", "Rodriguez", "Martinez",
    "Hernandez", "Lopez", "Gonzalez", "Wilson", "Anderson", "Thomas", "Taylor", "Moore", "Jackson", "Martin", "Lee",
    "Perez", "Thompson", "White", "Harris", "Sanchez", "Clark", "Ramirez", "Lewis", "Robinson", "Walker", "Young",
    "Allen", "King", "Wright", "Scott", "Torres", "Nguyen", "Hill", "Flores", "Green", "Adams", "Nelson", "Baker",
    "Hall", "Rivera", "Campbell", "Mitchell", "Carter", "Roberts", "Zhang", "Wang", "Khan", "Singh", "Patel", "Kim",
    "Novak", "Dvorak", "Schmidt", "Weber", "Rossi", "Silva", "Santos", "Okafor", "Reed", "Hartley",
)  # fmt: skip
STREETS = (
    "Oak", "Elm", "Maple", "Cedar", "Mill", "Church", "Station", "Park", "Lake", "Hill", "Bridge", "Garden",
    "Spring", "River", "School", "High",
)  # fmt: skip
TOWNS = (
    "London", "Leeds", "Boston", "Dayton", "Austin", "Seattle", "Beijing", "Porto", "Chicago", "Reading", "Bergen",
    "Denver", "Toronto", "Bristol",
)  # fmt: skip
FIRMS = (
    "Granite", "Northwind", "Contoso", "Fabrikam", "Initech", "Acme", "Globex", "Umbrella", "Stark", "Wayne",
    "Hooli", "Vandelay",
)  # fmt: skip


def crowd(rows: int, twice: float, seed: int) -> Iterator[dict[str, str]]:
    """`rows` rows with the columns of the traps; a share of `twice` are worse copies of the row before."""
    chance = random.Random(seed)
    made = 0
    while made < rows:
        given, family = chance.choice(GIVEN), chance.choice(FAMILY) + chance.choice(("", "", "son", "er", "ley", "ton"))
        town = chance.randrange(len(TOWNS))
        person = {
            "first": given,
            "last": family,
            "birth": f"{chance.randint(1940, 2004)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            "email": f"{given}.{family}{chance.randint(1, 999)}@mail{chance.randint(1, 9)}.com".lower(),
            "phone": f"{chance.randint(201, 989)}-{chance.randint(200, 999)}-{chance.randint(0, 9999):04}",
            "street": f"{chance.randint(1, 300)} {chance.choice(STREETS)} Street",
            "city": TOWNS[town],
            "zip": f"{town:02}{chance.randint(0, 99):03}",
            "company": chance.choice(FIRMS),
        }
        yield {key: value for key, value in person.items() if chance.random() > 0.1}
        made += 1
        if made < rows and chance.random() < twice:
            yield {key: _mistyped(value, chance) for key, value in person.items() if chance.random() > 0.2}
            made += 1


def _mistyped(value: str, chance: random.Random) -> str:
    """The value; one in five has a letter or digit left out."""
    if chance.random() > 0.2:
        return value
    place = chance.randrange(len(value))
    return value[:place] + value[place + 1 :]

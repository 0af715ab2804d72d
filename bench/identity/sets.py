"""The sets with known truth: where they lie beside the checkout, and what their columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from muster.sql import literal

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@dataclass(frozen=True)
class TruthSet:
    """Records with their true entity.

    `sql` selects the raw columns and `truth` as text, `{0}` being the folder; `maps` are those of `muster resolve`;
    `naive` is the rule of the data's own README: records that agree on all these columns are one.
    """

    name: str
    folder: str
    sql: str
    maps: tuple[str, ...]
    naive: tuple[str, ...]
    naive_name: str

    def write(self, connection: DuckDBPyConnection, place: Path) -> Path:
        """The set as a CSV file, as a user would have it, with the column `truth`."""
        path = place / f"{self.name.replace(' ', '-')}.csv"
        connection.execute(f"copy ({self.sql.format(SHARED / self.folder)}) to {literal(path)} (header)")
        return path


_NAMES = ("first_name=person.name.firstName", "last_name=person.name.lastName")


def _febrl(number: int) -> TruthSet:
    return TruthSet(
        f"febrl {number}",
        "febrl-1-2-3",
        f"""select * exclude (rec_id), regexp_extract(rec_id, 'rec-(\\d+)', 1) as truth
        from read_csv('{{0}}/dataset{number}.csv', all_varchar = true, normalize_names = true)""",
        (
            "given_name=person.name.firstName",
            "surname=person.name.lastName",
            "street_number=homeAddress.streetNumber",
            "address_1=homeAddress.street1",
            "address_2=homeAddress.street2",
            "suburb=homeAddress.city",
            "postcode=homeAddress.postalCode",
            "state=homeAddress.state",
            "date_of_birth=person.birthDate",
            "soc_sec_id=_au.socialSecurityNumber",
        ),
        ("soc_sec_id",),
        "same social-security id",
    )


def _dupehell(kind: str, maps: tuple[str, ...]) -> TruthSet:
    return TruthSet(
        f"dupehell {kind}s",
        "dupehell-crm-medium",
        f"""select r.*, g.master_id as truth from read_csv('{{0}}/records.csv.gz', all_varchar = true) as r
        inner join read_csv('{{0}}/ground_truth.csv.gz', all_varchar = true) as g using (record_id)
        where r.entity_type = '{kind}'""",
        (*_NAMES, "email=workEmail.address", "phone=workPhone.number", "company_name=b2b.companyName", *maps),
        ("email",),
        "same e-mail",
    )


#: Senzing's people, with all that tells people apart; organisations belong to another table.
_SENZING = TruthSet(
    "senzing people",
    "senzing-truth-set",
    """select d.*, k.cluster_id as truth
    from read_csv(
        ['{0}/customers.csv', '{0}/reference.csv', '{0}/watchlist.csv'], all_varchar = true, union_by_name = true
    ) as d
    inner join read_csv('{0}/actual_truthset_key.csv', all_varchar = true) as k using (data_source, record_id)
    where d.record_type = 'PERSON'""",
    (
        "PRIMARY_NAME_FULL=person.name.fullName",
        "PRIMARY_NAME_FIRST=person.name.firstName",
        "PRIMARY_NAME_MIDDLE=person.name.middleName",
        "PRIMARY_NAME_LAST=person.name.lastName",
        "NATIVE_NAME_FULL=_senzing.nativeName",
        "GENDER=person.gender",
        "DATE_OF_BIRTH=person.birthDate",
        "PASSPORT_NUMBER=_senzing.passportNumber",
        "DRIVERS_LICENSE_NUMBER=_senzing.driversLicenseNumber",
        "SSN_NUMBER=_senzing.ssnNumber",
        "NATIONAL_ID_NUMBER=_senzing.nationalIdNumber",
        "EMAIL_ADDRESS=personalEmail.address",
        "ADDR_FULL=homeAddress.fullAddress",
        "ADDR_LINE1=homeAddress.street1",
        "ADDR_CITY=homeAddress.city",
        "ADDR_STATE=homeAddress.state",
        "ADDR_POSTAL_CODE=homeAddress.postalCode",
        "PHONE_NUMBER=homePhone.number",
    ),
    ("EMAIL_ADDRESS",),
    "same e-mail",
)

PEOPLE = (
    _febrl(1),
    _febrl(2),
    _febrl(3),
    TruthSet(
        "fake 1000",
        "splink-fake-1000",
        """select * exclude (unique_id, cluster), cluster as truth
        from read_csv('{0}/fake_1000.csv', all_varchar = true)""",
        (
            "first_name=person.name.firstName",
            "surname=person.name.lastName",
            "dob=person.birthDate",
            "city=homeAddress.city",
            "email=personalEmail.address",
        ),
        ("email",),
        "same e-mail",
    ),
    _dupehell(
        "contact",
        (
            "job_title=extendedWorkDetails.jobTitle",
            "city=workAddress.city",
            "state_code=workAddress.state",
            "country_code=workAddress.countryCode",
        ),
    ),
    _dupehell("lead", ()),
    _SENZING,
)

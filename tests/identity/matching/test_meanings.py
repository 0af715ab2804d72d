"""What paths mean."""

from __future__ import annotations

import pytest

from muster.identity.matching.meanings import Meaning, meaning_of


@pytest.mark.parametrize(
    ("path", "meaning"),
    [
        ("person.name.firstName", Meaning.given_name),
        ("person.name.lastName", Meaning.family_name),
        ("_acme.person.surname", Meaning.family_name),
        ("person.name.fullName", Meaning.full_name),
        ("person.birthDate", Meaning.birth_date),
        ("workEmail.address", Meaning.email),
        ("mobilePhone.number", Meaning.phone),
        ("homeAddress.street1", Meaning.street),
        ("homeAddress.streetNumber", Meaning.street_number),
        ("workAddress.stateProvince", Meaning.state),
        ("workAddress.postalCode", Meaning.postal_code),
        ("accountBillingAddress.countryCode", Meaning.country),
        ("b2b.companyName", Meaning.company_name),
        ("accountName", Meaning.company_name),
        ("accountOrganization.website", Meaning.website),
        ("extendedWorkDetails.jobTitle", Meaning.job_title),
        ("_acme.taxId", Meaning.identifier),
        ("_au.socialSecurityNumber", Meaning.identifier),
        ("_acme.shoeSize", None),
    ],
)
def test_a_path_tells_its_meaning(path: str, meaning: Meaning | None) -> None:
    assert meaning_of(path) is meaning

"""What a column means for matching, told from its XDM path, or else from its values.

Paths are those of Adobe's Experience Data Model (person.name.firstName, workEmail.address, …). The last parts of a
path decide, so that tenant paths (`_acme.person.surname`) and plain names (`surname`) are understood too.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Meaning(StrEnum):
    """How a column is read and compared."""

    given_name = "given_name"
    family_name = "family_name"
    middle_name = "middle_name"
    full_name = "full_name"
    suffix = "suffix"
    gender = "gender"
    birth_date = "birth_date"
    email = "email"
    phone = "phone"
    street = "street"
    street_number = "street_number"
    city = "city"
    state = "state"
    postal_code = "postal_code"
    country = "country"
    company_name = "company_name"
    website = "website"
    domain = "domain"
    job_title = "job_title"
    identifier = "identifier"
    text = "text"
    category = "category"
    number = "number"
    date = "date"


#: A path without punctuation and in lower case, read from its end; the first that fits decides.
_ENDINGS: tuple[tuple[str, Meaning], ...] = (
    (r"(first|given|fore)names?", Meaning.given_name),
    (r"(last|family|sur)names?", Meaning.family_name),
    (r"middle(name|initial)s?", Meaning.middle_name),
    (r"(namesuffix|suffix|generation)", Meaning.suffix),
    (r"(gender|sex)", Meaning.gender),
    (r"(birth(date|day|year|dayandmonth)?|dateofbirth|dob)", Meaning.birth_date),
    (r"e?mail(address|id)?", Meaning.email),
    (r"(emailaddress|email)[a-z]*address", Meaning.email),
    (r"(phone|mobile|telephone|fax|tel)(number)?", Meaning.phone),
    (r"phone[a-z]*number", Meaning.phone),
    (r"(streetnumber|housenumber)", Meaning.street_number),
    (r"(street(address)?|address(line)?|addr(line)?|addrfull|fulladdress|streetname)[0-9]?", Meaning.street),
    (r"(address|addr)[a-z]*label", Meaning.street),
    (r"(city|town|suburb|locality)", Meaning.city),
    (r"(state|province|stateprovince|region|statecode|county)", Meaning.state),
    (r"(postalcode|postcode|zip(code)?|plz)", Meaning.postal_code),
    (r"country(code)?", Meaning.country),
    (r"(company|companyname|accountname|employer|organi[sz]ation|organi[sz]ationname|orgname)", Meaning.company_name),
    (r"account(organi[sz]ation)?name", Meaning.company_name),
    (r"([a-z]*website|websiteurl|homepage|site|url)", Meaning.website),
    (r"domain(name)?", Meaning.domain),
    (r"(jobtitle|title|jobfunction|occupation|profession)", Meaning.job_title),
    (
        r"(taxid|taxnumber|tin|ein|vat(id|number)?|duns(number)?|lei(number|code)?|ssn(number)?|soc(ial)?sec(urity)?"
        r"(id|number|no)?|passport(number|no|id)?|national(identity|insurance)?(id|number|idnumber)|nino|"
        r"drivers?licen[cs]e(number|no|id)?|licen[cs]enumber|registrationnumber|companynumber|isin|cik)",
        Meaning.identifier,
    ),
    (r"(fullname|personname|displayname|contactname|leadname)", Meaning.full_name),
)
_FULL_NAME = re.compile(r"(^|\.)(person|contact|lead|people)\.name$|^name$", re.IGNORECASE)
_COMPANY = re.compile(r"(account|compan|organi[sz]ation|employer)\w*\.name$", re.IGNORECASE)


def meaning_of(path: str) -> Meaning | None:
    """The meaning of an XDM path; None where only the values can tell it."""
    if _COMPANY.search(path):
        return Meaning.company_name
    if _FULL_NAME.search(path):
        return Meaning.full_name
    parts = [re.sub(r"[^a-z0-9]", "", part.lower()) for part in path.split(".")]
    holder = parts[-2] if len(parts) > 1 else ""
    if parts[-1] in {"address", "number"}:
        if "mail" in holder:
            return Meaning.email
        if any(word in holder for word in ("phone", "mobile", "fax")):
            return Meaning.phone
    for tail in (parts[-1], "".join(parts[-2:])):
        for ending, meaning in _ENDINGS:
            if re.fullmatch(ending, tail):
                return meaning
    return None

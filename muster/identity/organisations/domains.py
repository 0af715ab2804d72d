"""What a web address or an e-mail says of an organisation: its registrable domain, unless the host is anybody's.

Which domain is registrable needs to know the public suffixes. A short rule of ours suffices: under a country's
top-level domain a second label such as `co`, `ac` or `gov` belongs to the suffix.
"""

from __future__ import annotations

#: Second labels that are part of the suffix under a two-letter top-level domain.
SUFFIX_LABELS = (
    "ac", "asn", "bank", "biz", "co", "com", "edu", "fi", "firm", "gen", "gob", "gouv", "gov", "govt", "go", "gv", "id", "ind", "info", "k12", "ltd", "me", "mil",  # noqa: E501
    "ne", "net", "nhs", "nom", "or", "org", "plc", "sch", "school", "web",
)  # fmt: skip

#: Anybody may have a page here; the host says nothing of who owns the page.
PORTALS = (
    "facebook.com", "fb.com", "instagram.com", "linkedin.com", "twitter.com", "x.com", "youtube.com", "tiktok.com",
    "pinterest.com", "vk.com", "wikipedia.org", "wikidata.org", "google.com", "goo.gl", "g.page", "bit.ly", "linktr.ee",
    "yelp.com", "tripadvisor.com", "foursquare.com", "medium.com", "github.com", "gitlab.com", "crunchbase.com",
    "yellowpages.com", "bloomberg.com", "xing.com", "whatsapp.com", "wa.me", "t.me", "apple.com/maps", "amazon.com/shops",  # noqa: E501
    "etsy.com", "ebay.com", "indeed.com", "glassdoor.com", "archive.org", "notion.site", "carrd.co", "about.me",
)  # fmt: skip

#: Hosts that give each customer a label of their own: the label is the organisation's, the domain is not.
HOSTING = (
    "wixsite.com", "wordpress.com", "blogspot.com", "weebly.com", "github.io", "gitlab.io", "myshopify.com",
    "squarespace.com", "webflow.io", "netlify.app", "vercel.app", "herokuapp.com", "business.site", "godaddysites.com",
    "azurewebsites.net", "appspot.com", "web.app", "firebaseapp.com", "pages.dev", "tumblr.com", "jimdo.com",
    "jimdofree.com", "jimdosite.com", "strikingly.com", "site123.me", "webnode.com", "ueniweb.com", "business.page",
    "cloudfront.net", "amazonaws.com", "sharepoint.com", "onmicrosoft.com", "hubspotpagebuilder.com", "mystrikingly.com",  # noqa: E501
)  # fmt: skip

#: Names that a form is filled with where nobody knows better (RFC 2606 and habit).
NO_DOMAINS = ("example.com", "example.org", "example.net", "test.com", "none.com", "na.com", "noemail.com", "localhost")


def host(expression: str) -> str:
    """SQL: the host of a URL, a bare domain or an e-mail address, lower-case and without `www.`; else ''."""
    text = f"lower(trim({expression}::varchar))"
    text = rf"regexp_replace({text}, '^(mailto:|([a-z][a-z0-9+-]*:/+)+)', '')"
    text = rf"regexp_replace({text}, '^[^/?#]*@', '')"
    text = rf"regexp_extract({text}, '^[^/?#:\s,;<>]+')"
    return rf"regexp_replace(rtrim({text}, '.'), '^(www[0-9]?|web|ww)\.', '')"


def registrable(expression: str) -> str:
    """SQL: the registrable domain of a host; null for what is no host, a portal, or a made-up name."""
    labels = rf"string_split({expression}, '.')"
    hosting = "|".join(_escaped(name) for name in HOSTING)
    nobody = ", ".join(f"'{name}'" for name in (*PORTALS, *HOSTING, *NO_DOMAINS))
    suffixes = ", ".join(f"'{label}'" for label in SUFFIX_LABELS)
    depth = rf"""
        case
            when regexp_matches({expression}, '\.k12\.[a-z]{{2}}\.us$') then 4
            when regexp_matches({expression}, '\.({hosting})$') then 3
            when length({labels}[-1]) = 2 and len({labels}) > 2 and {labels}[-2] in ({suffixes}) then 3
            else 2
        end
    """
    domain = rf"array_to_string({labels}[-({depth}):], '.')"
    return rf"""
        case
            when regexp_full_match({expression}, '[\p{{L}}\p{{N}}_.-]+\.[\p{{L}}][\p{{L}}\p{{N}}-]+')
                and {domain} not in ({nobody}) and not regexp_matches({expression}, '\.(invalid|local|localhost)$')
            then {domain}
        end
    """


def label(expression: str) -> str:
    """SQL: the first label of a registrable domain, letters and digits only ("acme-tools.co.uk": "acmetools")."""
    return rf"regexp_replace(string_split({expression}, '.')[1], '[^\p{{L}}\p{{N}}]', '', 'g')"


def _escaped(name: str) -> str:
    return name.replace(".", r"\.")

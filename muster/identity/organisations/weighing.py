"""What facts weigh, and the sum of all evidence of a pair.

A domain that many names share is no evidence of one firm, whatever list it is not on; identifiers of one register that
differ are as good as a veto; two sites, or two names with words of their own, are a question at most.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weighing:
    """What facts weigh, in nats: for each kind what agreement may reach at most, and what disagreement takes away.

    Agreement on a domain, a phone or an identifier is counted on top of the odds that a pair has by chance.
    """

    agree: dict[str, float]
    differ: dict[str, float]
    #: SQL of what makes a pair a question at most.
    question: str


#: Evidence that makes it a question at most, whatever else agrees, unless an identifier does. Two records in two
#: streets are two sites (of a chain, a university system, a group) where the postal code or the phone differs too.
#: Names that each have words of their own are two firms, under one roof or one domain. Who has a word more than the
#: other and another domain, phone, street or postal code is a unit of it ("School of Law", "Online"); who has a country
#: more is its house there, unless both sit in one country. (The rules are our own, from what went wrong on the sets of
#: bench/identity.)
QUESTION = 0.0
LAND_QUESTION = -1.0  # so that the house of one country does not join those of two others
#: Phone, street and town say the same thing once: this address.
ADDRESS_AT_MOST = 1.0
OTHERS_AT_MOST = 2.0

#: Two records of accounts (our decision, weighed on the public sets of bench/identity).
ACCOUNTS = Weighing(
    agree={"domain": 4.0, "label": 2.5, "phone": 1.0, "identifier": 6.0, "street": 6.0, "postal": 3.5, "city": 3.0, "state": 1.5,  # noqa: E501
           "country": 0.7, "other": 1.0},
    differ={"domain": -3.5, "label": 0.0, "phone": -0.5, "identifier": -10.0, "street": -1.5, "postal": -1.0, "city": -1.5,  # noqa: E501
            "state": -1.5, "country": -3.0, "other": -0.3},
    question="is_other_site or how in ('different', 'partly') or how = 'part' and is_elsewhere"
    " or how = 'land' and (is_elsewhere or not in_one_country)",
)  # fmt: skip

#: A lead and an account: where a person sits, and on what phone, says little against the firm.
LEADS = Weighing(
    agree=ACCOUNTS.agree,
    differ={"domain": -4.0, "label": 0.0, "phone": 0.0, "identifier": -10.0, "street": -0.2, "postal": -0.3,
            "city": -0.7, "state": -1.5, "country": -2.0, "other": -0.2},
    # who writes from another firm's domain is seldom of this one, whatever the name
    question="how = 'different' or is_other_domain",
)  # fmt: skip

SHARED_DOMAIN = 2.2  # lost per doubling (in e) of the names that share a domain


def weighed(left: str, right: str, weighing: Weighing) -> str:
    """The nats of all facts of the pairs in org_compared, added to those of their names."""
    sort = "split_part(a.kind, ' ', 1)"
    agree = " ".join(f"when '{kind}' then {nats}" for kind, nats in weighing.agree.items())
    differ = " ".join(f"when '{kind}' then {nats}" for kind, nats in weighing.differ.items())
    return f"""
        with agreed as (
            select
                l, r, kind, max({{'nats': nats, 'of': value}}).of as value, max(nats) as nats
            from (
                select
                    l, r, a.kind, a.value,
                    case {sort}
                        when 'domain' then prior + {weighing.agree["domain"]} - {SHARED_DOMAIN} * ln(greatest(names, 1))
                        when 'phone' then prior + {weighing.agree["phone"]} - 1.5 * ln(greatest(holders - 1, 1))
                        when 'identifier' then prior + {weighing.agree["identifier"]} - {SHARED_DOMAIN} * ln(greatest(names, 1))
                        else least(case {sort} {agree} end, ln(filled / holders))
                    end as nats
                from org_compared
                inner join org_fact as a on l = a.entity and a.side = '{left}'
                inner join org_fact as b
                    on r = b.entity and b.side = '{right}' and a.kind = b.kind and a.value = b.value
                inner join org_holder as h on a.kind = h.kind and a.value = h.value
            )
            group by l, r, kind
        ),

        kinds as (select side, entity, kind from org_fact group by all),

        differing as (
            select l, r, a.kind, 'differs' as value, case {sort} {differ} end as nats
            from org_compared
            inner join kinds as a on l = a.entity and a.side = '{left}'
            inner join kinds as b on r = b.entity and b.side = '{right}' and a.kind = b.kind
            where not exists (from agreed where agreed.l = org_compared.l and agreed.r = org_compared.r and agreed.kind = a.kind)
        ),

        told as (
            select l, r, a.kind, a.value, a.nats, {sort} as sort from (from agreed union all from differing) as a
        ),

        facts as (
            select
                l, r,
                coalesce(sum(nats) filter (sort in ('domain', 'label', 'identifier') or nats < 0 and sort <> 'other'), 0)
                + least(
                    coalesce(sum(nats) filter (
                        sort in ('phone', 'street', 'postal', 'city', 'state', 'country') and nats > 0
                    ), 0),
                    any_value(prior) + {ADDRESS_AT_MOST}
                )
                + least(coalesce(sum(nats) filter (sort = 'other'), 0), {OTHERS_AT_MOST}) as nats,
                count(*) filter (sort in ('street', 'postal', 'city') and value = 'differs') >= 2
                and count(*) filter (sort in ('street', 'postal', 'city', 'identifier') and value <> 'differs') = 0
                or bool_or(sort = 'street' and value = 'differs')
                and bool_or(sort in ('postal', 'phone') and value = 'differs')
                    as is_other_site,
                bool_or(sort in ('domain', 'phone') and value = 'differs')
                or bool_or(sort in ('street', 'postal') and value = 'differs')
                and not bool_or(sort in ('street', 'phone') and value <> 'differs') as is_elsewhere,
                bool_or(sort = 'country' and value <> 'differs') as in_one_country,
                bool_or(sort = 'domain' and value = 'differs')
                and not bool_or(sort in ('label', 'phone') and value <> 'differs') as is_other_domain,
                count(*) filter (sort = 'identifier' and value <> 'differs') > 0 as has_identifier,
                -coalesce(sum(nats) filter (nats < 0), 0) as against,
                list({{'kind': kind, 'what': value, 'nats': nats}} order by abs(nats) desc, kind) as facts
            from told
            inner join org_compared using (l, r)
            group by l, r
        ),

        summed as (
            select
                org_compared.*,
                name_nats + family_nats + coalesce(facts.nats, 0) as total,
                coalesce(has_identifier, false) as has_identifier,
                coalesce(against, 0) + case when how in ('partly', 'different', 'land') then 1.0 else 0 end as against,
                coalesce(is_other_site, false) as is_other_site,
                coalesce(is_elsewhere, false) as is_elsewhere,
                coalesce(in_one_country, false) as in_one_country,
                coalesce(is_other_domain, false) as is_other_domain,
                coalesce(facts, []) as facts
            from org_compared
            left join facts using (l, r)
        ),

        judged as (
            select
                *,
                case
                    when not has_identifier and ({weighing.question}) then least(total, case when how = 'land' then {LAND_QUESTION} else {QUESTION} end)
                    else total
                end as nats
            from summed
        )

        select
            l, r, name_nats, how, total, nats, against,
            1 / (1 + exp(-greatest(-30, least(30, nats)))) as probability,
            list_concat(
                [{{'kind': 'name', 'what': how, 'nats': name_nats}}],
                case
                    when family_nats <> 0 then [{{'kind': 'legal form', 'what': 'differs', 'nats': family_nats}}] else []
                end,
                facts,
                case
                    when nats < total then [{{'kind': 'two sites or names', 'what': 'a question', 'nats': nats - total}}]
                    else []
                end
            ) as evidence
        from judged
    """  # noqa: E501

-- Which person each source record and each device belongs to.
with record as (
    select person, 'salesforce' as source, 'Contact' as object, contact_id as record_id, email,
        deleted_at is not null as is_deleted from contact
    union all
    select person, 'salesforce', 'Lead', lead_id, email, deleted_at is not null from lead
    union all
    select person, instance, 'leads', lead_id::varchar, email, gone_at is not null from marketo_lead
    union all
    select person, 'web', 'ECID', ecid_of(visitor), case when known_from < getvariable('now') then typed_email end, false
    from (select distinct person, visitor, known_from, typed_email from visit where person is not null)
)

select
    person, source, object, record_id,
    case source
        when 'salesforce' then record_id || '@' || getvariable('salesforce_instance') || '.Salesforce'
        when 'marketo-na' then record_id || '@' || getvariable('na_instance') || '.Marketo'
        when 'marketo-emea' then record_id || '@' || getvariable('emea_instance') || '.Marketo'
        else record_id
    end as source_key,
    record.email,
    case when record.email is null then null when record.email = 'none@none.example' then 'placeholder'
        when regexp_matches(record.email, '^(info|sales|office)@') then 'role'
        when is_second_of_pair or exists (
            from person as second where second.person = record.person + 1 and second.is_second_of_pair
        ) then 'pair'
        else 'own' end as mailbox,
    is_deleted
from record
inner join person using (person)
order by person, source, object, record_id

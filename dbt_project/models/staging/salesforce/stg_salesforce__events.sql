with

source as (
    select * from {{ lake("salesforce", "event", [
        "WhoId", "WhatId", "AccountId", "OpportunityId", "Subject",
        "StartDateTime", "ActivityDateTime", "ActivityDate",
        "CreatedDate", "LastModifiedDate", "SystemModstamp"
    ]) }}
),

newest as (
    select
        *,
        {{ salesforce_id_of("event", "_row_id") }} as record_id,
        -- The first three characters of an id tell the object that `WhatId` points at; other keys mean deals.
        case
            when regexp_full_match(WhatId, '[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?') then WhatId[:3]
            else '006'
        end as what_object,
        coalesce(AccountId, case what_object when '001' then WhatId end) as account_id,
        coalesce(OpportunityId, case what_object when '006' then WhatId end) as opportunity_id,
        case what_object when '701' then WhatId end as campaign_id
    from source
    qualify {{ newest_row() }}
),

renamed as (
    select
        ----------  keys
        {{ source_key("record_id") }} as source_key,
        _type as source_type,
        _source as source_name,
        record_id,
        {{ salesforce_key_of("WhoId") }} as person_source_key,
        {{ salesforce_key_of("account_id") }} as account_source_key,
        {{ salesforce_key_of("opportunity_id") }} as opportunity_source_key,
        {{ salesforce_key_of("campaign_id") }} as campaign_source_key,

        ----------  attributes
        'salesforce.event' as event_type,
        {{ as_timestamp("coalesce(StartDateTime, ActivityDateTime, ActivityDate, CreatedDate)") }} as occurred_at,
        Subject as subject,
        'Salesforce' as producer,

        ----------  state
        coalesce(_deleted, false) as is_deleted,
        {{ as_timestamp("CreatedDate") }} as created_at,
        {{ as_timestamp("coalesce(SystemModstamp, LastModifiedDate)") }} as updated_at,
        _loaded_at as loaded_at
    from newest
)

select * from renamed

select
    source_key,
    source_name,
    first_name,
    middle_name,
    last_name,
    cast(birth_date as varchar) as birth_date,
    email,
    work_phone,
    mobile_phone,
    company_name,
    job_title,
    work_street,
    work_city,
    work_state,
    work_postal_code,
    work_country
from {{ ref('int_person__unioned') }}
where not is_deleted

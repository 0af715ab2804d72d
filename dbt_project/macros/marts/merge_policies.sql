{#
    The merge policies of a class of `identity.yml`, and what the columns of its mart say of themselves.

    Read once by each model that merges records, from the set-up's settings file: without one, or where it says nothing,
    the newest filled value wins (`timestampOrdered`) and records that share an identity are stitched (`pdg`).
#}
{% macro merge_policies(entity) -%}
    {%- set file = settings_file() -%}
    {%- set told = none -%}
    {%- if file -%}
        {%- set query -%}
            select cast(coalesce(merge_policies, identity -> '$.merge_policies') -> '$.{{ entity }}' as varchar)
            from read_json('{{ file | replace("'", "''") }}', columns = {merge_policies: 'json', identity: 'json'})
        {%- endset -%}
        {%- set rows = run_query(query).rows -%}
        {%- set told = fromjson(rows[0][0]) if rows and rows[0][0] else none -%}
    {%- endif -%}
    {%- set told = told or {} -%}
    {{ return({
        "stitching": told.get("identityGraph", told.get("identity_graph", "pdg")),
        "default": {"method": told.get("method", "timestampOrdered"), "order": told.get("order")},
        "attributes": told.get("attributes") or {},
        "columns": graph.nodes["model." ~ project_name ~ "." ~ entity].columns if execute else {},
    }) }}
{%- endmacro %}


{#
    How one column survives: its XDM `path`, the `method`, the `order` of sources (best first; empty where all are
    merged), `filled` (when a record has a word in the matter) and `rank` (which record's word counts).

    What a column says of itself in `config.meta.survival`:
    `together`   survives as one with others, from one record, by the policy of this path: a record counts that fills
                 any of them, or the one that `leads` where one does;
    `strictest`  a value that outweighs all others, whatever the source;
    `prefers`    a condition that comes before age, though after the order of sources.
#}
{% macro survival(column, policies) -%}
    {%- set meta = policies.columns[column].config.meta if column in policies.columns else {} -%}
    {%- set said = meta.survival or {} -%}
    {%- set group = survival_group(column, said.together, policies) -%}
    {%- set policy = merge_policy(said.together or meta.xdm, policies) -%}
    {%- set order = [] if said.strictest else policy.order or [] -%}
    {%- set filled -%}
        ({{ group.deciding | join(" is not null or ") }} is not null)
        {%- if order %} and source_name in ('{{ order | join("', '") }}'){% endif %}
    {%- endset -%}
    {%- set before -%}
        {%- if order -%}
            {{ 2 * order | length }} - 2 * list_position(['{{ order | join("', '") }}'], source_name)
        {%- endif -%}
        {%- if said.strictest -%}
            cast(coalesce({{ group.deciding[0] }} = '{{ said.strictest }}', false) as bigint)
        {%- elif said.prefers -%}
            {{ " + " if order }}cast({{ said.prefers }} as bigint)
        {%- endif -%}
    {%- endset -%}
    {{ return({
        "path": meta.xdm,
        "is_grouped": group.columns | length > 1,
        "method": "strictest" if said.strictest else policy.method,
        "order": order,
        "filled": filled,
        "rank": "(" ~ before ~ ") * 1000000000000 + recency" if before else "recency",
    }) }}
{%- endmacro %}


{# The policy of an XDM path: that of the longest configured path which is its own or a beginning of it. #}
{% macro merge_policy(path, policies) -%}
    {%- set found = namespace(policy=policies.default, length=0) -%}
    {%- for prefix, policy in policies.attributes.items() -%}
        {%- if (path ~ ".").startswith(prefix ~ ".") and prefix | length > found.length -%}
            {%- set found.policy = policy -%}
            {%- set found.length = prefix | length -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found.policy) }}
{%- endmacro %}


{# The columns that survive together with one, itself among them, and those of them that decide when a record counts. #}
{% macro survival_group(column, together, policies) -%}
    {%- set columns, leads = [], [] -%}
    {%- for other in policies.columns.values() if together -%}
        {%- set said = other.config.meta.survival or {} -%}
        {%- if said.together == together -%}
            {%- do columns.append(other.name) -%}
            {%- do leads.append(other.name) if said.leads -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({"columns": columns or [column], "deciding": leads or columns or [column]}) }}
{%- endmacro %}


{#
    The columns of a mart that are taken from one record each: those that its records have too, and others that say how
    they survive. What is of all records together says `survival: false`.
#}
{% macro survivors(entity, policies) -%}
    {%- set unioned = "model." ~ project_name ~ ".int_" ~ entity ~ "__unioned" -%}
    {%- set records = graph.nodes[unioned].columns if execute else {} -%}
    {%- set names = [] -%}
    {%- for column in policies.columns.values() -%}
        {%- set meta = column.config.meta -%}
        {%- if meta.xdm and meta.survival is not false and (column.name in records or "survival" in meta) -%}
            {%- do names.append(column.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}


{#
    Why a link is not followed where the class is not stitched (`identityGraph: none`); null where it is.

    Each record is then a profile of its own. A source's own merge still counts, for it says that there is one record.
    An identity that several records bear goes with the one changed last, for it can only lead to one of them; devices
    go, as ever, with whoever used them last. `links` names a relation of `int_person_link_candidates`' columns, or of
    `int_account_links`'.
#}
{% macro not_stitched(entity, links) -%}
    {%- if merge_policies(entity).stitching != "none" -%}
        null
    {%- elif entity == "account" -%}
        case when {{ links }}.kind <> 'merge' then 'records are not stitched' end
    {%- else -%}
        case
            when {{ links }}.kind = 'merge' or {{ links }}.right_is_device then null
            when
                {{ links }}.kind <> 'event'
                and not starts_with({{ links }}.right_node, 'b2b_person:')
                and row_number() over (
                    partition by {{ links }}.right_node, {{ links }}.kind = 'event'
                    order by {{ links }}.last_seen_at desc nulls last, {{ links }}.left_node asc
                ) = 1
                then null
            else 'records are not stitched'
        end
    {%- endif -%}
{%- endmacro %}


{# Whether a column is taken from records of any source, and not of those alone that its merge policy lists. #}
{% macro merges_every_source(column, policies) -%}
    {{ "false" if execute and survival(column, policies).order else "true" }}
{%- endmacro %}

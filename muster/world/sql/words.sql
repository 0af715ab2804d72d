-- The word lists as tables. Where a list is drawn from, its words have numbers (`slot`) from 0, as many as their weight.

create macro words_of(list) as table
    select * from read_csv(getvariable('words') || '/' || list || '.csv', all_varchar = true, parallel = false);

create table country as select * exclude (weight) from words_of('countries');

create table country_slot as
    select country.*, row_number() over (order by weight desc, iso2, turn) - 1 as slot, count(*) over () as slots
    from (
        select iso2, weight::int as weight, unnest(range(weight::int)) as turn from words_of('countries')
    )
    inner join country using (iso2);

create table city_slot as
    select *, row_number() over (partition by iso2 order by city) - 1 as slot, count(*) over (partition by iso2) as cities
    from words_of('cities');

create table trade_slot as
    select * exclude (row), row - 1 as slot
    from (select *, row_number() over () as row from words_of('trades'));

create table coined_slot as
    select part, text, row_number() over (partition by part order by text) - 1 as slot
    from words_of('coined');

create table name_slot as
    select
        *,
        row_number() over (partition by part, culture order by name) - 1 as slot,
        count(*) over (partition by part, culture) as names
    from (
        select 'given' as part, culture, name, nickname, plain
        from words_of('given_names')
        union all
        select 'family', culture, name, null, plain from words_of('family_names')
    );

create table title_slot as
    select title, department, other_department, level, row_number() over (order by title, turn) - 1 as slot
    from (
        select *, unnest(range(weight::int)) as turn from words_of('titles')
    );

create table page_slot as
    select name, path, has_intent, row_number() over (partition by has_intent order by name, turn) - 1 as slot
    from (
        select name, path, false as has_intent, unnest(range(weight::int)) as turn
        from words_of('pages')
        union all
        select name, path, true, unnest(range(intent_weight::int))
        from words_of('pages')
    );

create table campaign_word as from words_of('campaigns');

create table list_word as from words_of('lists');

create table mailing_word as from words_of('mailings');

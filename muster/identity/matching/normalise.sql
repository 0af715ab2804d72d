-- Values made comparable. Temporary macros, one for each kind of value; unusable values become null.

-- What a reader would see: no zero-width characters, one space between words, none around.
create or replace temp macro seen(x) as
nullif(trim(regexp_replace(regexp_replace(x, '[\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}\x{FEFF}\x{00AD}]', '', 'g'), '[\s\x{00A0}\x{3000}]+', ' ', 'g')), '');

-- Of what is seen: in lower case, without accents; what people write where they have nothing to say is nothing.
create or replace temp macro plain(x) as
case
    when regexp_full_match(lower(x), '[^\pL\pN]*|n/?a|n\.a\.|null|nil|nan|none|unknown|unk|undefined|(not|non) (available|applicable|provided|known|given)|no (name|email|phone|address)|anonymous|tbd|tba|x{2,}|test|missing|blank|empty|<[^@]*>|#n/a')
        then null
    else strip_accents(replace(replace(replace(replace(replace(lower(x), 'ß', 'ss'), 'ø', 'o'), 'ł', 'l'), 'æ', 'ae'), 'đ', 'd'))
end;

-- Of what is plain: words of letters and digits with one space between them; O'Hare is one word.
create or replace temp macro words(x) as
nullif(trim(regexp_replace(regexp_replace(x, '[''’`´]', '', 'g'), '[^\pL\pM\pN]+', ' ', 'g')), '');

-- Below, s stands for what is seen of a value, p for what is plain, w for its words.

-- A name without titles and the junior or senior in it.
create or replace temp macro name_words(w) as
nullif(trim(regexp_replace(regexp_replace(' ' || replace(w, ' ', '  ') || ' ', ' (mr|mrs|ms|miss|mx|dr|prof|sir|herr|frau|jr|sr|junior|senior|ii|iii|iv|phd|md|esq) ', ' ', 'g'), '\s+', ' ', 'g')), '');

-- One spelling of names that sound alike: Catherine and Katherine, Stephen and Steven, Sofia and Sophia; never Daniel and
-- Danielle.
create or replace temp macro sound_of(w) as
list_reduce(
    ['l', 'm', 'n', 'p', 'r', 's', 't'],
    lambda sound, letter: replace(sound, letter || letter, letter),
    regexp_replace(translate(replace(replace(replace(w, 'ph', 'f'), 'chr', 'kr'), 'ck', 'k'), 'cvyz', 'kfis'), '([^ks])h', '\1', 'g')
);

-- Which of several of one name: 1 the elder, 2 the younger, 3 …
create or replace temp macro generation_of(w) as
case nullif(regexp_extract(w, '(?:^| )(jr|sr|junior|senior|i|ii|iii|iv|1st|2nd|3rd|4th)$', 1), '')
    when 'sr' then 1 when 'senior' then 1 when 'i' then 1 when '1st' then 1
    when 'jr' then 2 when 'junior' then 2 when 'ii' then 2 when '2nd' then 2
    when 'iii' then 3 when '3rd' then 3
    when 'iv' then 4 when '4th' then 4
end;

create or replace temp macro gender_of(w) as
case left(w, 1) when 'm' then 'm' when 'f' then 'f' when 'w' then 'f' end;

-- Google ignores dots in its own addresses.
create or replace temp macro if_google(x) as
case when x like '%@gmail.com' or x like '%@googlemail.com'
    then replace(split_part(x, '@', 1), '.', '') || '@gmail.com'
    else x
end;

-- What is read by whoever is on duty is no one's identity, and what is masked is not known.
create or replace temp macro if_personal(x) as
case when not regexp_matches(x, '\*\*|^(info|sales|admin|administrator|contact|contactus|support|office|hello|enquir(y|ies)|inquir(y|ies)|billing|accounts?|accounting|finance|hr|jobs|careers|marketing|press|media|no-?reply|do-?not-?reply|webmaster|postmaster|hostmaster|help|helpdesk|mail|e?mail|team|service|services|customerservice|customer\.service|reception|orders?|purchasing|procurement|invoices?|feedback|newsletter|abuse|privacy|legal|security|root|nobody|none|noemail|unknown|test|user|na|n/a)@') then x end;

-- local@host in lower case, out of angle brackets, without a +tag.
create or replace temp macro email_of(s) as
if_personal(if_google(regexp_replace(nullif(regexp_extract(replace(lower(strip_accents(s)), 'mailto:', ''), '([^\s<>"'',;]+@[^\s<>"'',;@]+)', 1), ''), '\+[^@]*@', '@')));

create or replace temp macro phone_digits(x) as
case when length(x) >= 7 and not regexp_full_match(x, '(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+|0?1234567(890?)?)') then right(ltrim(x, '0'), 10) end;

-- The last ten digits of a number without its extension; the country's prefix and the trunk's zero go with that.
create or replace temp macro phone_of(p) as
case when regexp_matches(p, '[@]') then null
    else phone_digits(regexp_replace(regexp_replace(p, '\s*(x|ext\.?|extension|#)\s*\d+\s*$', ''), '[^0-9]', '', 'g'))
end;

-- A key of letters and digits; one letter or digit over and over is nobody's.
create or replace temp macro key_of(w) as
case when length(replace(w, ' ', '')) >= 3 and replace(replace(w, ' ', ''), left(w, 1), '') <> '' then replace(w, ' ', '') end;

-- The host of a web address without www.
create or replace temp macro host_of(p) as
nullif(regexp_extract(replace(p, 'www.', ''), '^(?:[a-z]+://)?([^/:?#\s]+)', 1), '');

-- The century of a year of two digits: birth dates lie behind us.
create or replace temp macro century_of(y) as
case when y > year(current_date) % 100 then 1900 else 2000 end;

-- Days that stand for none in forms and exports.
create or replace temp macro day_of(d) as
case when d is not null and strftime(d, '%Y-%m-%d') not in ('1900-01-01', '1970-01-01', '1901-01-01', '1800-01-01', '9999-12-31', '0001-01-01')
    then strftime(if(year(d) < 100, d + to_years(century_of(year(d))), d), '%Y%m%d')
end;

create or replace temp macro date_of_parts(a, b, y, day_first) as
day_of(try_cast(
    (case when y >= 100 then y else century_of(y) + y end)::varchar
    || '-' || lpad((case when a > 12 or (b <= 12 and day_first) then b else a end)::varchar, 2, '0')
    || '-' || lpad((case when a > 12 or (b <= 12 and day_first) then a else b end)::varchar, 2, '0') as date));

-- A day as yyyymmdd, or a year as yyyy; `day_first` reads 3/4/1990 as the third of April.
create or replace temp macro date_of(s, day_first) as
case
    when regexp_full_match(s, '(18|19|20)\d\d') then s
    when regexp_full_match(s, '\d{1,2}[/.-]\d{1,2}[/.-](\d{2}|\d{4})( .*)?')
        then date_of_parts(
            try_cast(regexp_extract(s, '^(\d+)', 1) as int),
            try_cast(regexp_extract(s, '^\d+[/.-](\d+)', 1) as int),
            try_cast(regexp_extract(s, '^\d+[/.-]\d+[/.-](\d+)', 1) as int),
            day_first
        )
    else day_of(
        try_strptime(
            regexp_replace(replace(s, ',', ''), '[T ]\d\d:\d\d.*$', ''),
            ['%Y-%m-%d', '%Y%m%d', '%Y/%m/%d', '%Y.%m.%d', '%d-%b-%Y', '%d %b %Y', '%b %d %Y', '%d %B %Y', '%B %d %Y']
        )::date
    )
end;

-- The kernel of a company's name, without its legal form.
create or replace temp macro company_of(w) as
coalesce(nullif(trim(regexp_replace(regexp_replace(' ' || replace(w, ' ', '  ') || ' ', ' (the|inc|incorporated|ltd|limited|llc|llp|lp|plc|corp|corporation|co|company|gmbh|ag|kg|se|sa|sas|sarl|srl|spa|bv|nv|ab|as|oy|aps|pty|pvt) ', ' ', 'g'), '\s+', ' ', 'g')), ''), w);

-- The words of an address, each once, in order, the usual kinds of street as they are shortened on letters.
create or replace temp macro street_words_of(w) as
list_sort(list_distinct(list_transform(string_split(w, ' '), lambda each: case each
    when 'street' then 'st' when 'strasse' then 'st' when 'str' then 'st' when 'avenue' then 'ave' when 'av' then 'ave'
    when 'road' then 'rd' when 'drive' then 'dr' when 'lane' then 'ln' when 'place' then 'pl' when 'court' then 'ct'
    when 'boulevard' then 'blvd' when 'crescent' then 'cres' when 'circuit' then 'cct' when 'close' then 'cl'
    when 'square' then 'sq' when 'highway' then 'hwy' when 'parade' then 'pde' when 'terrace' then 'tce'
    when 'apartment' then 'apt' when 'suite' then 'ste' when 'north' then 'n' when 'south' then 's' when 'east' then 'e'
    when 'west' then 'w' else each end)));

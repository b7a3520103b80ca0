{#- What posts say of where and what, so that those that speak of one thing find each other. What speaks for one matter
    and how much stands in int_incident_pair_evidence and the seed joining_weight. -#}

{#- Stem of a street's name: nominative and prepositional («Речная», «на Речной») become one key. Only good for
    comparing: two streets of a town that differ in the ending alone become one. -#}
{%- macro street_stem(name) -%}
nullif({{ regexp_replace_all(
    regexp_replace_all("replace(lower(" ~ name ~ "), 'ё', 'е')", '[^а-яa-z0-9]+', ''),
    '(ьей|ьего|ьем|ью|ая|яя|ья|ой|ей|ую|юю|а|я|ы|и|у|ю|е|о|й|ь)$', ''
) }}, '')
{%- endmacro -%}

{#- Pattern of the words of a variable of the project. -#}
{%- macro any_of(words) -%}{{ var(words) | join('|') }}{%- endmacro -%}

{#- Pattern of one or two words after a word that a street follows, and of the house after them, for lowercase text. -#}
{%- macro street_after_cue(n_words) -%}
(?:^|[^а-яё])(?:на|по|{{ any_of('street_call_words') }})[.]? +(?:(?:адресу|{{ any_of('street_call_words') }})[.]? +)*«?([а-яё]+{{ ' +[а-яё]+' * (n_words - 1) }}(?:,? *(?:{{ any_of('house_words') }})?[.]? *[0-9]+(?:[а-яё](?:[^а-яё]|$))?)?)
{%- endmacro -%}

{#- The part of an address that names its street, «3-я линия В.О.» as a whole, without the settlement before it and the
    house after it. -#}
{%- macro address_part(address) -%}
{{ regexp_replace_all(
    regexp_replace_all(
        "regexp_extract(lower(" ~ address ~ "), '(?:^|,) *((?:[^,]*[ .])?(?:" ~ any_of('street_words') ~ ")(?:[. ][^,]*)?)(?:,|$)', 1)",
        '^(?:г|гор|город|пос|посёлок|поселок|с|село|дер|деревня|пгт|рп)[. ]+[^ ]+ +', ''
    ),
    '[ .](?:' ~ any_of('house_words') ~ ')[. ]+[0-9].*$', ''
) }}
{%- endmacro -%}

{#- Street of an address a source states: «…, ул. Речная, д. 5» or «…, Речная улица, дом 5»; null if none. -#}
{%- macro address_street(address) -%}
{{ street_stem(regexp_replace_all(address_part(address), '(?:^|[ .])(?:' ~ any_of('street_words') ~ ')(?:[. ]|$)', ' ')) }}
{%- endmacro -%}

{%- macro address_house(address) -%}
nullif(regexp_extract(lower({{ address }}), '(?:^|[ ,])(?:{{ any_of('house_words') }})[. ]+([0-9]+[а-я]?)', 1), '')
{%- endmacro -%}

{#- Which of the buildings that share a house number an address means, «65-67», «/2», «к1», «с1», «лб» joined; '' if it
    names none, null if it names no house. -#}
{%- macro address_building(address) -%}
case
    when {{ address_house(address) }} is not null
        then
            regexp_extract(lower({{ address }}), '(?:^|[ ,])(?:{{ any_of('house_words') }})[. ]+[0-9]+[а-я]?([/-][0-9]+[а-я]?)', 1)
            {%- for mark, names in [('к', 'корпус|корп|к'), ('с', 'строение|стр'), ('л', 'литера|лит')] %}
            || coalesce('{{ mark }}' || nullif(
                regexp_extract(lower({{ address }}), '[ ,](?:{{ names }})[. ]+([0-9]+[а-я]?|[а-я])(?:[^а-я0-9]|$)', 1), ''
            ), '')
            {%- endfor %}
end
{%- endmacro -%}

{#- The words of a text, each once, cut to at most six letters that end in a consonant, so that most endings fall off; what
    stands in brackets was masked. -#}
{%- macro words_of(text) -%}
{{ distinct_of(regexp_all(
    regexp_replace_all("replace(lower(" ~ text ~ "), 'ё', 'е')", '[[][^]]*[]]', ' '), '([а-яa-z]{1,5}[бвгджзклмнпрстфхцчшщa-z])[а-яa-z]*'
)) }}
{%- endmacro -%}

{#- Number of an entrance or a floor in a text: «2 парадная», «подъезд №2», «на втором этаже»; null if none. What stands
    before the noun counts first, unless the text says «подъезд 2 этаж 5», where each number follows its noun. -#}
{%- macro numbered_part(text, nouns, following) -%}
{%- set lowered = "replace(lower(" ~ text ~ "), 'ё', 'е')" -%}
{%- set ordinals = [
    'перв', 'втор', 'трет', 'четверт', 'пят', 'шест', 'седьм', 'восьм', 'девят', 'десят', 'одиннадцат', 'двенадцат',
    'тринадцат', 'четырнадцат', 'пятнадцат', 'шестнадцат', 'семнадцат', 'восемнадцат', 'девятнадцат', 'двадцат',
] -%}
coalesce(
    nullif(regexp_extract({{ lowered }}, '{{ following }}', 1), ''),
    nullif(regexp_extract(
        {{ lowered }}, '(?:^|[^0-9])([0-9]{1,2})(?:[ -]*(?:й|ый|ой|ом|м|я|ая|ую|ей|го|е))? *(?:{{ nouns }})', 1
    ), ''),
    case
        regexp_extract({{ lowered }}, '(?:^|[^а-я])({{ ordinals | reverse | join('|') }})[а-я]* +(?:{{ nouns }})', 1)
        {%- for ordinal in ordinals %}
        when '{{ ordinal }}' then '{{ loop.index }}'
        {%- endfor %}
    end,
    nullif(regexp_extract(
        {{ lowered }}, '(?:{{ nouns }})[а-я]*[.]? *(?:№|n|#|номер)? *([0-9]{1,2})(?:[^0-9а-я ]|$| +(?:[^0-9эп]|$))', 1
    ), '')
)
{%- endmacro -%}

{%- macro entrance_of(text) -%}
{{ numbered_part(
    text, 'парадн|подъезд|пар[.]', '(?:парадн|подъезд)[а-я]* *(?:№|n)? *([0-9]{1,2})[ ,.]*этаж[а-я]* *(?:№|n)? *[0-9]'
) }}
{%- endmacro -%}

{%- macro floor_of(text) -%}
{{ numbered_part(
    text, 'этаж|эт[.]|эт[^а-я]|эт$', '(?:парадн|подъезд)[а-я]* *(?:№|n)? *[0-9]{1,2}[ ,.]*этаж[а-я]* *(?:№|n)? *([0-9]{1,2})'
) }}
{%- endmacro -%}

{#- First value of a window that is not null. -#}
{%- macro first_known(expression) -%}
{{ return(adapter.dispatch('first_known', 'otklik')(expression)) }}
{%- endmacro -%}

{%- macro default__first_known(expression) -%}
first_value({{ expression }} ignore nulls)
{%- endmacro -%}

{%- macro spark__first_known(expression) -%}
first_value({{ expression }}) ignore nulls
{%- endmacro -%}

{#- The first two words of an institution («поликлиника 3», «остановка речников»): what its longer readings share. -#}
{%- macro institution_head(name) -%}
coalesce(nullif(regexp_extract({{ name }}, '^([^ ]+ [^ ]+)', 1), ''), {{ name }})
{%- endmacro -%}

{#- Whether two institutions may be one, as «парк березовая» and «парк березовая роща»; null if one is unknown. -#}
{%- macro is_one_institution(name, other) -%}
({{ name }} = {{ other }} or contains({{ name }}, {{ other }} || ' ') or contains({{ other }}, {{ name }} || ' '))
{%- endmacro -%}

{#- Number of the day an instant falls on, UTC: days can be subtracted alike on every engine. -#}
{%- macro day_number(instant) -%}
cast(floor({{ epoch_microseconds(instant) }} / 86400000000.0) as bigint)
{%- endmacro -%}

{#- Metres between two points, DOUBLE, degrees in, null if one is unknown: over a few streets the Earth is flat. -#}
{%- macro metres_between(lat, lon, other_lat, other_lon) -%}
111195.0 * sqrt(
    pow({{ lat }} - {{ other_lat }}, 2) + pow(({{ lon }} - {{ other_lon }}) * cos(radians({{ lat }})), 2)
)
{%- endmacro -%}

{#- Side of a square, degrees of latitude, in which points of one site are looked for. -#}
{%- macro square_degrees() -%}
{{ 2.0 * var('around_metres') / 111195 }}
{%- endmacro -%}

{#- What speaks for or against two threads being one matter: columns of int_incident_pair_evidence that hold a level each,
    and features of the seed joining_weight. -#}
{%- macro joining_features() -%}
{{ return([
    'distance', 'address', 'town', 'entrance', 'floor', 'institution', 'category', 'topic', 'words', 'rare_word', 'time',
    'author', 'person', 'settled', 'site',
]) }}
{%- endmacro -%}

{#- How two values compare: same, different, one (only one is known) or none. -#}
{%- macro compared(value, other) -%}
case
    when {{ value }} = {{ other }} then 'same'
    when {{ value }} is not null and {{ other }} is not null then 'different'
    when coalesce({{ value }}, {{ other }}) is not null then 'one'
    else 'none'
end
{%- endmacro -%}

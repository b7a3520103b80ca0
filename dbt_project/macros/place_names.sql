{#- Comparing names of places. The words of the comparison are here; which municipality wins is decided in
    int_place_resolution. -#}

{#- Letters and digits only, lowercase, ё as е: «Лиговка - Ямская» and «лиговка-ямская» become one key. -#}
{%- macro exact_name_key(name) -%}
nullif({{ regexp_replace_all("replace(lower(" ~ name ~ "), 'ё', 'е')", '[^а-яa-z0-9№]+', '') }}, '')
{%- endmacro -%}

{#- `name` without the given words. Every space is doubled first, so that two unwanted neighbours both find one on
    either side: RE2 has no look-around. -#}
{%- macro name_key_without(name, words) -%}
{%- set lowered = "replace(lower(" ~ name ~ "), 'ё', 'е')" -%}
{%- set spaced -%}
' ' || replace(trim({{ regexp_replace_all(lowered, '[^а-яa-z0-9№]+', ' ') }}), ' ', '  ') || ' '
{%- endset -%}
nullif({{ regexp_replace_all(regexp_replace_all(spaced, ' (' ~ words | join('|') ~ ') ', ''), ' +', '') }}, '')
{%- endmacro -%}

{#- «муниципальный округ Смольнинское», «г. Пушкин» and their bare names become one key. -#}
{%- macro place_name_key(name) -%}
{{ name_key_without(name, [
    'внутригородск[а-я]+', 'территори[а-я]+', 'федерального', 'значения', 'муниципальн[а-я]+', 'образовани[а-я]+',
    'городск[а-я]+', 'сельск[а-я]+', 'округ[а-я]*', 'район[а-я]*', 'поселени[а-я]+', 'город', 'города', 'г', 'го', 'мо',
    'мр', 'р', 'н', 'зато', 'поселок', 'поселка', 'пос', 'п', 'пгт', 'рп', 'село', 'села', 'с', 'деревня', 'д',
    'станица', 'ст', 'ца', 'аул', 'слобода', 'сл', 'хутор', 'х', 'о', 'м',
]) }}
{%- endmacro -%}

{#- «Самарская обл.» and «Самарская область» become one key; «Республика Алтай» and «Алтайский край» stay two. -#}
{%- macro region_key(name) -%}
{{ name_key_without(name, [
    'область', 'обл', 'край', 'республика', 'респ', 'автономная', 'автономный', 'округ', 'ао', 'город', 'г',
]) }}
{%- endmacro -%}

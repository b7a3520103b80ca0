{#- The few expressions that DuckDB and Spark write differently. Anything both understand does not belong here. -#}

{%- macro regexp_replace_all(text, pattern, replacement) -%}
{{ return(adapter.dispatch('regexp_replace_all', 'otklik')(text, pattern, replacement)) }}
{%- endmacro -%}

{%- macro default__regexp_replace_all(text, pattern, replacement) -%}
regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro -%}

{%- macro spark__regexp_replace_all(text, pattern, replacement) -%}
regexp_replace({{ text }}, r'{{ pattern }}', '{{ replacement }}')
{%- endmacro -%}

{#- Every match of a pattern's first group, as a list. -#}
{%- macro regexp_all(text, pattern) -%}
{{ return(adapter.dispatch('regexp_all', 'otklik')(text, pattern)) }}
{%- endmacro -%}

{%- macro default__regexp_all(text, pattern) -%}
regexp_extract_all({{ text }}, '{{ pattern }}', 1)
{%- endmacro -%}

{%- macro spark__regexp_all(text, pattern) -%}
regexp_extract_all({{ text }}, r'{{ pattern }}', 1)
{%- endmacro -%}

{#- A list without repetitions, sorted. -#}
{%- macro distinct_of(list) -%}
{{ return(adapter.dispatch('distinct_of', 'otklik')(list)) }}
{%- endmacro -%}

{%- macro default__distinct_of(list) -%}
list_sort(list_distinct({{ list }}))
{%- endmacro -%}

{%- macro spark__distinct_of(list) -%}
array_sort(array_distinct({{ list }}))
{%- endmacro -%}

{#- The values of a group as a sorted list. -#}
{%- macro sorted_list(value) -%}
{{ return(adapter.dispatch('sorted_list', 'otklik')(value)) }}
{%- endmacro -%}

{%- macro default__sorted_list(value) -%}
list({{ value }} order by {{ value }})
{%- endmacro -%}

{%- macro spark__sorted_list(value) -%}
sort_array(collect_list({{ value }}))
{%- endmacro -%}

{#- What two lists share. -#}
{%- macro shared_of(list, other) -%}
{{ return(adapter.dispatch('shared_of', 'otklik')(list, other)) }}
{%- endmacro -%}

{%- macro default__shared_of(list, other) -%}
list_intersect({{ list }}, {{ other }})
{%- endmacro -%}

{%- macro spark__shared_of(list, other) -%}
array_intersect({{ list }}, {{ other }})
{%- endmacro -%}

{#- Sum of the squares of the last six bits of the numbers of a list, DOUBLE. -#}
{%- macro squared_marks(list) -%}
{{ return(adapter.dispatch('squared_marks', 'otklik')(list)) }}
{%- endmacro -%}

{%- macro default__squared_marks(list) -%}
coalesce(list_sum(list_transform({{ list }}, lambda mark: cast((mark % 64) * (mark % 64) as double))), 0.0)
{%- endmacro -%}

{%- macro spark__squared_marks(list) -%}
aggregate({{ list }}, cast(0 as double), (total, mark) -> total + (mark % 64) * (mark % 64))
{%- endmacro -%}

{#- Largest of the last six bits of the numbers of a list; null for an empty one. -#}
{%- macro largest_mark(list) -%}
{{ return(adapter.dispatch('largest_mark', 'otklik')(list)) }}
{%- endmacro -%}

{%- macro default__largest_mark(list) -%}
list_max(list_transform({{ list }}, lambda mark: mark % 64))
{%- endmacro -%}

{%- macro spark__largest_mark(list) -%}
array_max(transform({{ list }}, mark -> mark % 64))
{%- endmacro -%}

{#- Hours from one instant to another, DOUBLE; negative when `until` is the earlier one. -#}
{%- macro hours_between(since, until) -%}
(({{ epoch_microseconds(until) }} - {{ epoch_microseconds(since) }}) / 3600000000.0)
{%- endmacro -%}

{%- macro epoch_microseconds(instant) -%}
{{ return(adapter.dispatch('epoch_microseconds', 'otklik')(instant)) }}
{%- endmacro -%}

{%- macro default__epoch_microseconds(instant) -%}
epoch_us({{ instant }})
{%- endmacro -%}

{%- macro spark__epoch_microseconds(instant) -%}
unix_micros({{ instant }})
{%- endmacro -%}

{#- The instant `hours` (a whole number) after another. Counted in hours, so no calendar shifts it. -#}
{%- macro add_hours(instant, hours) -%}
{{ return(adapter.dispatch('add_hours', 'otklik')(instant, hours)) }}
{%- endmacro -%}

{%- macro default__add_hours(instant, hours) -%}
({{ instant }} + to_hours({{ hours }}))
{%- endmacro -%}

{%- macro spark__add_hours(instant, hours) -%}
({{ instant }} + make_interval(0, 0, 0, 0, {{ hours }}, 0, 0))
{%- endmacro -%}

{#- The calendar day of an instant in a named time zone. -#}
{%- macro local_date(instant, time_zone) -%}
{{ return(adapter.dispatch('local_date', 'otklik')(instant, time_zone)) }}
{%- endmacro -%}

{%- macro default__local_date(instant, time_zone) -%}
cast(timezone({{ time_zone }}, {{ instant }}) as date)
{%- endmacro -%}

{%- macro spark__local_date(instant, time_zone) -%}
cast(from_utc_timestamp({{ instant }}, {{ time_zone }}) as date)
{%- endmacro -%}

{#- The day `days` (a whole number) after another. -#}
{%- macro add_days(day, days) -%}
{{ return(adapter.dispatch('add_days', 'otklik')(day, days)) }}
{%- endmacro -%}

{%- macro default__add_days(day, days) -%}
cast({{ day }} + to_days({{ days }}) as date)
{%- endmacro -%}

{%- macro spark__add_days(day, days) -%}
date_add({{ day }}, {{ days }})
{%- endmacro -%}

{#- One row per element of a list. -#}
{%- macro unnested(list) -%}
{{ return(adapter.dispatch('unnested', 'otklik')(list)) }}
{%- endmacro -%}

{%- macro default__unnested(list) -%}
unnest({{ list }})
{%- endmacro -%}

{%- macro spark__unnested(list) -%}
explode({{ list }})
{%- endmacro -%}

{#- Every day from one to another, both included, as a list. -#}
{%- macro days_between(first_day, last_day) -%}
{{ return(adapter.dispatch('days_between', 'otklik')(first_day, last_day)) }}
{%- endmacro -%}

{%- macro default__days_between(first_day, last_day) -%}
generate_series({{ first_day }}, {{ last_day }}, interval 1 day)
{%- endmacro -%}

{%- macro spark__days_between(first_day, last_day) -%}
sequence({{ first_day }}, {{ last_day }}, interval 1 day)
{%- endmacro -%}

{#- Wall-clock time of an instant in a named time zone, without a zone. -#}
{%- macro local_time(instant, time_zone) -%}
{{ return(adapter.dispatch('local_time', 'otklik')(instant, time_zone)) }}
{%- endmacro -%}

{%- macro default__local_time(instant, time_zone) -%}
timezone({{ time_zone }}, {{ instant }})
{%- endmacro -%}

{%- macro spark__local_time(instant, time_zone) -%}
from_utc_timestamp({{ instant }}, {{ time_zone }})
{%- endmacro -%}

{#- The instant at which a wall clock in a named time zone shows a local time. -#}
{%- macro instant_of_local_time(local, time_zone) -%}
{{ return(adapter.dispatch('instant_of_local_time', 'otklik')(local, time_zone)) }}
{%- endmacro -%}

{%- macro default__instant_of_local_time(local, time_zone) -%}
timezone({{ time_zone }}, {{ local }})
{%- endmacro -%}

{%- macro spark__instant_of_local_time(local, time_zone) -%}
to_utc_timestamp({{ local }}, {{ time_zone }})
{%- endmacro -%}

{#- An instant or local time plus a fractional number of hours. -#}
{%- macro add_fractional_hours(moment, hours) -%}
{{ return(adapter.dispatch('add_fractional_hours', 'otklik')(moment, hours)) }}
{%- endmacro -%}

{%- macro default__add_fractional_hours(moment, hours) -%}
({{ moment }} + to_microseconds(cast(round(({{ hours }}) * 3600000000.0) as bigint)))
{%- endmacro -%}

{%- macro spark__add_fractional_hours(moment, hours) -%}
({{ moment }} + make_interval(0, 0, 0, 0, 0, 0, ({{ hours }}) * 3600.0))
{%- endmacro -%}

{#- Every column of a table but some. -#}
{%- macro every_column_but(columns) -%}
{{ return(adapter.dispatch('every_column_but', 'otklik')(columns)) }}
{%- endmacro -%}

{%- macro default__every_column_but(columns) -%}
* exclude ({{ columns | join(', ') }})
{%- endmacro -%}

{%- macro spark__every_column_but(columns) -%}
* except ({{ columns | join(', ') }})
{%- endmacro -%}

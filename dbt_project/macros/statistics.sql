{#- Formulas of definitions.md that more than one mart needs. -#}

{#- Φ⁻¹(0.975). -#}
{%- macro z_95() -%}1.959963984540054{%- endmacro -%}

{#- Bounds of the Wilson score interval of a share, 95 % two-sided (definition 5; Wilson 1927):
    (p + z²/2n ± z·sqrt(p(1−p)/n + z²/4n²)) / (1 + z²/n), p = successes/n, z = Φ⁻¹(0.975). Null when n is 0. -#}
{%- macro wilson_interval(successes, n, bound) -%}
{%- if bound not in ['low', 'high'] -%}
{{ exceptions.raise_compiler_error("wilson_interval: bound is '" ~ bound ~ "'; give 'low' or 'high'") }}
{%- endif -%}
{%- set z = z_95() -%}
{%- set p = '(cast(' ~ successes ~ ' as double) / ' ~ n ~ ')' -%}
{#- Rounding may leave a bound a hair outside 0..1. -#}
case when {{ n }} > 0 then least(1.0, greatest(0.0,
    ({{ p }} + {{ z }} * {{ z }} / (2.0 * {{ n }})
    {{ '-' if bound == 'low' else '+' }} {{ z }} * sqrt(greatest(
        0.0, {{ p }} * (1.0 - {{ p }}) / {{ n }} + {{ z }} * {{ z }} / (4.0 * {{ n }} * {{ n }})
    ))) / (1.0 + {{ z }} * {{ z }} / {{ n }})
)) end
{%- endmacro -%}

{#- Weight of one message for a tie (definition 14): 1/|recipients| · 2^(−age/half-life). -#}
{%- macro message_weight(n_recipients, age_hours, half_life_days) -%}
(1.0 / {{ n_recipients }}) * pow(2.0, -({{ age_hours }} / 24.0) / {{ half_life_days }})
{%- endmacro -%}

{#- Working hours from the beginning of the calendar to a local time (definition 4, W): whole working days before its day,
    and the part of its own day. `day` is the alias of the row of int_working_day of its date. -#}
{%- macro worked_hours(local_time, day) -%}
({{ day }}.hours_before + case when {{ day }}.is_working then least(
    cast({{ var('working_day_hours') }} as double),
    greatest(
        0.0,
        {{ hours_between('cast(' ~ day ~ '.day as timestamp)', local_time) }} - {{ var('working_day_start_hour') }}
    )
) else 0.0 end)
{%- endmacro -%}

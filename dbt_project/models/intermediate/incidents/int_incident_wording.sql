-- The words of a thread, each with how rare it is in the region. A word is a mark: its number times 64 and, in the six
-- bits below, four times the logarithm of how many threads there are to one that has it.

with

threads as (

    select * from {{ ref('int_incident_thread') }}
    where words is not null and not is_alone

),

said as (

    select
        thread_number,
        region,
        {{ unnested('words') }} as word

    from threads

),

sizes as (

    select
        region,
        count(*) as n_threads

    from threads
    group by region

),

counted as (

    select
        region,
        word,
        count(*) as n_threads

    from said
    group by region, word

),

marked as (

    select
        counted.region,
        counted.word,
        64 * row_number() over (order by counted.region, counted.word)
        + least(63, cast(round(4 * ln(sizes.n_threads / counted.n_threads)) as bigint)) as mark

    from counted
    inner join sizes on counted.region = sizes.region

),

wordings as (

    select
        said.thread_number,
        {{ sorted_list('marked.mark') }} as marks,
        sum(cast((marked.mark % 64) * (marked.mark % 64) as double)) as squares

    from said
    inner join marked on said.region = marked.region and said.word = marked.word
    group by said.thread_number

)

select * from wordings

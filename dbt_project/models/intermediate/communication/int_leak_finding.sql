-- What was not read is never clean: a message whose words no scan has seen has one row of status review.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

messages as (

    select * from {{ ref('stg_message') }}

),

scans as (

    select * from {{ ref('stg_leak_scan') }}

),

findings as (

    select * from {{ ref('stg_leak_finding') }}

),

aliases as (

    select * from {{ ref('int_subject_alias') }}

),

scanned as (

    select
        messages.message_id,
        sources.organisation,
        messages.kind as message_kind,
        coalesce(aliases.subject_id, messages.sender_subject_id) as sender_subject_id,
        messages.sent_at,
        messages.text_hash,
        scans.model_version

    from messages
    cross join settings
    inner join sources on messages.source = sources.source
    left join aliases on messages.sender_subject_id = aliases.account_subject_id
    left join scans on messages.text_hash = scans.text_hash
    where messages.text_hash is not null and coalesce(messages.sent_at <= settings.as_of, true)

),

found as (

    select
        scanned.message_id,
        scanned.organisation,
        scanned.message_kind,
        scanned.sender_subject_id,
        scanned.sent_at,
        findings.finding_ordinal,
        findings.leak_kind,
        findings.start_char,
        findings.end_char,
        findings.last_two_characters,
        findings.pattern_name,
        scanned.model_version

    from scanned
    inner join findings
        on scanned.text_hash = findings.text_hash and scanned.model_version = findings.model_version
    union all
    select
        message_id,
        organisation,
        message_kind,
        sender_subject_id,
        sent_at,
        0 as finding_ordinal,
        'review' as leak_kind,
        cast(null as integer) as start_char,
        cast(null as integer) as end_char,
        cast(null as varchar) as last_two_characters,
        'not_scanned' as pattern_name,
        cast(null as varchar) as model_version

    from scanned
    where model_version is null

),

leak_findings as (

    select
        {{ hashed_id(["'leak'", 'message_id', 'finding_ordinal']) }} as finding_id,
        message_id,
        organisation,
        message_kind,
        sender_subject_id,
        {{ local_date('sent_at', "'UTC'") }} as sent_date,
        sent_at,
        case when leak_kind = 'review' then 'review' else 'finding' end as status,
        case when leak_kind <> 'review' then leak_kind end as leak_kind,
        start_char,
        end_char,
        nullif(last_two_characters, '') as last_two_characters,
        pattern_name,
        model_version

    from found

)

select * from leak_findings

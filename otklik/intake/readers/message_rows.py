"""The row that every reader of internal communication yields, and how it becomes the entity `message`.

One schema and one mapping for mail and chats, so that a mailbox and a chat differ only in how they are read.
"""

import pyarrow as pa

SCHEMA = pa.schema(
    [
        pa.field("origin_row", pa.int64()),
        pa.field("source_message_id", pa.string()),
        pa.field("sent_at", pa.string()),
        pa.field("sender", pa.string()),
        pa.field("recipients", pa.list_(pa.string())),
        pa.field("thread_id", pa.string()),
        pa.field("in_reply_to", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("size", pa.int64()),
        pa.field("subject", pa.string()),
        pa.field("body", pa.string()),
        pa.field("left_out", pa.string()),
    ]
)

_COLUMNS = ", ".join(SCHEMA.names)

MESSAGE_SELECT = f"select {_COLUMNS} from source"

# One mail lies in the sender's box and in each recipient's, with other trace headers and, in the sender's, the hidden
# recipients: copies are made alike here, so that one is loaded and the others are counted as duplicates. A mail that
# only claims the id of another (other sender or time) stays as it is and is told apart by the loader.
MAIL_SELECT = """
    with repeated as (
        select source_message_id, sent_at, sender
        from source
        where sent_at is not null and sender is not null
        group by all
        having count(*) > 1
    ),
    copied as (
        select
            source_message_id, sent_at, sender, list_sort(list_distinct(flatten(list(recipients)))) as all_recipients,
            min(thread_id) as one_thread_id, min(in_reply_to) as one_in_reply_to, max(size) as one_size,
            -- the row whose words stand for all, and not the words: they would have to fit into memory together
            arg_min(source_row, (md5(concat_ws(chr(31), subject, body)), source_row)) as one_row
        from source semi join repeated using (source_message_id, sent_at, sender)
        group by source_message_id, sent_at, sender
    ),
    -- of mail that names no reader, as archives of lists keep it: whoever it answers, else who wrote in its thread
    answered as (
        select s.source_row, list_sort(list(distinct p.sender)) as people
        from source as s join source as p on p.source_message_id = s.in_reply_to
        where len(s.recipients) = 0 and p.sender <> s.sender and p.left_out is distinct from 'bot'
        group by s.source_row
    ),
    thread as (
        select s.source_row, list_sort(list(distinct p.sender)) as people
        from source as s join source as p on p.thread_id = s.thread_id
        where len(s.recipients) = 0 and p.sender <> s.sender and p.left_out is distinct from 'bot'
        group by s.source_row
    ),
    words as (
        select source_row, subject, body from source where source_row in (select one_row from copied)
    ),
    merged as (
        select
            s.origin_row, s.source_message_id, s.sent_at, s.sender,
            case
                when len(coalesce(c.all_recipients, s.recipients)) > 0 then coalesce(c.all_recipients, s.recipients)
                else coalesce(a.people, t.people, [])
            end as recipients,
            if(c.sender is null, s.thread_id, c.one_thread_id) as thread_id,
            if(c.sender is null, s.in_reply_to, c.one_in_reply_to) as in_reply_to,
            s.kind,
            if(c.sender is null, s.size, c.one_size) as size,
            if(c.sender is null, s.subject, w.subject) as subject,
            if(c.sender is null, s.body, w.body) as body,
            s.left_out
        from source as s
        left join copied as c
            on c.source_message_id = s.source_message_id and c.sent_at = s.sent_at and c.sender = s.sender
        left join words as w on w.source_row = c.one_row
        left join answered as a on a.source_row = s.source_row
        left join thread as t on t.source_row = s.source_row
    )
    select * replace (
        -- another copy, or an answer, names others
        if(left_out = 'note_to_self' and len(list_filter(recipients, lambda r: r <> sender)) > 0, null, left_out)
            as left_out
    )
    from merged
"""

"""Labelled texts of the lake: what sources declare, corrected by people (`label` entity), one row a text.

Which label of a text is learned from belongs here; the learning belongs to `training`.
"""

from dataclasses import dataclass, field

import pandas as pd

from nlp.label_agreement import krippendorff_alpha
from nlp.topic_model import LABELS
from otklik.home import lake
from otklik.home.engine import connect
from otklik.home.settings import Home

LEAST_ALPHA = 0.67
"""Agreement under which labels of several people are not used as truth (definition 25)."""

# The newest version of a post is the one that people saw.
_DECLARED = """
    create temp table version as
    select source, source_post_id, text_hash, text, declared_authority, declared_group, declared_topic, posted_at,
        edited_at, loaded_at, file_name, row_hash
    from read_parquet($posts, union_by_name = true, hive_partitioning = true,
        hive_types_autocast = false)
    where length(trim(coalesce(text, ''))) > 0
"""
_CORRECTIONS = f"""
    select
        posts.text_hash,
        labels.of_source || '/' || labels.of_source_post_id as post,
        labels.label_kind as kind,
        coalesce(labels.annotator, '') as annotator,
        trim(labels.value) as value
    from read_parquet($labels, union_by_name = true) as labels
    inner join (
        select
            source,
            source_post_id,
            arg_max(text_hash, (coalesce(edited_at, posted_at), loaded_at, file_name, row_hash)) as text_hash
        from version
        group by source, source_post_id
    ) as posts on labels.of_source = posts.source and labels.of_source_post_id = posts.source_post_id
    where labels.label_kind in {LABELS} and length(trim(labels.value)) > 0
    qualify row_number() over (
        partition by post, kind, annotator
        order by labels.labelled_at desc, labels.loaded_at desc, labels.file_name desc, labels.row_hash desc
    ) = 1
    order by text_hash, kind, labels.labelled_at desc, annotator, post, value
"""
_TEXTS = """
    select
        text_hash,
        any_value(text order by text) as text,
        mode(nullif(trim(declared_authority), '') order by declared_authority) as authority,
        mode(nullif(trim(declared_group), '') order by declared_group) as "group",
        mode(nullif(trim(declared_topic), '') order by declared_topic) as topic
    from version
    group by text_hash
    order by text_hash
"""


@dataclass(frozen=True)
class LabelledTexts:
    """What there is to learn from.

    Attributes:
        frame: text_hash, text (str), authority, group, topic (str or None), ordered by text_hash; every row has at
            least one label. A text that repeats under different labels gets the most frequent one.
        last_posted_at: newest instant of a labelled post, or None: where the training period ends.
        agreement: Krippendorff's alpha of each label that several people gave to the same post.
        n_corrected: texts whose label a person decided, of each label.
        n_disputed: decisions left out because the people who gave that label agree too little, of each label.
    """

    frame: pd.DataFrame
    last_posted_at: pd.Timestamp | None
    agreement: dict[str, float] = field(default_factory=dict)
    n_corrected: dict[str, int] = field(default_factory=dict)
    n_disputed: dict[str, int] = field(default_factory=dict)


def labelled_texts(home: Home) -> LabelledTexts:
    """Distinct texts of the lake's posts that a source or a person labelled.

    A person's decision is the last word on its text; of several on one text the latest counts. Where several people
    labelled the same posts and agree too little, no decision on that label is used. Decisions without an annotator say
    nothing of agreement.
    """
    with connect() as connection:
        connection.execute(_DECLARED, {"posts": lake.raw_files(home, "post")})
        corrections = connection.execute(_CORRECTIONS, {"labels": lake.raw_files(home, "label")}).df()
        frame = connection.execute(_TEXTS).df()
        agreement, corrected, disputed = {}, {}, {}
        for kind in LABELS:
            decided = corrections[corrections["kind"] == kind]
            by_someone = decided[decided["annotator"] != ""]
            alpha = krippendorff_alpha(by_someone.groupby("post")["value"].apply(list))
            if alpha is not None:
                agreement[kind] = alpha
                if alpha < LEAST_ALPHA:
                    disputed[kind] = len(decided)
                    continue
            latest = decided.drop_duplicates("text_hash").set_index("text_hash")["value"]
            frame[kind] = frame["text_hash"].map(latest).where(lambda found: found.notna(), frame[kind])
            corrected[kind] = len(latest)
        frame = frame.astype(object).where(frame.notna(), None)
        frame = frame[frame[list(LABELS)].notna().any(axis=1)].reset_index(drop=True)
        connection.register("labelled", frame[["text_hash"]].astype(str))
        last = connection.execute("select max(posted_at) from version semi join labelled using (text_hash)").fetchone()
    last_posted_at = pd.Timestamp(last[0]) if last and last[0] else None
    return LabelledTexts(frame, last_posted_at, agreement, corrected, disputed)

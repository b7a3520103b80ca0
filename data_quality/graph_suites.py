"""What the edges of the communication graph, and the scores and groups computed from them, must satisfy."""

from data_quality.expectations import Gate, Suite, at_least, between, equal, in_set, is_false, is_true, not_null

NETWORKS = ("staff", "citizens")


def edges_gate() -> Gate:
    """The gate on `int_tie`, the one input of every graph measure."""
    return Gate(
        name="edges",
        description="Ties have positive weights, two different ends, and stay within one realm.",
        suites=(
            Suite(
                table="int_tie",
                # The prefixes are the vault's: disjoint by construction, so a tie across them is a broken purpose wall.
                query="""
                    select
                        network, organisation, source_subject_id, target_subject_id, n_messages, weight,
                        isfinite(weight) as is_finite,
                        source_subject_id = target_subject_id as is_self_tie,
                        regexp_full_match(source_subject_id, subject_pattern)
                            and regexp_full_match(target_subject_id, subject_pattern) as is_within_realm,
                        first_at <= last_at as is_span,
                        last_at > (select as_of from parameter) + interval 1 day as is_in_future
                    from (
                        select *,
                            case network when 'staff' then 's_[0-9a-f]{16}' when 'citizens' then 'c_[0-9a-f]{16}' end
                                as subject_pattern
                        from int_tie
                    )
                """,
                expectations=(
                    in_set("network", NETWORKS, "The two networks, which no measure may mix."),
                    not_null("organisation", "A tie belongs to one organisation, whose graph it is part of."),
                    not_null("source_subject_id", "A tie has two ends."),
                    not_null("target_subject_id", "A tie has two ends."),
                    is_false("is_self_tie", "Writing to oneself is not communication."),
                    is_true("is_within_realm", "Staff and citizens are never tied to each other."),
                    not_null("weight", "Every tie has a weight (definition 14)."),
                    between("weight", "A weight is a sum of positive shares.", least=0, is_strict=True),
                    is_true("is_finite", "An infinite weight would take all of everyone's rank."),
                    between("n_messages", "A tie stands on at least one message.", least=1),
                    is_true("is_span", "The first message is not after the last."),
                    is_false("is_in_future", "No message is later than a day after the run's instant."),
                ),
                relations=("int_tie",),
            ),
        ),
    )


def scores_gate() -> Gate:
    """The gate on leader scores and interest groups."""
    return Gate(
        name="scores",
        description="Everyone with a tie has one score and one group; scores and stabilities are shares.",
        suites=(_leader_scores(), _leader_ranks(), _nodes(), _groups()),
    )


_SCORES = "read_parquet('lake/enriched/leader_score/*.parquet', union_by_name = true)"
_MEMBERS = "read_parquet('lake/enriched/interest_group/*.parquet', union_by_name = true)"


def _leader_scores() -> Suite:
    return Suite(
        table="leader_score",
        query=f"select authority_score, spread_score, distinct_senders_count, h_index from {_SCORES}",
        expectations=(
            not_null("authority_score", "Everyone scored has a score."),
            between("authority_score", "A mean of rank shares.", least=0, most=1),
            not_null("spread_score", "Everyone scored has a reach."),
            between("spread_score", "An expected number of people reached.", least=0),
            at_least("distinct_senders_count", "h_index", "An h-index of h needs h senders."),
        ),
    )


def _leader_ranks() -> Suite:
    return Suite(
        table="leader_rank",
        query=f"""
            select
                period_kind, period_start, network, organisation,
                min(authority_rank) as first_authority_rank, max(authority_rank) as last_authority_rank,
                min(spread_rank) as first_spread_rank, max(spread_rank) as last_spread_rank,
                count(*) as n_subjects
            from {_SCORES}
            group by period_kind, period_start, network, organisation
        """,
        expectations=(
            between("first_authority_rank", "Somebody of every organisation is first.", least=1, most=1),
            between("first_spread_rank", "Somebody of every organisation is first.", least=1, most=1),
            at_least("n_subjects", "last_authority_rank", "No rank is beyond the number of people."),
            at_least("n_subjects", "last_spread_rank", "No rank is beyond the number of people."),
        ),
        is_computed_once=True,
    )


def _nodes() -> Suite:
    return Suite(
        table="tie_node",
        query=f"""
            with node as (
                select network, organisation, source_subject_id as subject_id, 1 as n_ties, 0 as n_scores, 0 as n_groups
                from int_tie
                union all
                select network, organisation, target_subject_id, 1, 0, 0 from int_tie
                union all
                select network, organisation, subject_id, 0, 1, 0 from {_SCORES} where period_kind = 'all'
                union all
                select network, organisation, subject_id, 0, 0, 1 from {_MEMBERS}
            )
            select
                sum(n_ties) > 0 as has_tie, sum(n_scores) as n_scores, sum(n_groups) as n_groups
            from node
            group by network, organisation, subject_id
        """,
        expectations=(
            is_true("has_tie", "Nobody is scored or grouped without a tie."),
            between("n_scores", "Everyone with a tie has exactly one score.", least=1, most=1),
            between("n_groups", "Groups cover everyone with a tie, once.", least=1, most=1),
        ),
        relations=("int_tie",),
        is_computed_once=True,
    )


def _groups() -> Suite:
    return Suite(
        table="interest_group",
        query=f"""
            select
                min(n_members) as least_n_members, max(n_members) as n_members, count(*) as n_members_listed,
                min(stability_score) as stability_score
            from {_MEMBERS}
            group by network, organisation, group_id
        """,
        expectations=(
            equal("n_members", "n_members_listed", "A group's stated size is the number of its members."),
            equal("least_n_members", "n_members", "All rows of a group state the same size."),
            not_null("stability_score", "A group without its stability could not be held back (definition 18)."),
            between("stability_score", "A median of adjusted Rand indices, cut at zero.", least=0, most=1),
        ),
        is_computed_once=True,
    )

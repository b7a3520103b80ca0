"""One line per way to break the good data of `conftest.py`, and the expectations that must notice."""

# gate, what breaks the good data, table and column of the expectation that must fail (in the order of verdicts)
BREAKAGES: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("raw", "delete from ledger where load_id = 'load1'", [("raw_load", "ledger_load_id")]),
    ("raw", "update ledger set rows_duplicate = 0 where load_id = 'load1'", [("raw_load", "rows_read")]),
    ("raw", "update ledger set rows_erased = 1 where load_id = 'load1'", [("raw_load", "rows_read")]),
    ("raw", "update ledger set rows_left_out = 1 where load_id = 'load1'", [("raw_load", "rows_read")]),
    ("raw", "update ledger set rows_read = null where load_id = 'load1'", [("raw_load", "rows_read")]),
    (
        "raw",
        "insert into raw_post select * from raw_post where load_id = 'load1' limit 1",
        [("raw_load", "rows_loaded")],
    ),
    (
        "raw",
        "update ledger set rows_duplicate = 25, rows_quarantined = 2 where load_id = 'load2'",
        [("raw_newest_load", "quarantined_share")],
    ),
    (
        "raw",
        "update ledger set rows_read = 1, rows_loaded = 0, rows_duplicate = 0, rows_quarantined = 1",
        [("raw_newest_load", "is_source_lost"), ("raw_newest_load", "n_unreadable")],
    ),
    ("raw", "update raw_post set source_post_id = null where origin_row = 3", [("raw_post", "source_post_id")]),
    (
        "raw",
        "update raw_post set posted_at = '2026-03-02 12:00:01Z' where origin_row = 3",
        [("raw_post", "is_in_future")],
    ),
    ("raw", "update missing set entity = 'post'", [("raw_missing", "n_deliveries")]),
    (
        "annotations",
        "delete from post_label where text_hash = md5('text 2') and model_version = 'm1'",
        [("post_text", "n_unlabelled")],
    ),
    (
        "annotations",
        "insert into post_label select * from post_label where text_hash = md5('text 2') and model_version = 'm1'",
        [("post_text", "n_labelled_twice")],
    ),
    ("annotations", "update post_label set intent = null where intent = 'thanks'", [("post_label", "intent")]),
    ("annotations", "update post_label set intent = 'spam' where intent = 'thanks'", [("post_label", "intent")]),
    (
        "annotations",
        "update post_label set intent_probability = null where intent = 'thanks'",
        [("post_label", "intent_probability")],
    ),
    ("annotations", "update post_label set intent_probability = 1.01", [("post_label", "intent_probability")]),
    ("annotations", "update post_label set topic_probability = -0.01", [("post_label", "topic_probability")]),
    ("annotations", "update message_label set intent = 'order'", [("message_label", "intent")]),
    ("annotations", "update message_label set intent = null", [("message_label", "intent")]),
    ("annotations", "update message_label set intent_probability = null", [("message_label", "intent_probability")]),
    ("annotations", "update message_label set intent_probability = 2", [("message_label", "intent_probability")]),
    ("annotations", "update message_label set topic_probability = 2", [("message_label", "topic_probability")]),
    ("annotations", "update post_place set kind = 'country'", [("post_place", "kind")]),
    ("annotations", "update post_place set place_key = null", [("post_place", "place_key")]),
    ("annotations", "update post_place set end_char = start_char", [("post_place", "is_span")]),
    ("annotations", "update post_label set intent = 'other'", [("post_label_balance", "other_share")]),
    ("routes", "delete from post_route where text_hash = md5('text 2')", [("routed_text", "n_unrouted")]),
    ("routes", "insert into post_route from post_route limit 1", [("routed_text", "n_routed_twice")]),
    ("routes", "update post_route set predicted_authority = null", [("post_route", "predicted_authority")]),
    (
        "routes",
        "update post_route set predicted_authority_probability = null",
        [("post_route", "predicted_authority_probability")],
    ),
    (
        "routes",
        "update post_route set predicted_authority_probability = 1.01",
        [("post_route", "predicted_authority_probability")],
    ),
    (
        "routes",
        "update post_route set predicted_group = null where text_hash = md5('text 0')",
        [("post_route", "predicted_group")],
    ),
    (
        "routes",
        "update post_route set predicted_group_probability = null",
        [("post_route", "predicted_group_probability")],
    ),
    (
        "routes",
        "update post_route set predicted_group_probability = 1.01",
        [("post_route", "predicted_group_probability")],
    ),
    (
        "routes",
        "update post_route set predicted_topic = null where text_hash = md5('text 0')",
        [("post_route", "predicted_topic")],
    ),
    (
        "routes",
        "update post_route set predicted_topic_probability = null",
        [("post_route", "predicted_topic_probability")],
    ),
    (
        "routes",
        "update post_route set predicted_topic_probability = 1.01",
        [("post_route", "predicted_topic_probability")],
    ),
    (
        "routes",
        "update post_route set predicted_group = if(text_hash in (md5('text 4'), md5('text 5')), 'new', 'old')",
        [("group_drift", "group_psi")],
    ),
    (
        "routes",
        "update post_route set predicted_topic = if(text_hash in (md5('text 4'), md5('text 5')), 'new', 'old')",
        [("topic_drift", "topic_psi")],
    ),
    (
        "edges",
        "update int_tie set network = 'bots', source_subject_id = null, target_subject_id = null",
        [
            ("int_tie", "network"),
            ("int_tie", "source_subject_id"),
            ("int_tie", "target_subject_id"),
        ],
    ),
    ("edges", "update int_tie set organisation = null", [("int_tie", "organisation")]),
    ("edges", "update int_tie set target_subject_id = source_subject_id", [("int_tie", "is_self_tie")]),
    ("edges", "update int_tie set target_subject_id = 'c_000000000000000d'", [("int_tie", "is_within_realm")]),
    ("edges", "update int_tie set network = 'citizens'", [("int_tie", "is_within_realm")]),
    ("edges", "update int_tie set weight = null", [("int_tie", "weight")]),
    ("edges", "update int_tie set weight = 0", [("int_tie", "weight")]),
    ("edges", "update int_tie set weight = 'inf'", [("int_tie", "is_finite")]),
    ("edges", "update int_tie set weight = 'nan'", [("int_tie", "is_finite")]),
    ("edges", "update int_tie set n_messages = 0", [("int_tie", "n_messages")]),
    ("edges", "update int_tie set first_at = last_at + interval 1 second", [("int_tie", "is_span")]),
    ("edges", "update int_tie set last_at = '2026-03-02 12:00:01Z'", [("int_tie", "is_in_future")]),
    ("scores", "update leader_score set authority_score = null", [("leader_score", "authority_score")]),
    ("scores", "update leader_score set authority_score = 1.01", [("leader_score", "authority_score")]),
    ("scores", "update leader_score set spread_score = null", [("leader_score", "spread_score")]),
    ("scores", "update leader_score set spread_score = -1", [("leader_score", "spread_score")]),
    ("scores", "update leader_score set h_index = 3", [("leader_score", "distinct_senders_count")]),
    (
        "scores",
        "update leader_score set authority_rank = 2 where authority_rank = 1",
        [("leader_rank", "first_authority_rank")],
    ),
    ("scores", "update leader_score set spread_rank = 0", [("leader_rank", "first_spread_rank")]),
    (
        "scores",
        "update leader_score set authority_rank = 4, spread_rank = 4 where authority_rank = 3",
        [("leader_rank", "n_subjects"), ("leader_rank", "n_subjects")],
    ),
    ("scores", "delete from int_tie where source_subject_id = 's_000000000000000c'", [("tie_node", "has_tie")]),
    ("scores", "delete from leader_score where authority_rank = 3", [("tie_node", "n_scores")]),
    ("scores", "insert into leader_score from leader_score", [("tie_node", "n_scores")]),
    (
        "scores",
        "delete from interest_group where subject_id = 's_000000000000000c'; update interest_group set n_members = 2",
        [("tie_node", "n_groups")],
    ),
    ("scores", "update interest_group set n_members = 4", [("interest_group", "n_members")]),
    (
        "scores",
        "update interest_group set n_members = 2 where subject_id = 's_000000000000000c'",
        [("interest_group", "least_n_members")],
    ),
    ("scores", "update interest_group set stability_score = null", [("interest_group", "stability_score")]),
    ("scores", "update interest_group set stability_score = 1.5", [("interest_group", "stability_score")]),
]


BREAKAGES += [
    ("marts", statement, failures)
    for statement, *failures in [
        (
            "insert into raw_post select * replace ('p9' as source_post_id) from raw_post limit 1",
            ("post_conservation", "n_raw_posts"),
        ),
        ("update int_post set is_deleted = false", ("post_conservation", "n_seen_posts")),
        (
            "update fct_incident set citizen_wait_hours = -2 where first_reply_at is not null",
            ("incident", "citizen_wait_hours"),
            ("incident", "is_another_wait"),
        ),
        ("update fct_incident set is_ripe = true", ("incident", "is_another_clock")),
        ("update fct_incident set is_overdue = true", ("incident", "is_late_in_one_place")),
        (
            "update fct_incident set is_reply_on_time = true",
            ("incident", "is_another_clock"),
            ("incident", "is_judged_early"),
        ),
        ("update fct_incident set n_people = 3 where n_posts = 2", ("incident", "n_posts")),
        ("update fct_incident set n_posts = 3 where n_posts = 2", ("incident", "n_posts")),
        (
            "delete from fct_reply where is_first_reply",
            ("incident", "n_first_replies"),
            ("incident", "is_another_wait"),
        ),
        ("update bridge_incident_post set is_opening = true", ("incident", "n_openings")),
        ("update agg_municipality_activity set n_incidents = 5", ("agg_municipality_activity_cell", "n_incidents")),
        ("update agg_municipality_activity set population = null", ("place", "n_municipalities_without_population")),
        ("update dim_authority set level = null", ("place", "n_authorities_without_level")),
        ("update dim_interest_group set resolution = 1", ("dim_interest_group", "is_revealed")),
        ("update dim_interest_group set main_topic_code = 'roads'", ("dim_interest_group", "is_revealed")),
        ("delete from bridge_group_member where subject_id = 'c_0'", ("group_members", "is_complete")),
        (
            "update bridge_group_member set subject_id = 's_000000000000000b' where subject_id = 'c_0'",
            ("group_members", "is_listed_without_consent"),
        ),
        ("insert into bridge_group_member values ('g1', 'c_1')", ("group_members", "n_members")),
        ("update fct_leader_score set spread_rank = 2", ("fct_leader_score", "is_revealed")),
        ("update fct_leader_score set n_members = 4 where level = 'group'", ("fct_leader_score", "is_too_small")),
        ("update fct_leader_score set n_members = null where level = 'group'", ("fct_leader_score", "is_too_small")),
        ("update fct_tie set n_messages = 1", ("fct_tie", "is_revealed")),
        ("update fct_tie set n_people = 4 where n_people = 5", ("fct_tie", "is_too_small")),
        ("update dim_subject set department = 'roads'", ("dim_subject", "is_revealed")),
        ("update fct_role set connector_share = 0", ("fct_role", "is_revealed")),
        ("update fct_role set n_members = 4 where level = 'group'", ("fct_role", "is_too_small")),
        (
            "update fct_role set role = 'peripheral', is_suppressed = false where member_id = 's_000000000000000b'",
            ("staff_row", "n_shown_without_consent"),
        ),
        ("update fct_preference set n_people = 4 where item = 'health'", ("fct_preference", "is_too_small")),
        ("update fct_preference set item = 'health' where level = 'subject'", ("person_topic", "n_special")),
        (
            "update fct_preference set network = 'staff' where level = 'subject'",
            ("staff_row", "n_shown_without_consent"),
        ),
        ("update fct_loyalty set n_loyal = 0", ("fct_loyalty", "is_revealed")),
        ("update fct_loyalty set n_active = 4 where n_active = 5", ("fct_loyalty", "is_too_small")),
        ("update agg_communication_level set reciprocity = 0", ("agg_communication_level", "is_revealed")),
        (
            "update agg_communication_level set n_people = 4 where n_people = 5",
            ("agg_communication_level", "is_too_small"),
        ),
        (
            "update agg_active_citizens set is_suppressed = true",
            ("agg_active_citizens", "is_revealed"),
            ("agg_active_citizens", "is_unexplained"),
        ),
        ("update agg_active_citizens set n_active_citizens = 4", ("agg_active_citizens", "is_too_small")),
        ("update fct_group_event set n_members = 4", ("fct_group_event", "is_too_small")),
        ("update fct_group_event set n_members_before = 4", ("fct_group_event", "is_too_small")),
        ("update agg_outcome set value = 1", ("agg_outcome", "is_revealed")),
        # Columns that no suite named before their marts said which are always shown.
        ("update dim_interest_group set is_held = false", ("dim_interest_group", "is_revealed")),
        ("update fct_loyalty set is_vagrant = false", ("fct_loyalty", "is_revealed")),
        # Four of the five are in an earlier list: whoever compares learns who came and who went.
        ("update released_list set subject_id = 'c_x' where subject_id = 'c_0'", ("group_release", "is_difference")),
        ("update dim_subject set is_score_consented = false", ("staff_row", "n_shown_without_consent")),
    ]
]
BREAKAGES += [
    (
        "marts",
        f"delete from {mart} where period_kind = 'day' and scope = '{scope}' and period_start = '2026-02-03'",
        [(f"{mart}_cell", counted), (f"{mart}_cell", "is_one_sided"), (f"{mart}_total", counted)],
    )
    for mart, scope, counted in [("agg_sla", "topic_group", "n_incidents"), ("agg_topic", "topic", "n_posts")]
]
BREAKAGES += [
    # Definition 24, a: a hidden cell makes sums false.
    ("marts", "update agg_sla set n_incidents = null where period_kind = 'week'", [("agg_sla_total", "n_incidents")]),
    ("marts", "delete from agg_topic where scope = 'source'", [("agg_topic_total", "n_posts")]),
    (
        "marts",
        "insert into agg_municipality_activity by name select 'Край' as region, 'm2' as municipality_id",
        [("agg_municipality_activity_cell", "is_one_sided")],
    ),
    (
        "marts",
        "update dim_interest_group set n_members = 4 where interest_group_id = 'g0'",
        [
            ("dim_interest_group", "is_too_small"),
            ("group_members", "n_members"),
            ("group_members", "is_complete"),
        ],
    ),
    (
        "marts",
        "update fct_incident set opened_at = '2026-03-01 12:00:01Z' where n_posts = 2",
        [
            ("incident", "is_in_future"),
            ("agg_sla_cell", "n_incidents"),
            ("agg_sla_cell", "is_one_sided"),
        ],
    ),
]

BREAKAGES += [
    (
        "marts",
        "delete from bridge_incident_post where post_id = md5('p0')",
        [("declared_case", "n_without_incident"), ("incident", "n_openings"), ("incident", "n_posts")],
    ),
]

BREAKAGES += [
    (
        "marts",
        "update fct_preference set is_suppressed = true where item = 'health'",
        [("fct_preference", failure) for failure in ("is_revealed", "is_unexplained", "is_alone")],
    ),
]

BREAKAGES += [
    (
        "marts",
        "update fct_incident_clock set paused_hours = 0.01 where is_stopped",
        [("reply_backlog", "relative_difference")],
    ),
    (
        "marts",
        "update fct_incident_clock set is_stopped = false",
        [("reply_backlog", "n_waiting")],
    ),
]

BREAKAGES += [
    ("marts", "update fct_burst set n_posts = 8 where burst_id = 'b1'", [("burst", "n_posts")]),
    ("marts", "update fct_burst set n_incidents = 2 where burst_id = 'b1'", [("burst", "n_incidents")]),
    (
        "marts",
        "update bridge_burst_incident set n_posts = 2 where incident_id = 'i0'",
        [("burst", "n_posts_of_incidents")],
    ),
    ("marts", "update bridge_burst_post set is_first = true", [("burst", "n_first")]),
]

BREAKAGES += [
    ("marts", f"update fct_history_daily set {column} = {column} + 1", [("history", expectation)])
    for column, expectation in [("n_open", "n_open"), ("n_received", "n_received"), ("n_answered", "n_answered")]
]
BREAKAGES += [
    (
        "marts",
        "update fct_history_daily set n_overdue = 1 where history_date = '2026-03-01'",
        [("history", "n_overdue")],
    ),
    ("marts", "update fct_history_daily set n_on_time = 1", [("history", "n_impossible")]),
]

_PUBLIC = [
    (
        "update int_incident_person set author_subject_id = 'c_0' where incident_id in ('i1', 'i2')",
        [("public_incident_cell", "is_too_small"), ("public_incident", "is_too_small")],
    ),
    (
        "insert into int_incident_person select incident_id, 'c_9' from int_public_incident",
        [("public_incident_cell", "is_dominated")],
    ),
    (
        "update int_public_post set author_subject_id = 'c_0' where post_id in ('p1', 'p2')",
        [("public_post_cell", "is_too_small")],
    ),
    (
        "insert into int_public_post select * replace ('c_0' as author_subject_id) from int_public_post",
        [("public_post_cell", "is_dominated")],
    ),
    (
        "update public_agg_sla set n_incidents = 5 where not is_total",
        [("public_agg_sla_total", "n_incidents_of_cells")],
    ),
    ("update public_agg_sla set n_incidents = 7", [("public_agg_sla_total", "n_incidents_of_facts")]),
    ("update public_agg_topic set n_posts = 5 where not is_total", [("public_agg_topic_total", "n_posts_of_cells")]),
    ("update public_agg_topic set n_posts = 7", [("public_agg_topic_total", "n_posts_of_facts")]),
    ("insert into public_fct_incident from public_fct_incident", [("public_incident", "n_rows")]),
    (
        "update public_fct_incident set is_suppressed = true, state = null, is_reply_on_time = null where rowid < 2",
        [("public_incident", "is_too_small")],
    ),
    (
        "update public_fct_incident set is_suppressed = true",
        [("public_fct_incident", "is_revealed"), ("public_fct_incident", "is_unexplained")],
    ),
    # Definition 24, d: what is hidden says why, and what is shown is not flagged.
    *(
        (
            f"update {mart} set suppression_reason = case when not is_suppressed then 'too_few_people' end",
            [(mart, "is_unexplained")],
        )
        for mart in (
            *("agg_active_citizens", "agg_communication_level", "agg_outcome", "dim_interest_group", "dim_subject"),
            *("fct_leader_score", "fct_loyalty", "fct_preference", "fct_role", "fct_tie", "public_fct_incident"),
        )
    ),
    *(
        (f"update {mart} set n_people = 4", [(mart, "is_too_small")])
        for mart in ("public_agg_sla", "public_agg_topic", "public_fct_burst")
    ),
]
BREAKAGES += [("marts", statement, failures) for statement, failures in _PUBLIC]

BREAKAGES += [("marts", "update dim_department set n_members = 4", [("dim_department", "is_too_small")])]

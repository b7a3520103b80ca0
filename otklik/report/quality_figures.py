"""Figures of the quality page: what the gates said, what came and what became of it, drift, what is hidden and why.

Belongs here: queries on the operational tables, and counts of hidden rows over every published table that says so.
"""

from otklik.report.surface import Row, SurfaceTables

# What a gate compares with the past of a source, or with what a model learned from.
_DRIFT = "(column_name like 'drift%' or column_name like '%\\_psi' escape '\\')"


class QualityFigures(SurfaceTables):
    """Reads the analysts' surface of one snapshot."""

    def gates(self) -> list[Row]:
        """Every gate: how many demands it made, how many of them only warn, and how many failed."""
        return self.rows(
            """
            select gate, count(*) as n,
                count(*) filter (severity = 'warning') as n_warning, count(*) filter (not is_passed) as n_failed
            from meta_gate_result group by gate order by n_failed desc, gate
            """
        )

    def failed(self) -> list[Row]:
        """What failed and did not block, in the gate's own words."""
        return self.rows(
            """
            select gate, table_name, column_name, observed, expected, explanation
            from meta_gate_result where not is_passed order by gate, table_name, column_name, expectation
            """
        )

    def drift(self) -> list[Row]:
        """Every index of drift that a gate looked at, the failed first."""
        return self.rows(
            f"""
            select gate, column_name, observed, expected, is_passed, explanation
            from meta_gate_result where {_DRIFT} order by is_passed, gate, column_name
            """
        )

    def sources(self) -> list[Row]:
        """Each source: rows, newest event, and what is missing since when and why; the missing first."""
        return self.rows(
            """
            select source, entity, rows_loaded, newest_event_at, hours_since_newest_event as hours, is_missing,
                missing_since, n_deliveries_missing, n_rows_missing, missing_reason
            from meta_freshness order by is_missing desc, hours desc nulls last, source, entity
            """
        )

    def conservation(self) -> list[Row]:
        """Rows of each source read and what became of them (definition 26); `n_lost` is 0 or a defect."""
        return self.rows(
            """
            select source, entity, count(*) as n_loads, sum(rows_read)::bigint as n_read,
                sum(rows_loaded)::bigint as n_loaded, sum(rows_duplicate)::bigint as n_duplicate,
                sum(rows_quarantined)::bigint as n_quarantined, sum(rows_erased)::bigint as n_erased,
                sum(rows_left_out)::bigint as n_left_out,
                (n_read - n_loaded - n_duplicate - n_quarantined - n_erased - n_left_out)::bigint as n_lost
            from meta_load group by source, entity order by source, entity
            """
        )

    def hidden(self) -> list[Row]:
        """Tables with rows that are hidden: how many of how many, by reason."""
        tables = self.rows(
            """
            select table_name from information_schema.columns
            where column_name in ('is_suppressed', 'suppression_reason') and not starts_with(table_name, 'v_')
            group by table_name having count(*) = 2 order by table_name
            """
        )
        if not tables:
            return []
        counted = " union all ".join(
            f"select '{row['table_name']}' as table_name, suppression_reason, is_suppressed, count(*) as n "
            f'from "{row["table_name"]}" group by all'
            for row in tables
        )
        return self.rows(
            f"""
            with counted as ({counted})
            select table_name, coalesce(code_ru, suppression_reason) as reason_ru, suppression_reason, n,
                (sum(n) over (partition by table_name))::bigint as n_rows
            from counted
            left join dim_code on dim_code.column_name = 'suppression_reason' and code = suppression_reason
            qualify is_suppressed
            order by table_name, n desc, suppression_reason
            """
        )

    def joining(self) -> list[Row]:
        """How surely posts become one incident, by region: precision and recall of the weights in use."""
        return self.rows(
            """
            select region, is_used, n_labels, precision_share, precision_low, precision_high, recall_share, recall_low,
                recall_high
            from meta_joining order by region
            """
        )

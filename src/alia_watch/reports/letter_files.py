"""The files that a digest by mail brings to whoever asked for them: the tables that its figures stand in, as CSV."""

from alia_watch.audience.message import Attachment
from alia_watch.reports.kit_tables import TABLES
from alia_watch.reports.open_data import file_name, to_csv
from alia_watch.reports.report import Report, ReportKind

#: Of the press kit's tables those that journalists ask for first; the whole of it is `alia-watch digest --kit`.
_BROUGHT = ("daily_counts", "repos", "cost_ratios")


def letter_files(report: Report) -> tuple[Attachment, ...]:
    """The same files in every language, one per table; none of a report that is no digest."""
    if report.kind is not ReportKind.DIGEST:
        return ()
    document, stem = report.document, report.key.replace(":", "-")
    return tuple(
        Attachment(
            f"{stem}-{file_name(table.name, 'csv', simulated=bool(document['simulated']))}",
            to_csv(
                [{column.name: row.get(column.name) for column in table.columns} for row in table.rows(document)],
                table.columns,
                excel=False,
            ),
        )
        for table in TABLES
        if table.name in _BROUGHT
    )

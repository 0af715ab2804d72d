"""Splink on organisations: its ready comparisons for names and postal codes, exact ones with term frequencies else.

Its documentation has no settings for company names; these are those of its example of business rates matching in
spirit: Jaro-Winkler on the name, blocked on its first letters and on every other column, trained by EM. Thresholds
are those of its examples: predictions from 0.9, clusters from 0.95.
"""

from __future__ import annotations

import pyarrow as pa
from duckdb import DuckDBPyConnection

from bench.identity.sets import TruthSet
from muster.sql import identifier


def clusters(connection: DuckDBPyConnection, table: str, each: TruthSet) -> pa.Table:
    """`_row`, `cluster_id` of every row of `table`."""
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    columns = [name for name, _, _ in (entry.partition("=") for entry in each.maps)]
    name, others = columns[0].lower(), [column.lower() for column in columns[1:]]
    own = duckdb.connect()
    own.register("given", connection.execute(f"select * from {table}").to_arrow_table())
    told = ", ".join(f"lower(nullif(trim({identifier(column)}), '')) as {column.lower()}" for column in columns)
    # a column of its own: training leaves out the comparisons of what it blocks on
    own.execute(
        f"create table records as select *, left({name}, 6) as name_start from (select _row as unique_id, {told} from given)"  # noqa: E501
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds(name, [0.95, 0.9]).configure(term_frequency_adjustments=True),
            *(cl.ExactMatch(other).configure(term_frequency_adjustments=True) for other in others),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("name_start"),
            *(block_on(other) for other in others if "phone" in other or "web" in other or "number" in other),
        ],
    )
    linker = Linker(DuckDBAPI(connection=own).register("records"), settings)
    linker.training.estimate_probability_two_random_records_match([block_on(name)], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name_start"))
    if others:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(name))
    predicted = linker.inference.predict(threshold_match_probability=0.9)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.95)
    return own.execute(f"select unique_id as _row, cluster_id from {found.physical_name}").to_arrow_table()

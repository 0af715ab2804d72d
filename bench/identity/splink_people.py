"""Splink with the settings of its own documentation for each shape of data.

febrl and fake_1000: the settings of its examples "Febrl3 dedupe" and "Quick start". Others: its ready comparisons for
names, e-mails, dates of birth and postal codes, exact ones with term frequencies for the rest, and the same training.
Thresholds are those of the examples: predictions from 0.9, clusters from 0.95.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from bench.identity.sets import TruthSet
from muster.sql import identifier


def clusters(connection: DuckDBPyConnection, table: str, each: TruthSet) -> pa.Table:
    """`_row`, `cluster_id` of every row of `table`."""
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    comparisons, blocking, deterministic, training, recall = _settings(each)
    columns = {name for name, *_ in _columns(each)}
    own = duckdb.connect()
    own.register("given", connection.execute(f"select * from {table}").to_arrow_table())
    told = ", ".join(f"nullif(trim({identifier(name)}), '') as {name.lower()}" for name in sorted(columns))
    own.execute(f"create table records as select _row as unique_id, {told} from given")
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on(*names) for names in blocking],
    )
    api = DuckDBAPI(connection=own)
    linker = Linker(api.register("records"), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*names) for names in deterministic], recall=recall
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for names in training:
        with suppress(ValueError):  # a level that training never meets is refused; it keeps Splink's default
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*names))
    predicted = linker.inference.predict(threshold_match_probability=0.9)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.95)
    return own.execute(f"select unique_id as _row, cluster_id from {found.physical_name}").to_arrow_table()


def _columns(each: TruthSet) -> list[tuple[str, str]]:
    return [(name, path) for name, _, path in (entry.partition("=") for entry in each.maps)]


def _settings(each: TruthSet) -> tuple[Any, ...]:
    """Comparisons, blocking rules, deterministic rules, training blocks, and the recall of the deterministic rules."""
    import splink.comparison_library as cl

    if each.name.startswith("febrl"):
        return (
            [
                cl.NameComparison("given_name"),
                cl.NameComparison("surname"),
                cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
                cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
                cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
                cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
            ],
            [["soc_sec_id"], ["given_name"], ["surname"], ["date_of_birth"], ["postcode"]],
            [["soc_sec_id"], ["given_name", "surname", "date_of_birth"]],
            [["date_of_birth"], ["postcode"]],
            0.6,
        )
    if each.name.startswith("fake"):
        return (
            [
                cl.JaroAtThresholds("first_name", [0.9, 0.7]),
                cl.JaroAtThresholds("surname", [0.9, 0.7]),
                cl.DateOfBirthComparison("dob", input_is_string=True),
                cl.ExactMatch("city").configure(term_frequency_adjustments=True),
                cl.EmailComparison("email"),
            ],
            [["first_name"], ["surname"], ["dob"], ["email"]],
            [["first_name", "surname"], ["email"]],
            [["first_name", "surname"], ["dob"]],
            0.7,
        )
    first, last, email = (_named(each, ending) for ending in ("firstName", "lastName", "mail.address"))
    comparisons, exact = [cl.NameComparison(first), cl.NameComparison(last), cl.EmailComparison(email)], []
    for name, path in _columns(each):
        if path.endswith("birthDate"):
            comparisons.append(cl.LevenshteinAtThresholds(name.lower(), [1, 2]))
        elif path.endswith("postalCode"):
            comparisons.append(cl.PostcodeComparison(name.lower()))
        elif name.lower() not in {first, last, email}:
            exact.append(name.lower())
    comparisons += [cl.ExactMatch(name).configure(term_frequency_adjustments=True) for name in exact]
    return (
        comparisons,
        [[first, last], [email], *([name] for name in exact if "phone" in name or "number" in name)],
        [[first, last], [email]],
        [[first, last], [email]],
        0.7,
    )


def _named(each: TruthSet, ending: str) -> str:
    return next(name.lower() for name, path in _columns(each) if path.endswith(ending))

"""`muster pql`: a rule as text, as JSON or as SQL."""

from __future__ import annotations

import sys

import click

from muster.errors import RuleError


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("rule")
@click.option("--to", "target", type=click.Choice(["text", "json", "sql"]), default="text", show_default=True)
@click.option("--from", "source", type=click.Choice(["text", "json"]), help="Default: JSON where RULE begins with {.")
@click.option("--of", default="people", show_default=True, help="Who the rule is asked of; for --to sql.")
@click.option("--dialect", default="duckdb", show_default=True, help="The SQL to write, such as spark.")
@click.option("--compact", is_flag=True, help="JSON, or text, on one line.")
def pql(rule: str, target: str, source: str | None, of: str, dialect: str, compact: bool) -> None:
    """Convert RULE, a rule of the audience language; `-` reads it from standard input.

    `--to text` formats it, `--to json` gives pql/json: neither needs a configuration. `--to sql` reads the schema of
    the dbt project, as `muster check` does. Exits 2 with line and column, or the JSON path, where RULE is not PQL.
    """
    try:
        click.echo(_converted(_read() if rule == "-" else rule, target, source, of, dialect, compact))
    except RuleError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _read() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(f"the input is not UTF-8 (byte {error.start})", expected="save it as UTF-8") from None


def _converted(rule: str, target: str, source: str | None, of: str, dialect: str, compact: bool) -> str:
    from muster.pql.json.document import parse_json, write_json
    from muster.pql.json.expression import rule_text
    from muster.pql.parser import parse
    from muster.pql.printer import format_tree, print_rule

    is_json = source == "json" or (source is None and rule.lstrip().startswith("{"))
    text = rule_text(parse_json(rule)) if is_json else rule
    if target == "sql":
        return _sql(text, of, dialect)
    tree = parse(text)
    if target == "json":
        return write_json(tree, None if compact else 2)
    return print_rule(tree) if compact else format_tree(tree)


def _sql(text: str, of: str, dialect: str) -> str:
    from datetime import UTC, datetime

    from muster.cli.schema import project_schema
    from muster.pql.compiler import compile_rule
    from muster.settings import Settings

    schema = project_schema(Settings.from_environment())
    compiled = compile_rule(
        text, of, schema, datetime.now(UTC), segment_table=lambda name: f"audience_{name}", dialect=dialect
    )
    return compiled.query.sql(dialect=dialect, pretty=True)

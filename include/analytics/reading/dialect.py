"""How DuckDB is asked: PostgreSQL's SQL as SQLAlchemy writes it, but for what DuckDB calculates otherwise.

In PostgreSQL a division of decimals and a mean of whole numbers are exact; in DuckDB they are binary floating-point
numbers, and half a cent may be rounded the wrong way. Here they are exact too.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect, PGTypeCompiler

RATIO = """
CREATE MACRO exact_ratio(dividend, divisor) AS
  (CAST(CAST(dividend AS DECIMAL(38, 10)) * 10000000000 AS HUGEINT) * 10000000000
   // CAST(CAST(divisor AS DECIMAL(38, 10)) * 10000000000 AS HUGEINT)) * CAST(0.0000000001 AS DECIMAL(10, 10))
"""
"""Ten decimals, the rest cut off: enough to round any shorter, halves included."""


class _Compiler(PGCompiler):
    def visit_truediv_binary(self, binary: Any, operator: Any, **given: Any) -> str:  # noqa: ARG002  SQLAlchemy's
        """A division."""
        return f"exact_ratio({self.process(binary.left, **given)}, {self.process(binary.right, **given)})"

    def visit_avg_func(self, function: Any, **given: Any) -> str:
        """A mean."""
        (column,) = function.clauses
        return self.process(sa.func.sum(column) / sa.func.count(column), **given)

    def visit_over(self, over: Any, **given: Any) -> str:
        """A window function; the mean of a window likewise."""
        if getattr(over.element, "name", "") != "avg":
            return str(super().visit_over(over, **given))  # type: ignore[no-untyped-call]  # SQLAlchemy's
        (column,) = over.element.clauses
        frame = {name: getattr(over, name) for name in ("partition_by", "order_by", "range_", "rows")}
        return self.process(sa.func.sum(column).over(**frame) / sa.func.count(column).over(**frame), **given)


class _TypeCompiler(PGTypeCompiler):
    def visit_NUMERIC(self, type_: Any, **kw: Any) -> str:  # noqa: N802  SQLAlchemy's name
        """Without a precision DuckDB's has three decimals."""
        return "DECIMAL(38, 10)" if type_.precision is None else str(super().visit_NUMERIC(type_, **kw))

    def visit_DOUBLE_PRECISION(self, type_: Any, **kw: Any) -> str:  # noqa: ARG002, N802  SQLAlchemy's names
        """Binary, of 64 bits."""
        return "DOUBLE"

    def visit_FLOAT(self, type_: Any, **kw: Any) -> str:  # noqa: ARG002, N802  SQLAlchemy's names
        """DuckDB's FLOAT has 32 bits."""
        return "DOUBLE"

    def visit_JSONB(self, type_: Any, **kw: Any) -> str:  # noqa: ARG002, N802  SQLAlchemy's names
        """Text that is JSON."""
        return "JSON"

    def visit_ARRAY(self, type_: Any, **kw: Any) -> str:  # noqa: ARG002, N802  SQLAlchemy's names
        """Lists are extracted as JSON."""
        return "JSON"


class DuckDbDialect(PGDialect):
    """PostgreSQL's dialect, with `$1` for values."""

    statement_compiler = _Compiler
    type_compiler_cls = _TypeCompiler
    supports_statement_cache = True

    def __init__(self) -> None:
        super().__init__(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy's


def compiled(statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> tuple[str, list[Any]]:
    """A statement and its values, in the order in which it names them."""
    made = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = made.construct_params()
    return str(made), [values[name] for name in made.positiontup or ()]


def type_sql(column_type: sa.types.TypeEngine[Any]) -> str:
    """DuckDB's name of a type."""
    return str(column_type.compile(dialect=_DIALECT))


_DIALECT = DuckDbDialect()

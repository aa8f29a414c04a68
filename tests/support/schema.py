"""What PostgreSQL's own catalogue says about a database: the same for two schemas only if they behave the same."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from payments_hub.store.session import Database

# A NOT NULL is told with its column: only PostgreSQL 18 keeps it as a constraint too, under a name of its own making.
_QUERIES = {
    "columns": """
        SELECT format('%s.%s %s default %s null %s identity %s', c.relname, a.attname,
               format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), NOT a.attnotnull, a.attidentity)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
        AND c.relname <> 'alembic_version'""",
    "constraints": """
        SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
        AND conname NOT LIKE 'alembic_version%'""",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "routines": """
        SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace""",
    "policies": "SELECT format('%s %s %s %s %s', tablename, policyname, cmd, roles, qual) FROM pg_policies",
    "rights": """
        SELECT format('%s bound %s %s may %s', c.relname, c.relrowsecurity, r.rolname, a.privilege_type)
        FROM pg_class c LEFT JOIN LATERAL aclexplode(c.relacl) a ON a.grantee <> c.relowner
        LEFT JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
        UNION ALL
        SELECT format('%s.%s %s may %s', c.relname, t.attname, r.rolname, a.privilege_type)
        FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
        JOIN pg_roles r ON r.oid = a.grantee WHERE c.relnamespace = 'public'::regnamespace""",
}


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything of a kind, sorted, as the catalogue writes it."""

    columns: tuple[str, ...]
    constraints: tuple[str, ...]
    indexes: tuple[str, ...]
    triggers: tuple[str, ...]
    routines: tuple[str, ...]
    policies: tuple[str, ...]
    rights: tuple[str, ...]


def described_schema(database: Database) -> Schema:
    """Read the schema of a database."""
    with database.engine.connect() as connection:
        found = {kind: tuple(sorted(connection.scalars(text(query)))) for kind, query in _QUERIES.items()}
    return Schema(**found)

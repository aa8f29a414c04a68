from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint

from payments_hub.store.base import CONSTRAINT_NAMES


def test_every_kind_of_constraint_has_a_name_that_a_migration_can_drop() -> None:
    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    Table("place", metadata, Column("id", Integer, primary_key=True))
    table = Table(
        "site",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("place_id", Integer, ForeignKey("place.id")),
        Column("code", Integer),
        UniqueConstraint("place_id", "code"),
        CheckConstraint("code > 0", name="code_positive"),
        Index(None, "code", "id"),
    )

    names = {str(found.name) for found in table.constraints} | {str(found.name) for found in table.indexes}

    assert names == {
        "pk_site",
        "fk_site_place_id_place",
        "uq_site_place_id_code",
        "ck_site_code_positive",
        "ix_site_code_id",
    }

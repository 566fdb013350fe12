"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)


def upgrade() -> None:

    op.create_table(
        "district",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_ko", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("borders", JSON, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("code", name=op.f("uq_district_code")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("demo_password", sa.String(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_failure_key_at", ["key", "at"], unique=False)

    op.create_table(
        "neighbourhood",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_ko", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("is_point_approximate", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_neighbourhood_district_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbourhood")),
        sa.UniqueConstraint(
            "district_id", "code", name=op.f("uq_neighbourhood_district_id_code")
        ),
    )
    op.create_table(
        "ranker_artifact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("is_in_use", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["district.id"],
            name=op.f("fk_ranker_artifact_district_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranker_artifact")),
    )
    with op.batch_alter_table("ranker_artifact", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ranker_artifact_district_id"), ["district_id"], unique=False
        )

    op.create_table(
        "registry_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "running",
                "done",
                "undone",
                name="importstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("unmapped", JSON, nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["district.id"],
            name=op.f("fk_registry_import_district_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_import")),
    )
    with op.batch_alter_table("registry_import", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registry_import_district_id"), ["district_id"], unique=False
        )

    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "designer",
                "factory_owner",
                "coordinator",
                "district_officer",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "email IS NOT NULL OR phone IS NOT NULL",
            name=op.f("ck_user_can_be_reached"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_user_district_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("phone", name=op.f("uq_user_phone")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "service",
                "district_office",
                "public_display",
                name="consentpurpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("wording_version", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_consent_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consent_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "designer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("introduction", sa.String(), nullable=True),
        sa.Column("items", JSON, nullable=False),
        sa.Column("market", sa.String(), nullable=True),
        sa.Column("usual_quantity_min", sa.Integer(), nullable=True),
        sa.Column("usual_quantity_max", sa.Integer(), nullable=True),
        sa.Column("business_number", sa.String(), nullable=True),
        sa.Column("website", sa.String(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "usual_quantity_min IS NULL OR usual_quantity_max IS NULL OR usual_quantity_min <= usual_quantity_max",
            name=op.f("ck_designer_usual_quantity_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_designer_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_designer_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designer")),
        sa.UniqueConstraint("user_id", name=op.f("uq_designer_user_id")),
    )
    with op.batch_alter_table("designer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_designer_district_id"), ["district_id"], unique=False
        )

    op.create_table(
        "factory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "sector",
            sa.Enum(
                "garment",
                "other",
                name="sector",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "dormant",
                "closed",
                name="operatingstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "legal_form",
            sa.Enum(
                "company",
                "sole_trader",
                name="legalform",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("public_basis", sa.String(), nullable=True),
        sa.Column("business_number", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("is_address_public", sa.Boolean(), nullable=False),
        sa.Column("is_display_refused", sa.Boolean(), nullable=False),
        sa.Column("neighbourhood_id", sa.Integer(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("established_year", sa.Integer(), nullable=True),
        sa.Column("minimum_order_quantity", sa.Integer(), nullable=True),
        sa.Column("lead_time_days", sa.Integer(), nullable=True),
        sa.Column("price_floor_krw", sa.Integer(), nullable=True),
        sa.Column("is_price_vat_included", sa.Boolean(), nullable=True),
        sa.Column("price_includes", JSON, nullable=True),
        sa.Column("brands_supplied", sa.String(), nullable=True),
        sa.Column("introduction", sa.String(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column(
            "verification_method",
            sa.Enum(
                "document",
                "phone",
                "visit",
                name="verificationmethod",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "lead_time_days IS NULL OR lead_time_days > 0",
            name=op.f("ck_factory_lead_time_positive"),
        ),
        sa.CheckConstraint(
            "minimum_order_quantity IS NULL OR minimum_order_quantity > 0",
            name=op.f("ck_factory_minimum_positive"),
        ),
        sa.CheckConstraint(
            "people IS NULL OR people > 0", name=op.f("ck_factory_people_positive")
        ),
        sa.CheckConstraint(
            "price_floor_krw IS NULL OR price_floor_krw > 0",
            name=op.f("ck_factory_price_floor_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_factory_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id"],
            ["neighbourhood.id"],
            name=op.f("fk_factory_neighbourhood_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["user.id"],
            name=op.f("fk_factory_owner_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factory")),
    )
    with op.batch_alter_table("factory", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_factory_business_number"), ["business_number"], unique=False
        )
        batch_op.create_index(
            "ix_factory_district_sector_status",
            ["district_id", "sector", "status"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_factory_neighbourhood_id"),
            ["neighbourhood_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_factory_owner_id"), ["owner_id"], unique=False
        )

    op.create_table(
        "form_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_form_token_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_token")),
        sa.UniqueConstraint("token", name=op.f("uq_form_token_token")),
    )
    with op.batch_alter_table("form_token", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_form_token_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_user_session_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "brief",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("designer_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "open",
                "closed",
                "withdrawn",
                name="briefstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("fabrics", JSON, nullable=False),
        sa.Column("processes", JSON, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("styles", sa.Integer(), nullable=False),
        sa.Column("colours", sa.Integer(), nullable=False),
        sa.Column("sizes", sa.Integer(), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("materials_on", sa.Date(), nullable=True),
        sa.Column("has_flexible_dates", sa.Boolean(), nullable=False),
        sa.Column(
            "fabric_by",
            sa.Enum(
                "designer",
                "factory",
                name="fabric_by",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "trims_by",
            sa.Enum(
                "designer",
                "factory",
                name="trims_by",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("budget_per_piece_krw", sa.Integer(), nullable=True),
        sa.Column("is_vat_included", sa.Boolean(), nullable=False),
        sa.Column("price_includes", JSON, nullable=False),
        sa.Column("is_pattern_ready", sa.Boolean(), nullable=True),
        sa.Column("is_sample_ready", sa.Boolean(), nullable=True),
        sa.Column("is_sample_wanted", sa.Boolean(), nullable=False),
        sa.Column("market", sa.String(), nullable=True),
        sa.Column("difficulty", sa.String(), nullable=True),
        sa.Column("certificates", JSON, nullable=False),
        sa.Column("is_verified_only", sa.Boolean(), nullable=False),
        sa.Column("deliver_to_id", sa.Integer(), nullable=True),
        sa.Column("deliver_to_lat", sa.Double(), nullable=True),
        sa.Column("deliver_to_lon", sa.Double(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "budget_per_piece_krw IS NULL OR budget_per_piece_krw > 0",
            name=op.f("ck_brief_budget_positive"),
        ),
        sa.CheckConstraint(
            "quantity IS NULL OR quantity > 0", name=op.f("ck_brief_quantity_positive")
        ),
        sa.CheckConstraint(
            "styles > 0 AND colours > 0 AND sizes > 0",
            name=op.f("ck_brief_splits_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["deliver_to_id"], ["neighbourhood.id"], name=op.f("fk_brief_deliver_to_id")
        ),
        sa.ForeignKeyConstraint(
            ["designer_id"],
            ["designer.id"],
            name=op.f("fk_brief_designer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_brief_district_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brief")),
    )
    with op.batch_alter_table("brief", schema=None) as batch_op:
        batch_op.create_index(
            "ix_brief_designer_id_created_at",
            ["designer_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_brief_district_id"), ["district_id"], unique=False
        )

    op.create_table(
        "capacity_week",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("open_hundredths", sa.Integer(), nullable=False),
        sa.Column("booked_hundredths", sa.Integer(), nullable=False),
        sa.Column("held_hundredths", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "booked_hundredths + held_hundredths <= open_hundredths",
            name=op.f("ck_capacity_week_not_over_booked"),
        ),
        sa.CheckConstraint(
            "booked_hundredths >= 0 AND held_hundredths >= 0",
            name=op.f("ck_capacity_week_taken_not_negative"),
        ),
        sa.CheckConstraint(
            "open_hundredths BETWEEN 0 AND 700",
            name=op.f("ck_capacity_week_open_within_week"),
        ),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_capacity_week_factory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_week")),
        sa.UniqueConstraint(
            "factory_id",
            "starts_on",
            name=op.f("uq_capacity_week_factory_id_starts_on"),
        ),
    )
    op.create_table(
        "duplicate_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "same",
                "different",
                name="duplicateverdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "factory_id < other_id", name=op.f("ck_duplicate_proposal_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_duplicate_proposal_factory_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["registry_import.id"],
            name=op.f("fk_duplicate_proposal_import_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["factory.id"],
            name=op.f("fk_duplicate_proposal_other_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_proposal")),
        sa.UniqueConstraint(
            "factory_id",
            "other_id",
            name=op.f("uq_duplicate_proposal_factory_id_other_id"),
        ),
    )
    with op.batch_alter_table("duplicate_proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_duplicate_proposal_import_id"), ["import_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_duplicate_proposal_other_id"), ["other_id"], unique=False
        )

    op.create_table(
        "factory_capability",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "item",
                "category",
                "fabric",
                "stage",
                "process",
                "machine",
                "market",
                "difficulty",
                name="capabilitykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("has", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "count IS NULL OR count > 0",
            name=op.f("ck_factory_capability_count_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_factory_capability_factory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factory_capability")),
        sa.UniqueConstraint(
            "factory_id",
            "kind",
            "code",
            name=op.f("uq_factory_capability_factory_id_kind_code"),
        ),
    )
    with op.batch_alter_table("factory_capability", schema=None) as batch_op:
        batch_op.create_index(
            "ix_factory_capability_kind_code", ["kind", "code"], unique=False
        )

    op.create_table(
        "factory_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_factory_certificate_factory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factory_certificate")),
        sa.UniqueConstraint(
            "factory_id", "code", name=op.f("uq_factory_certificate_factory_id_code")
        ),
    )
    op.create_table(
        "factory_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "owner",
                "staff",
                "import",
                "demo",
                name="factsource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source_name", sa.String(), nullable=True),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_factory_fact_factory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factory_fact")),
        sa.UniqueConstraint(
            "factory_id", "name", name=op.f("uq_factory_fact_factory_id_name")
        ),
    )
    op.create_table(
        "factory_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["district.id"],
            name=op.f("fk_factory_identity_district_id"),
        ),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_factory_identity_factory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factory_identity")),
        sa.UniqueConstraint(
            "district_id",
            "source",
            "key",
            name=op.f("uq_factory_identity_district_id_source_key"),
        ),
    )
    with op.batch_alter_table("factory_identity", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_factory_identity_factory_id"), ["factory_id"], unique=False
        )

    op.create_table(
        "factory_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("pieces_per_day", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "pieces_per_day > 0", name=op.f("ck_factory_rate_pieces_positive")
        ),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_factory_rate_factory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factory_rate")),
        sa.UniqueConstraint(
            "factory_id",
            "item",
            "stage",
            name=op.f("uq_factory_rate_factory_id_item_stage"),
        ),
    )
    op.create_table(
        "past_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("buyer_key", sa.String(), nullable=False),
        sa.Column("buyer_name", sa.String(), nullable=False),
        sa.Column("designer_id", sa.Integer(), nullable=True),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("is_on_time", sa.Boolean(), nullable=True),
        sa.Column("passed_first_inspection", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "quantity IS NULL OR quantity > 0",
            name=op.f("ck_past_order_quantity_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["designer_id"],
            ["designer.id"],
            name=op.f("fk_past_order_designer_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_past_order_district_id")
        ),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_past_order_factory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_order")),
        sa.UniqueConstraint(
            "district_id",
            "source_key",
            name=op.f("uq_past_order_district_id_source_key"),
        ),
    )
    with op.batch_alter_table("past_order", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_past_order_designer_id"), ["designer_id"], unique=False
        )
        batch_op.create_index(
            "ix_past_order_district_id_ordered_on",
            ["district_id", "ordered_on"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_past_order_factory_id"), ["factory_id"], unique=False
        )

    op.create_table(
        "portfolio_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("designer_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("caption", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["designer_id"],
            ["designer.id"],
            name=op.f("fk_portfolio_picture_designer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_picture")),
        sa.UniqueConstraint("key", name=op.f("uq_portfolio_picture_key")),
    )
    with op.batch_alter_table("portfolio_picture", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_portfolio_picture_designer_id"),
            ["designer_id"],
            unique=False,
        )

    op.create_table(
        "registry_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "created",
                "updated",
                "unchanged",
                "rejected",
                name="rowaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("factory_id", sa.Integer(), nullable=True),
        sa.Column("raw", JSON, nullable=False),
        sa.Column("errors", JSON, nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_registry_row_factory_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["registry_import.id"],
            name=op.f("fk_registry_row_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_row")),
        sa.UniqueConstraint(
            "import_id", "number", name=op.f("uq_registry_row_import_id_number")
        ),
    )
    with op.batch_alter_table("registry_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registry_row_factory_id"), ["factory_id"], unique=False
        )

    op.create_table(
        "brief_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["brief_id"],
            ["brief.id"],
            name=op.f("fk_brief_file_brief_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brief_file")),
        sa.UniqueConstraint("key", name=op.f("uq_brief_file_key")),
    )
    with op.batch_alter_table("brief_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_brief_file_brief_id"), ["brief_id"], unique=False
        )

    op.create_table(
        "quote_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "answered",
                "declined",
                "withdrawn",
                name="requeststatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("questions", JSON, nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decline_reason",
            sa.Enum(
                "price",
                "date",
                "full",
                "machine",
                "other",
                name="declinereason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["brief_id"],
            ["brief.id"],
            name=op.f("fk_quote_request_brief_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_quote_request_factory_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_request")),
        sa.UniqueConstraint(
            "brief_id", "factory_id", name=op.f("uq_quote_request_brief_id_factory_id")
        ),
    )
    with op.batch_alter_table("quote_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_quote_request_factory_id"), ["factory_id"], unique=False
        )

    op.create_table(
        "recommendation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("ranker_version", sa.String(), nullable=False),
        sa.Column("artifact_sha256", sa.String(), nullable=True),
        sa.Column("feasible_count", sa.Integer(), nullable=False),
        sa.Column("unknown_count", sa.Integer(), nullable=False),
        sa.Column("infeasible_count", sa.Integer(), nullable=False),
        sa.Column("why_not", JSON, nullable=False),
        sa.Column("relax", JSON, nullable=True),
        sa.Column("stored", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["brief_id"],
            ["brief.id"],
            name=op.f("fk_recommendation_brief_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_recommendation_district_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
    )
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_recommendation_brief_id_made_at", ["brief_id", "made_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_recommendation_district_id"), ["district_id"], unique=False
        )

    op.create_table(
        "quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "possible",
                "conditional",
                name="quoteanswer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("unit_price_krw", sa.Integer(), nullable=False),
        sa.Column("is_vat_included", sa.Boolean(), nullable=False),
        sa.Column("price_includes", JSON, nullable=False),
        sa.Column("ready_on", sa.Date(), nullable=False),
        sa.Column("condition", sa.String(), nullable=True),
        sa.Column("remark", sa.String(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "answer <> 'conditional' OR condition IS NOT NULL",
            name=op.f("ck_quote_condition_stated"),
        ),
        sa.CheckConstraint("unit_price_krw > 0", name=op.f("ck_quote_price_positive")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["user.id"],
            name=op.f("fk_quote_answered_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["quote_request.id"],
            name=op.f("fk_quote_request_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("request_id", name=op.f("uq_quote_request_id")),
    )
    op.create_table(
        "recommendation_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("is_known_feasible", sa.Boolean(), nullable=False),
        sa.Column("parts", JSON, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("questions", JSON, nullable=False),
        sa.Column("facts_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["factory_id"],
            ["factory.id"],
            name=op.f("fk_recommendation_entry_factory_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendation.id"],
            name=op.f("fk_recommendation_entry_recommendation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_entry")),
        sa.UniqueConstraint(
            "recommendation_id",
            "factory_id",
            name=op.f("uq_recommendation_entry_recommendation_id_factory_id"),
        ),
        sa.UniqueConstraint(
            "recommendation_id",
            "rank",
            name=op.f("uq_recommendation_entry_recommendation_id_rank"),
        ),
    )
    with op.batch_alter_table("recommendation_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recommendation_entry_factory_id"),
            ["factory_id"],
            unique=False,
        )


def downgrade() -> None:

    with op.batch_alter_table("recommendation_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendation_entry_factory_id"))

    op.drop_table("recommendation_entry")
    op.drop_table("quote")
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendation_district_id"))
        batch_op.drop_index("ix_recommendation_brief_id_made_at")

    op.drop_table("recommendation")
    with op.batch_alter_table("quote_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quote_request_factory_id"))

    op.drop_table("quote_request")
    with op.batch_alter_table("brief_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_brief_file_brief_id"))

    op.drop_table("brief_file")
    with op.batch_alter_table("registry_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registry_row_factory_id"))

    op.drop_table("registry_row")
    with op.batch_alter_table("portfolio_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portfolio_picture_designer_id"))

    op.drop_table("portfolio_picture")
    with op.batch_alter_table("past_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_past_order_factory_id"))
        batch_op.drop_index("ix_past_order_district_id_ordered_on")
        batch_op.drop_index(batch_op.f("ix_past_order_designer_id"))

    op.drop_table("past_order")
    op.drop_table("factory_rate")
    with op.batch_alter_table("factory_identity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_factory_identity_factory_id"))

    op.drop_table("factory_identity")
    op.drop_table("factory_fact")
    op.drop_table("factory_certificate")
    with op.batch_alter_table("factory_capability", schema=None) as batch_op:
        batch_op.drop_index("ix_factory_capability_kind_code")

    op.drop_table("factory_capability")
    with op.batch_alter_table("duplicate_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duplicate_proposal_other_id"))
        batch_op.drop_index(batch_op.f("ix_duplicate_proposal_import_id"))

    op.drop_table("duplicate_proposal")
    op.drop_table("capacity_week")
    with op.batch_alter_table("brief", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_brief_district_id"))
        batch_op.drop_index("ix_brief_designer_id_created_at")

    op.drop_table("brief")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_user_id"))

    op.drop_table("user_session")
    with op.batch_alter_table("form_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_token_user_id"))

    op.drop_table("form_token")
    with op.batch_alter_table("factory", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_factory_owner_id"))
        batch_op.drop_index(batch_op.f("ix_factory_neighbourhood_id"))
        batch_op.drop_index("ix_factory_district_sector_status")
        batch_op.drop_index(batch_op.f("ix_factory_business_number"))

    op.drop_table("factory")
    with op.batch_alter_table("designer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_designer_district_id"))

    op.drop_table("designer")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_user_id"))

    op.drop_table("consent")
    op.drop_table("user")
    with op.batch_alter_table("registry_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registry_import_district_id"))

    op.drop_table("registry_import")
    with op.batch_alter_table("ranker_artifact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ranker_artifact_district_id"))

    op.drop_table("ranker_artifact")
    op.drop_table("neighbourhood")
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_failure_key_at")

    op.drop_table("sign_in_failure")
    op.drop_table("installation")
    op.drop_table("district")

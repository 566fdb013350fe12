"""Orders and all that belongs to them; requests and quotes say more.

Requests and quotes are copied aside, made anew and filled again: SQLite can neither change a check nor drop a
referenced table without emptying the tables that refer to it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

REQUEST = "id, brief_id, factory_id, status, questions, message, asked_at, answer_by, answered_at, decline_reason"
QUOTE = "id, request_id, answer, unit_price_krw, is_vat_included, price_includes, ready_on, condition, remark, answered_by_id, answered_at"
APPEND_ONLY = ("order_event", "audit_entry")


def upgrade() -> None:
    _set_aside()
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column(
            "action",
            sa.Enum(
                "drawing_seen",
                "case_read",
                "answered_for_owner",
                "sample_waived",
                "dispute_ended",
                "asking_allowed",
                "review_cleared",
                name="auditaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("values", JSON, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_audit_entry_actor_id")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_audit_entry_district_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_district_id"), "audit_entry", ["district_id"], unique=False)
    op.create_index("ix_audit_entry_subject_subject_id", "audit_entry", ["subject", "subject_id"], unique=False)
    op.create_table(
        "order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=False),
        sa.Column("designer_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("repeats_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "sampling",
                "sample_approved",
                "confirmed",
                "in_production",
                "delivered",
                "inspecting",
                "rework",
                "accepted",
                "settled",
                "cancelled",
                "disputed",
                name="orderstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "disputed_from",
            sa.Enum(
                "sampling",
                "sample_approved",
                "confirmed",
                "in_production",
                "delivered",
                "inspecting",
                "rework",
                "accepted",
                "settled",
                "cancelled",
                "disputed",
                name="disputed_from",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("is_sample_waived", sa.Boolean(), nullable=False),
        sa.Column("sample_waived_reason", sa.String(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inspect_by", sa.Date(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_quantity", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status <> 'disputed' OR disputed_from IS NOT NULL", name=op.f("ck_order_dispute_remembers")
        ),
        sa.CheckConstraint(
            "NOT is_sample_waived OR sample_waived_reason IS NOT NULL", name=op.f("ck_order_waiver_has_reason")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_quantity_positive")),
        sa.ForeignKeyConstraint(["brief_id"], ["brief.id"], name=op.f("fk_order_brief_id")),
        sa.ForeignKeyConstraint(["designer_id"], ["designer.id"], name=op.f("fk_order_designer_id")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_order_district_id")),
        sa.ForeignKeyConstraint(["repeats_id"], ["order.id"], name=op.f("fk_order_repeats_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
    )
    op.create_index(op.f("ix_order_brief_id"), "order", ["brief_id"], unique=False)
    op.create_index(op.f("ix_order_designer_id"), "order", ["designer_id"], unique=False)
    op.create_index("ix_order_district_id_placed_at", "order", ["district_id", "placed_at"], unique=False)
    op.create_index("ix_order_status", "order", ["status"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brief_id"], ["brief.id"], name=op.f("fk_team_brief_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
    )
    op.create_index(op.f("ix_team_brief_id"), "team", ["brief_id"], unique=False)
    op.create_table(
        "team_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("processes", JSON, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_team_member_quantity_positive")),
        sa.CheckConstraint("starts_on <= due_on", name=op.f("ck_team_member_days_in_order")),
        sa.ForeignKeyConstraint(
            ["factory_id"], ["factory.id"], name=op.f("fk_team_member_factory_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
        sa.UniqueConstraint(
            "team_id", "position", "factory_id", name=op.f("uq_team_member_team_id_position_factory_id")
        ),
    )
    op.create_index(op.f("ix_team_member_factory_id"), "team_member", ["factory_id"], unique=False)
    op.create_index(
        "ix_team_member_one_lead",
        "team_member",
        ["team_id"],
        unique=True,
        sqlite_where=sa.text("is_lead"),
        postgresql_where=sa.text("is_lead"),
    )

    _quote_tables()
    op.execute(f"INSERT INTO quote_request ({REQUEST}) SELECT {REQUEST} FROM quote_request_before")
    op.execute(
        # A price given before prices had a last day holds until the day the goods are ready.
        f"INSERT INTO quote ({QUOTE}, extras, is_sample_fee_deducted, valid_until)"
        f" SELECT {QUOTE}, '{{}}', false, ready_on FROM quote_before"
    )
    _take_away()
    op.create_table(
        "terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_terms_version_positive")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_terms_made_by_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_terms_order_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
        sa.UniqueConstraint("order_id", "version", name=op.f("uq_terms_order_id_version")),
    )
    op.create_table(
        "case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["quote_request.id"], name=op.f("fk_case_request_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("request_id", name=op.f("uq_case_request_id")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column(
            "party",
            sa.Enum(
                "designer",
                "factory",
                "centre",
                "system",
                name="party",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("picture_key", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("text IS NOT NULL OR picture_key IS NOT NULL", name=op.f("ck_message_says_something")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_message_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_case_id_sent_at", "message", ["case_id", "sent_at"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "working",
                "handed_over",
                "dropped",
                name="linestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("processes", JSON, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price_krw", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("work_hundredths", sa.Integer(), nullable=True),
        sa.Column("unplaced_hundredths", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity_positive")),
        sa.CheckConstraint("unit_price_krw > 0", name=op.f("ck_order_line_price_positive")),
        sa.CheckConstraint("unplaced_hundredths >= 0", name=op.f("ck_order_line_unplaced_not_negative")),
        sa.CheckConstraint("work_hundredths > 0", name=op.f("ck_order_line_work_positive")),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.id"], name=op.f("fk_order_line_factory_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_line_order_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_order_line_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    op.create_index("ix_order_line_factory_id_status", "order_line", ["factory_id", "status"], unique=False)
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)
    op.create_index("uq_order_line_quote_id", "order_line", ["quote_id"], unique=True)
    op.create_table(
        "line_reopening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brief_id"], ["brief.id"], name=op.f("fk_line_reopening_brief_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_line.id"], name=op.f("fk_line_reopening_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_reopening")),
        sa.UniqueConstraint("brief_id", name=op.f("uq_line_reopening_brief_id")),
        sa.UniqueConstraint("line_id", name=op.f("uq_line_reopening_line_id")),
    )
    op.create_table(
        "capacity_booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=True),
        sa.Column("quote_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("held", "booked", name="bookingkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("hundredths", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(expires_at IS NULL) OR (kind = 'held')", name=op.f("ck_capacity_booking_only_holds_expire")
        ),
        sa.CheckConstraint(
            "(order_line_id IS NULL) <> (quote_id IS NULL)", name=op.f("ck_capacity_booking_for_one_thing")
        ),
        sa.CheckConstraint("hundredths > 0", name=op.f("ck_capacity_booking_days_positive")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_capacity_booking_order_line_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quote.id"], name=op.f("fk_capacity_booking_quote_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["week_id"], ["capacity_week.id"], name=op.f("fk_capacity_booking_week_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_booking")),
        sa.UniqueConstraint("week_id", "order_line_id", name=op.f("uq_capacity_booking_week_id_order_line_id")),
        sa.UniqueConstraint("week_id", "quote_id", name=op.f("uq_capacity_booking_week_id_quote_id")),
    )
    op.create_index("ix_capacity_booking_expires_at", "capacity_booking", ["expires_at"], unique=False)
    op.create_index(op.f("ix_capacity_booking_order_line_id"), "capacity_booking", ["order_line_id"], unique=False)
    op.create_index(op.f("ix_capacity_booking_quote_id"), "capacity_booking", ["quote_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("to_line_id", sa.Integer(), nullable=True),
        sa.Column("is_rework", sa.Boolean(), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_pieces", sa.Integer(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("counted_pieces >= 0", name=op.f("ck_delivery_counted_not_negative")),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_delivery_pieces_positive")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_delivery_line_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["to_line_id"], ["order_line.id"], name=op.f("fk_delivery_to_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("line_id", "number", name=op.f("uq_delivery_line_id_number")),
    )
    op.create_table(
        "order_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "placed",
                "sample_sent",
                "sample_rejected",
                "sample_approved",
                "terms_proposed",
                "terms_confirmed",
                "confirmed",
                "started",
                "stage_handed_over",
                "pieces_counted",
                "delay_reported",
                "part_delivered",
                "delivered",
                "inspection_started",
                "rework_asked",
                "accepted",
                "payment_reported",
                "payment_received",
                "settled",
                "line_dropped",
                "line_replaced",
                "noted",
                "cancelled",
                "disputed",
                "dispute_ended",
                name="eventkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "sampling",
                "sample_approved",
                "confirmed",
                "in_production",
                "delivered",
                "inspecting",
                "rework",
                "accepted",
                "settled",
                "cancelled",
                "disputed",
                name="orderstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "party",
            sa.Enum(
                "designer",
                "factory",
                "centre",
                "system",
                name="party",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("picture_key", sa.String(), nullable=True),
        sa.Column("values", JSON, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_order_event_actor_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_order_event_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_event_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    op.create_index(op.f("ix_order_event_order_id"), "order_event", ["order_id"], unique=False)
    op.create_index(
        "uq_order_event_placed",
        "order_event",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'placed'"),
        postgresql_where=sa.text("kind = 'placed'"),
    )
    op.create_table(
        "payment_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "sample_fee",
                "deposit",
                "balance",
                name="paymentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_krw", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_krw >= 0", name=op.f("ck_payment_part_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_line.id"], name=op.f("fk_payment_part_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_part")),
        sa.UniqueConstraint("line_id", "kind", name=op.f("uq_payment_part_line_id_kind")),
    )
    op.create_index("ix_payment_part_due_on", "payment_part", ["due_on"], unique=False)
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column(
            "party",
            sa.Enum(
                "designer",
                "factory",
                "centre",
                "system",
                name="party",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("kept_the_date", sa.Boolean(), nullable=False),
        sa.Column("was_good", sa.Boolean(), nullable=False),
        sa.Column("would_again", sa.Boolean(), nullable=False),
        sa.Column("word", sa.String(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "suspicion",
            sa.Enum(
                "business_number",
                "phone",
                "address",
                "device",
                name="selfdealing",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("party IN ('designer', 'factory')", name=op.f("ck_review_by_a_side")),
        sa.CheckConstraint(
            "cleared_at IS NULL OR suspicion IS NOT NULL", name=op.f("ck_review_only_suspects_are_cleared")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_review_author_id")),
        sa.ForeignKeyConstraint(
            ["cleared_by_id"], ["user.id"], name=op.f("fk_review_cleared_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_review_line_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("line_id", "party", name=op.f("uq_review_line_id_party")),
    )
    op.create_table(
        "terms_confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column(
            "party",
            sa.Enum(
                "designer",
                "factory",
                "centre",
                "system",
                name="party",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(party = 'factory') = (line_id IS NOT NULL)", name=op.f("ck_terms_confirmation_factory_names_line")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_terms_confirmation_line_id")),
        sa.ForeignKeyConstraint(
            ["terms_id"], ["terms.id"], name=op.f("fk_terms_confirmation_terms_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_terms_confirmation_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_confirmation")),
        sa.UniqueConstraint("terms_id", "line_id", name=op.f("uq_terms_confirmation_terms_id_line_id")),
    )
    op.create_index(
        "uq_terms_confirmation_designer",
        "terms_confirmation",
        ["terms_id"],
        unique=True,
        sqlite_where=sa.text("line_id IS NULL"),
        postgresql_where=sa.text("line_id IS NULL"),
    )
    op.create_table(
        "asking_stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("designer_id", sa.Integer(), nullable=False),
        sa.Column("payment_part_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_reason IS NULL)", name=op.f("ck_asking_stop_lifting_has_reason")
        ),
        sa.ForeignKeyConstraint(
            ["designer_id"], ["designer.id"], name=op.f("fk_asking_stop_designer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"], ["user.id"], name=op.f("fk_asking_stop_lifted_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["payment_part_id"], ["payment_part.id"], name=op.f("fk_asking_stop_payment_part_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking_stop")),
    )
    op.create_index(
        "uq_asking_stop_running",
        "asking_stop",
        ["designer_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )

    op.execute('INSERT INTO "case" (request_id, opened_at) SELECT id, asked_at FROM quote_request')
    for table in APPEND_ONLY:
        _refuse_changes(table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        _allow_changes(table)
    for table in (
        "asking_stop",
        "terms_confirmation",
        "review",
        "payment_part",
        "order_event",
        "delivery",
        "capacity_booking",
        "line_reopening",
        "order_line",
        "message",
        "case",
        "terms",
    ):
        op.drop_table(table)
    _set_aside()
    _first_quote_tables()
    # The first schema knows neither parts of a team nor how a request ends, and no quote without a price.
    op.execute("DELETE FROM quote_before WHERE unit_price_krw IS NULL OR ready_on IS NULL")
    op.execute(
        "DELETE FROM quote_before WHERE request_id IN"
        " (SELECT id FROM quote_request_before WHERE team_member_id IS NOT NULL)"
    )
    op.execute("DELETE FROM quote_request_before WHERE team_member_id IS NOT NULL")
    op.execute("UPDATE quote_request_before SET status = 'answered' WHERE status IN ('chosen', 'not_chosen')")
    op.execute(f"INSERT INTO quote_request ({REQUEST}) SELECT {REQUEST} FROM quote_request_before")
    op.execute(f"INSERT INTO quote ({QUOTE}) SELECT {QUOTE} FROM quote_before")
    _take_away()
    for table in ("team_member", "team", "order", "audit_entry"):
        op.drop_table(table)


def _set_aside() -> None:
    for table in ("quote", "quote_request"):
        op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")
        op.drop_table(table)


def _take_away() -> None:
    """Drop the copies; PostgreSQL's counters go on after the rows that came back."""
    for table in ("quote", "quote_request"):
        op.drop_table(f"{table}_before")
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def _refuse_changes(table: str) -> None:
    """What happened stays as it was written, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_is_final() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_is_final()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _allow_changes(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER {table}_is_final ON {table}")
        op.execute(f"DROP FUNCTION {table}_is_final()")
        return
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER {table}_refuses_{verb}")


def _quote_tables() -> None:
    op.create_table(
        "quote_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.Integer(), nullable=False),
        sa.Column("team_member_id", sa.Integer(), nullable=True),
        sa.Column("repeats_order_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "answered",
                "declined",
                "withdrawn",
                "chosen",
                "not_chosen",
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
        sa.Column("could_at_krw", sa.Integer(), nullable=True),
        sa.Column("could_from_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("deposit_offered_percent", sa.Integer(), nullable=True),
        sa.Column(
            "not_chosen_reason",
            sa.Enum(
                "price",
                "date",
                "included",
                "nearer",
                "known",
                "other",
                name="notchosenreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("could_at_krw > 0", name=op.f("ck_quote_request_could_at_positive")),
        sa.CheckConstraint(
            "deposit_offered_percent BETWEEN 1 AND 100", name=op.f("ck_quote_request_deposit_is_percent")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name=op.f("fk_quote_request_answered_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["brief_id"], ["brief.id"], name=op.f("fk_quote_request_brief_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["factory_id"], ["factory.id"], name=op.f("fk_quote_request_factory_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["repeats_order_id"], ["order.id"], name="fk_quote_request_repeats_order_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["team_member_id"], ["team_member.id"], name=op.f("fk_quote_request_team_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_request")),
        sa.UniqueConstraint("team_member_id", name=op.f("uq_quote_request_team_member_id")),
    )
    op.create_index("ix_quote_request_factory_id_asked_at", "quote_request", ["factory_id", "asked_at"], unique=False)
    op.create_index(
        "uq_quote_request_brief_id_factory_id_alone",
        "quote_request",
        ["brief_id", "factory_id"],
        unique=True,
        sqlite_where=sa.text("team_member_id IS NULL"),
        postgresql_where=sa.text("team_member_id IS NULL"),
    )
    op.create_table(
        "quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "possible", "conditional", name="quoteanswer", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("unit_price_krw", sa.Integer(), nullable=True),
        sa.Column("is_vat_included", sa.Boolean(), nullable=False),
        sa.Column("price_includes", JSON, nullable=False),
        sa.Column("extras", JSON, nullable=False),
        sa.Column("ready_on", sa.Date(), nullable=True),
        sa.Column("sample_fee_krw", sa.Integer(), nullable=True),
        sa.Column("is_sample_fee_deducted", sa.Boolean(), nullable=False),
        sa.Column("sample_on", sa.Date(), nullable=True),
        sa.Column("work_hundredths", sa.Integer(), nullable=True),
        sa.Column("tolerance_pieces", sa.Integer(), nullable=True),
        sa.Column(
            "defects",
            sa.Enum(
                "remake",
                "deduct",
                "remake_or_deduct",
                name="defectrule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("deposit_percent", sa.Integer(), nullable=True),
        sa.Column(
            "balance",
            sa.Enum(
                "before_shipping",
                "after_handover",
                name="balancerule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("balance_days", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("condition", sa.String(), nullable=True),
        sa.Column("remark", sa.String(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer <> 'conditional' OR condition IS NOT NULL", name=op.f("ck_quote_condition_stated")),
        sa.CheckConstraint("balance_days BETWEEN 0 AND 60", name=op.f("ck_quote_balance_within_ceiling")),
        sa.CheckConstraint("deposit_percent BETWEEN 0 AND 100", name=op.f("ck_quote_deposit_is_percent")),
        sa.CheckConstraint("sample_fee_krw >= 0", name=op.f("ck_quote_sample_fee_not_negative")),
        sa.CheckConstraint("tolerance_pieces >= 0", name=op.f("ck_quote_tolerance_not_negative")),
        sa.CheckConstraint("unit_price_krw > 0", name=op.f("ck_quote_price_positive")),
        sa.CheckConstraint("work_hundredths > 0", name=op.f("ck_quote_work_positive")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name=op.f("fk_quote_answered_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["quote_request.id"], name=op.f("fk_quote_request_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("request_id", name=op.f("uq_quote_request_id")),
    )


def _first_quote_tables() -> None:
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
        sa.UniqueConstraint("brief_id", "factory_id", name=op.f("uq_quote_request_brief_id_factory_id")),
    )
    op.create_index("ix_quote_request_factory_id", "quote_request", ["factory_id"])
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

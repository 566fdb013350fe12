"""Puts the parts together: the one place that knows all rooms."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from garment_hub import db, errors, headers, jobs, labels, permissions, site
from garment_hub.accounts import code_routes as _codes  # noqa: F401  (adds its pages to the blueprint)
from garment_hub.accounts import routes as accounts
from garment_hub.accounts import sign_in
from garment_hub.api import blueprint as api
from garment_hub.api import brief_routes as _api_briefs  # noqa: F401
from garment_hub.api import indicator_routes as _api_indicators  # noqa: F401
from garment_hub.api import key_routes as api_keys
from garment_hub.api import routes as _api  # noqa: F401
from garment_hub.approvals import routes as approvals
from garment_hub.audit import routes as audit
from garment_hub.briefs import blueprint as briefs
from garment_hub.briefs import recommendation_routes as _lists  # noqa: F401  (adds its pages to the blueprint)
from garment_hub.briefs import routes as _briefs  # noqa: F401
from garment_hub.cases import routes as cases
from garment_hub.claims import blueprint as claims
from garment_hub.claims import done_routes as _done  # noqa: F401
from garment_hub.claims import routes as _claims  # noqa: F401
from garment_hub.config import read_settings
from garment_hub.dashboard import desk_routes as _desk  # noqa: F401
from garment_hub.dashboard import indicator_routes as _indicators  # noqa: F401
from garment_hub.dashboard import public_routes as _public  # noqa: F401
from garment_hub.dashboard import routes as dashboard
from garment_hub.dashboard import statistics_routes as _statistics  # noqa: F401
from garment_hub.designers import routes as designers
from garment_hub.factories import routes as factories
from garment_hub.links import routes as links
from garment_hub.listings import routes as listings
from garment_hub.mandates import routes as mandates
from garment_hub.messages import routes as messages
from garment_hub.notifications import routes as notifications
from garment_hub.orders import award_routes as _awards  # noqa: F401
from garment_hub.orders import blueprint as orders
from garment_hub.orders import document_routes as _documents  # noqa: F401
from garment_hub.orders import payment_routes as _payments  # noqa: F401
from garment_hub.orders import review_routes as _reviews  # noqa: F401
from garment_hub.orders import routes as _orders  # noqa: F401
from garment_hub.orders import terms_routes as _terms  # noqa: F401
from garment_hub.pages import routes as pages
from garment_hub.privacy import deletion_routes as _deletions  # noqa: F401
from garment_hub.privacy import routes as privacy
from garment_hub.pulses import routes as pulses
from garment_hub.quotes import routes as quotes
from garment_hub.recommendations import routes as recommendations
from garment_hub.recommendations import setting_routes as _settings  # noqa: F401
from garment_hub.registry import duplicate_routes as _duplicates  # noqa: F401
from garment_hub.registry import export_routes as _exports  # noqa: F401
from garment_hub.registry import import_routes as _imports  # noqa: F401
from garment_hub.registry import routes as registry
from garment_hub.registry import told_routes as _told  # noqa: F401
from garment_hub.secret import secret_key
from garment_hub.tips import routes as tips
from garment_hub.verification import designer_routes as _designer_checks  # noqa: F401
from garment_hub.verification import routes as verification
from garment_hub.visits import routes as visits

ROOMS = (
    pages, accounts, notifications, factories, mandates, listings, pulses, designers, recommendations, briefs, quotes,
    orders, messages, cases, claims, visits, verification, registry, dashboard, tips, links, api, api_keys, privacy,
    approvals, audit,
)  # fmt: skip
MEGABYTE = 1024 * 1024


def create_app(**overrides: Any) -> Flask:
    """The application; ``overrides`` are settings by name, as the environment would give them."""
    app = Flask("garment_hub", template_folder="../templates")
    app.config.update(read_settings())
    app.config.update(overrides)
    app.config["SECRET_KEY"] = secret_key(app.config)
    app.config.update(
        BABEL_DEFAULT_LOCALE=app.config["DEFAULT_LOCALE"],
        MAX_CONTENT_LENGTH=app.config["UPLOAD_LIMIT_MB"] * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=2 * MEGABYTE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    jobs.init_app(app)
    db.init_app(app, db.make_engine(db.database_url(app.config), race_ms=app.config["TEST_RACE_MS"]))
    CSRFProtect(app).exempt(api.bp)  # no cookie opens it, so no other site can make a browser write there
    for part in (site, labels, errors, headers, sign_in):
        part.init_app(app)
    for room in ROOMS:
        app.register_blueprint(room.bp)
    permissions.public(app.view_functions["static"])
    permissions.require_audiences(app)
    _serve_static(app)
    _trust_proxies(app)
    return app


def _serve_static(app: Flask) -> None:
    """Static files with long life; their address carries a hash of the content, so a new one is seen at once."""
    root = Path(app.static_folder or "")
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=root,
        prefix="static/",
        max_age=31_536_000,
        allow_all_origins=False,
        add_headers_function=headers.for_static,
    )

    @cache
    def digest(filename: str) -> str:
        path = root / filename
        return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else ""

    @app.url_defaults
    def add_digest(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values["v"] = digest(values["filename"])


def _trust_proxies(app: Flask) -> None:
    count: int = app.config["TRUSTED_PROXIES"]
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]

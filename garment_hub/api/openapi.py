"""The description of the interface for programs, in OpenAPI 3.1: what can be asked, and what comes back."""

from __future__ import annotations

from typing import Any

from garment_hub.briefs import fields
from models import vocabulary
from models.brief import Supplier

JSON, PROBLEM = "application/json", "application/problem+json"


def document() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Garment Hub",
            "version": "1",
            "description": "Factories of a district, and partners for a brief.",
        },
        "paths": PATHS,
        "components": {
            "schemas": {"Brief": _brief()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _query(name: str, text: str, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text, "schema": {"type": kind}}


def _call(text: str, answers: dict[str, str], *, parameters: list[dict[str, Any]] | None = None,
          has_key: bool = False, takes: str | None = None) -> dict[str, Any]:  # fmt: skip
    """One operation; every status of 400 or more is a problem of RFC 9457."""
    responses = {code: {"description": words, "content": {_content(code): {}}} for code, words in answers.items()}
    found: dict[str, Any] = {"summary": text, "parameters": parameters or [], "responses": responses}
    if has_key:
        found["security"] = [{"key": []}]
        responses["401"] = {"description": "The key is missing or opens nothing", "content": {PROBLEM: {}}}
    if takes:
        schema = {"$ref": f"#/components/schemas/{takes}"}
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    return found


def _content(code: str) -> str:
    return JSON if code < "400" else PROBLEM


DISTRICT = _query("district", "Code of the district; without it the first one")
BY_ID = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
FILTERS = [
    DISTRICT,
    _query("q", "Words that stand in name, work or neighbourhood"),
    *(_query(kind, f"Key of the vocabulary, kind {kind}") for kind in ("item", "stage", "process", "fabric")),
    _query("dong", "Codes of neighbourhoods, joined by commas"),
    _query("free", "1: with a free day this week"),
    _query("page", "From 1; 20 factories to a page", "integer"),
]
NOT_THERE = {"404": "There is no such thing for this caller"}
PATHS: dict[str, Any] = {
    "/api/v1/openapi.json": {"get": _call("This description", {"200": "OpenAPI 3.1"})},
    "/api/v1/vocabulary": {"get": _call("Keys and words of the trade, by kind", {"200": "Kind to list of words"})},
    "/api/v1/factories": {
        "get": _call(
            "Factories as strangers see them, the freshest first",
            {"200": "A page of factories", "422": "A key is not known", **NOT_THERE},
            parameters=FILTERS,
        )
    },
    "/api/v1/factories/{id}": {"get": _call("One factory", {"200": "The factory", **NOT_THERE}, parameters=BY_ID)},
    "/api/v1/indicators": {
        "get": _call("Figures of closed months; null is hidden for the sake of single firms",
                     {"200": "Definitions, and releases with the latest month first", **NOT_THERE},
                     parameters=[DISTRICT])
    },
    "/api/v1/briefs": {
        "get": _call("The caller's own briefs", {"200": "The briefs, the newest first"}, has_key=True),
        "post": _call(
            "Publish a brief and make its first list",
            {"201": "The brief; Location says where it stands", "303": "The same Idempotency-Key led here before",
             "409": "The same Idempotency-Key with another brief", "422": "Every field that is wrong, by name"},
            parameters=[{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}],
            has_key=True,
            takes="Brief",
        ),
    },
    "/api/v1/briefs/{id}": {
        "get": _call("One brief", {"200": "The brief", **NOT_THERE}, parameters=BY_ID, has_key=True)
    },
    "/api/v1/briefs/{id}/recommendations": {
        "get": _call("The newest list", {"200": "The list", **NOT_THERE}, parameters=BY_ID, has_key=True),
        "post": _call(
            "A new list",
            {"201": "The list", "409": "The brief is not open", "422": "Its day is over", **NOT_THERE},
            parameters=BY_ID,
            has_key=True,
        ),
    },
}  # fmt: skip


def _brief() -> dict[str, Any]:
    """Made of the same table that reads a brief, so that the two cannot disagree."""
    properties: dict[str, Any] = {name: _keys(kind) for name, kind in fields.ONE_CODE.items()}
    properties |= {name: {"type": "array", "items": _keys(kind)} for name, kind in fields.MANY_CODES.items()}
    properties |= {name: {"type": "integer", "minimum": 1} for name in fields.NUMBERS}
    properties |= {name: {"type": "string", "format": "date"} for name in fields.DATES}
    properties |= {name: {"type": "boolean"} for name in fields.TRUTHS}
    properties |= {name: {"enum": [one.value for one in Supplier]} for name in fields.SUPPLIERS}
    properties[fields.PLACE] = {"type": "object", "description": 'Either {"dong": code} or {"lat": …, "lon": …}'}
    properties[fields.NOTE] = {"type": "string", "maxLength": fields.LONGEST_NOTE}
    return {
        "type": "object",
        "required": list(fields.REQUIRED),
        "properties": properties,
        "additionalProperties": False,
    }


def _keys(kind: str) -> dict[str, Any]:
    return {"enum": list(vocabulary.terms(kind))}

"""Who may open what: every address by visitor, with things that are theirs, others' and nobody's, against one table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from garment_hub import files
from garment_hub.dashboard import indicator_routes
from garment_hub.orders import document_routes
from garment_hub.registry import sheet_routes
from tests.browsing import Browser
from tests.world import VISITORS, World, build_world

pytestmark = pytest.mark.slow

# What each visitor gets: a status, `door` for being sent to sign in, `asks` for being sent to write down the owner's
# word first, `role` for 403 because the page is for others, whatever the thing. A POST comes with nothing but its
# token, so 422 means: let in. Things named in the addresses belong to `designer` and to `owner`; a factory of another
# trade is seen by the staff of its district alone.
#                                                    nobody designer   owner       coord officer admin outsiders
TABLE = """
GET  /                                              200   200   200   200   200   200   200   200   200   200
GET  /account                                       door  200   200   200   200   200   200   200   200   200
POST /account                                       door  422   422   422   422   422   422   422   422   422
GET  /account/api-keys                              door  200   200   role  role  role  role  role  role  role
POST /account/api-keys                              door  422   422   role  role  role  role  role  role  role
POST /account/api-keys/{api_key}/end                door  303   404   role  role  role  role  role  role  role
GET  /api/v1/briefs                                 401   401   401   401   401   401   401   401   401   401
POST /api/v1/briefs                                 401   401   401   401   401   401   401   401   401   401
GET  /api/v1/briefs/{brief}                         401   401   401   401   401   401   401   401   401   401
GET  /api/v1/briefs/{brief}/recommendations         401   401   401   401   401   401   401   401   401   401
POST /api/v1/briefs/{brief}/recommendations         401   401   401   401   401   401   401   401   401   401
GET  /api/v1/factories                              200   200   200   200   200   200   200   200   200   200
GET  /api/v1/indicators                             200   200   200   200   200   200   200   200   200   200
GET  /api/v1/factories/{factory}                    200   200   200   200   200   200   200   200   200   200
GET  /api/v1/factories/{other_trade}                404   404   404   404   404   404   404   404   404   404
GET  /api/v1/openapi.json                           200   200   200   200   200   200   200   200   200   200
GET  /api/v1/vocabulary                             200   200   200   200   200   200   200   200   200   200
POST /account/consents/district_office              door  303   303   303   303   role  role  role  role  role
GET  /account/delete                                door  200   200   200   200   role  role  role  role  role
POST /account/delete                                door  422   422   422   422   role  role  role  role  role
GET  /account/export                                door  200   200   200   200   200   200   200   200   200
GET  /account-gone                                  200   200   200   200   200   200   200   200   200   200
POST /account/lost-phone                            door  303   303   303   303   303   303   303   303   303
GET  /account/notifications                         door  200   200   200   200   200   200   200   200   200
POST /account/notifications                         door  303   303   303   303   303   303   303   303   303
POST /account/password                              door  422   422   422   422   422   422   422   422   422
GET  /account/second-factor                         door  role  role  role  role  200   200   200   200   200
POST /account/second-factor/anew                    door  role  role  role  role  422   422   422   422   422
POST /account/second-factor/codes                   door  role  role  role  role  422   422   422   422   422
POST /account/sessions/{session}/end                door  303   404   404   404   404   404   404   404   404
POST /account/sessions/end                          door  303   303   303   303   303   303   303   303   303
GET  /briefs                                        door  200   200   role  role  role  role  role  role  role
POST /briefs                                        door  422   422   role  role  role  role  role  role  role
GET  /briefs/{brief}                                door  200   404   200   404   200   200   200   404   404
GET  /briefs/{draft}                                door  200   404   404   404   404   404   404   404   404
POST /briefs/{brief}/close                          door  303   404   role  role  role  role  role  role  role
GET  /briefs/{brief}/edit/2                         door  409   404   role  role  role  role  role  role  role
GET  /briefs/{draft}/edit/2                         door  200   404   role  role  role  role  role  role  role
POST /briefs/{brief}/edit/2                         door  409   404   role  role  role  role  role  role  role
POST /briefs/{draft}/edit/2                         door  422   404   role  role  role  role  role  role  role
GET  /briefs/{brief}/files/{file}                   door  200   404   200   404   200   200   200   404   404
POST /briefs/{brief}/publish                        door  409   404   role  role  role  role  role  role  role
POST /briefs/{draft}/publish                        door  303   404   role  role  role  role  role  role  role
POST /briefs/{brief}/quote-requests                 door  422   404   role  role  role  role  role  role  role
POST /briefs/{draft}/quote-requests                 door  409   404   role  role  role  role  role  role  role
GET  /briefs/{brief}/quotes                         door  200   404   role  role  200   200   200   404   404
GET  /briefs/{draft}/quotes                         door  200   404   role  role  404   404   404   404   404
GET  /briefs/{brief}/recommendations                door  200   404   role  role  200   200   200   404   404
GET  /briefs/{draft}/recommendations                door  200   404   role  role  404   404   404   404   404
POST /briefs/{brief}/recommendations                door  303   404   role  role  role  role  role  role  role
POST /briefs/{draft}/recommendations                door  409   404   role  role  role  role  role  role  role
GET  /briefs/{brief}/team                           door  200   404   role  role  200   200   200   404   404
POST /briefs/{brief}/team                           door  422   404   role  role  role  role  role  role  role
GET  /briefs/{draft}/team                           door  409   404   role  role  404   404   404   404   404
POST /briefs/{draft}/team                           door  422   404   role  role  role  role  role  role  role
POST /briefs/{brief}/withdraw                       door  303   404   role  role  role  role  role  role  role
POST /briefs/{draft}/withdraw                       door  303   404   role  role  role  role  role  role  role
GET  /briefs/new                                    door  200   200   role  role  role  role  role  role  role
GET  /designers                                     200   200   200   200   200   200   200   200   200   200
GET  /designers/{designer}                          404   200   404   200   200   200   200   200   200   200
GET  /designers/{designer}/pictures/{picture}       404   200   404   200   200   200   200   200   200   200
GET  /designers/me/edit                             door  200   200   role  role  role  role  role  role  role
POST /designers/me/edit                             door  422   422   role  role  role  role  role  role  role
POST /designers/me/pictures                         door  422   422   role  role  role  role  role  role  role
POST /designers/me/pictures/{picture}/remove        door  303   404   role  role  role  role  role  role  role
GET  /district/                                     door  role  role  role  role  200   200   200   200   200
GET  /district/cases                                door  role  role  role  role  200   200   200   200   200
POST /district/cases/late_delivery/{order}/hand-back door  role  role  role  role  409   role  409   404   role
POST /district/cases/late_delivery/{order}/note     door  role  role  role  role  422   role  422   404   role
POST /district/cases/late_delivery/{order}/take     door  role  role  role  role  303   role  303   404   role
POST /district/cases/orders/{disputed}/end-dispute  door  role  role  role  role  422   role  422   404   role
POST /district/cases/reviews/{review}/clear         door  role  role  role  role  422   role  422   404   role
POST /district/cases/reviews/{review}/dismiss       door  role  role  role  role  422   role  422   404   role
POST /district/cases/stops/{stop}/lift              door  role  role  role  role  422   role  422   404   role
GET  /district/claims                               door  role  role  role  role  200   200   200   200   200
GET  /district/claims/{claim}                       door  role  role  role  role  200   200   200   404   404
POST /district/claims/{claim}                       door  role  role  role  role  422   role  422   404   role
GET  /district/duplicates                           door  role  role  role  role  200   200   200   200   200
GET  /district/duplicates/{proposal}                door  role  role  role  role  200   200   200   404   404
POST /district/duplicates/{proposal}/different      door  role  role  role  role  303   303   303   404   404
POST /district/duplicates/{proposal}/later          door  role  role  role  role  303   303   303   404   404
POST /district/duplicates/{proposal}/same           door  role  role  role  role  role  409   409   role  404
POST /district/duplicates/search                    door  role  role  role  role  role  303   303   role  303
GET  /district/duplicates/several                   door  role  role  role  role  200   200   200   200   200
POST /district/duplicates/several                   door  role  role  role  role  303   303   303   303   303
GET  /district/export/registry                      door  role  role  role  role  role  200   200   role  200
POST /district/export/registry/ask                  door  role  role  role  role  role  422   422   role  422
POST /district/export/registry.csv                  door  role  role  role  role  role  422   422   role  422
GET  /district/charts/months.svg                    door  role  role  role  role  200   200   200   200   200
GET  /district/council                              door  role  role  role  role  role  200   200   role  200
GET  /district/council.csv                          door  role  role  role  role  role  200   200   role  200
GET  /district/hand-over                            door  role  role  role  role  role  200   200   role  200
GET  /district/outlook                              door  role  role  role  role  200   200   200   200   200
GET  /district/milan                                door  role  role  role  role  200   200   200   200   200
GET  /district/statistics                           door  role  role  role  role  role  200   200   role  200
POST /district/statistics                           door  role  role  role  role  role  422   422   role  422
POST /district/statistics/file                      door  role  role  role  role  role  422   422   role  422
GET  /district/settings                             door  role  role  role  role  role  200   200   role  200
GET  /district/designers                            door  role  role  role  role  200   200   200   200   200
POST /district/designers/{designer}/check           door  role  role  role  role  role  303   303   role  404
POST /district/designers/{designer}/hide            door  role  role  role  role  role  422   422   role  404
POST /district/designers/{designer}/show            door  role  role  role  role  role  303   303   role  404
GET  /district/verification                         door  role  role  role  role  200   200   200   200   200
GET  /district/verification/{factory}               door  role  role  role  role  200   200   200   404   404
POST /district/verification/{factory}               door  role  role  role  role  422   422   422   404   404
POST /district/verification/{factory}/hide          door  role  role  role  role  role  422   422   role  404
POST /district/verification/{factory}/show          door  role  role  role  role  role  303   303   role  404
POST /factories/{factory}/verification              door  role  role  303   403   role  role  role  role  role
GET  /district/indicators                           door  role  role  role  role  200   200   200   200   200
GET  /district/indicators/employees                 door  role  role  role  role  200   200   200   200   200
GET  /district/indicators/employees.svg             door  role  role  role  role  200   200   200   200   200
GET  /district/export.csv                           door  role  role  role  role  role  200   200   role  200
GET  /district/export.xlsx                          door  role  role  role  role  role  200   200   role  200
GET  /district/report.pdf                           door  role  role  role  role  role  200   200   role  200
GET  /district/imports                              door  role  role  role  role  200   200   200   200   200
GET  /district/imports/{import}                     door  role  role  role  role  200   200   200   404   404
POST /district/imports                              door  role  role  role  role  role  422   422   role  422
GET  /district/imports/{import}/rows.xlsx           door  role  role  role  role  role  200   200   role  404
POST /district/imports/{import}/cancel              door  role  role  role  role  role  409   409   role  404
POST /district/imports/{import}/columns             door  role  role  role  role  role  409   409   role  404
POST /district/imports/{import}/pause               door  role  role  role  role  role  409   409   role  404
POST /district/imports/{import}/resume              door  role  role  role  role  role  409   409   role  404
POST /district/imports/{import}/undo                door  role  role  role  role  role  303   303   role  404
POST /district/merges/{merge}/undo                  door  role  role  role  role  role  409   409   role  404
GET  /district/ranking                              door  role  role  role  role  role  200   200   role  200
GET  /district/ranking/exposure                     door  role  role  role  role  role  200   200   role  200
GET  /district/ranking/new                          door  role  role  role  role  role  200   200   role  200
POST /district/ranking/new                          door  role  role  role  role  role  422   422   role  422
GET  /district/ranking/{setting}                    door  role  role  role  role  role  200   200   role  404
POST /district/ranking/{setting}                    door  role  role  role  role  role  422   422   role  404
GET  /district/recommendations/{recommendation}     door  role  role  role  role  role  200   200   role  404
GET  /district/registry                             door  role  role  role  role  200   200   200   200   200
GET  /district/registry/{factory}                   door  role  role  role  role  200   200   200   404   404
GET  /district/registry/{factory}/qr                door  role  role  role  role  200   role  200   404   role
GET  /district/registry/{unclaimed}/qr              door  role  role  role  role  200   role  200   404   role
POST /district/registry/{factory}/qr                door  role  role  role  role  422   role  422   404   role
GET  /district/registry/{factory}/visit             door  role  role  role  role  200   role  200   404   role
POST /district/registry/{factory}/visit             door  role  role  role  role  422   role  422   404   role
GET  /district/registry/{other_trade}               door  role  role  role  role  200   200   200   404   404
GET  /district/registry/{factory}/sheet.pdf         door  role  role  role  role  200   role  200   404   role
GET  /district/registry/{other_trade}/sheet.pdf     door  role  role  role  role  404   role  404   404   role
GET  /district/registry/new                         door  role  role  role  role  200   role  200   200   role
POST /district/registry/new                         door  role  role  role  role  422   role  422   422   role
GET  /district/sheet.pdf                            door  role  role  role  role  200   200   200   200   200
GET  /district/visits                               door  role  role  role  role  200   role  200   200   role
POST /district/visits/arrange                       door  role  role  role  role  422   role  422   422   role
POST /district/visits/{visit}/done                  door  role  role  role  role  303   role  303   404   role
POST /district/visits/{visit}/remove                door  role  role  role  role  303   role  303   404   role
POST /district/visits/{visit}/up                    door  role  role  role  role  303   role  303   404   role
GET  /factories                                     200   200   200   200   200   200   200   200   200   200
GET  /factories/{factory}                           200   200   200   200   200   200   200   200   200   200
GET  /factories/{unclaimed}                         200   200   200   200   200   200   200   200   200   200
GET  /factories/{other_trade}                       404   404   404   404   404   200   200   200   404   404
GET  /factories/{factory}/ask                       door  200   200   role  role  role  role  role  role  role
GET  /factories/{other_trade}/ask                   door  404   404   role  role  role  role  role  role  role
GET  /factories/{factory}/capacity                  door  role  role  200   403   asks  role  asks  403   role
GET  /factories/{mandated}/capacity                 door  role  role  200   403   200   role  200   403   role
GET  /factories/{unclaimed}/capacity                door  role  role  403   403   asks  role  asks  403   role
GET  /factories/{other_trade}/capacity              door  role  role  404   404   asks  role  asks  404   role
POST /factories/{factory}/capacity                  door  role  role  303   403   asks  role  asks  403   role
POST /factories/{mandated}/capacity                 door  role  role  303   403   303   role  303   403   role
POST /factories/{unclaimed}/capacity                door  role  role  403   403   asks  role  asks  403   role
GET  /factories/{factory}/edit                      door  role  role  200   403   asks  role  asks  403   role
GET  /factories/{mandated}/edit                     door  role  role  200   403   200   role  200   403   role
GET  /factories/{factory}/edit/size                 door  role  role  200   403   asks  role  asks  403   role
GET  /factories/{mandated}/edit/size                door  role  role  200   403   200   role  200   403   role
POST /factories/{factory}/edit/size                 door  role  role  303   403   asks  role  asks  403   role
POST /factories/{mandated}/edit/size                door  role  role  303   403   303   role  303   403   role
GET  /factories/{factory}/mandate                   door  role  role  200   403   200   role  200   403   role
POST /factories/{factory}/mandate                   door  role  role  role  role  422   role  422   403   role
POST /factories/{factory}/mandate/end               door  role  role  303   403   303   role  303   403   role
GET  /factories/{mandated}/mandate                  door  role  role  200   403   200   role  200   403   role
POST /factories/{mandated}/mandate/end              door  role  role  303   403   303   role  303   403   role
GET  /claim-sent                                    200   200   200   200   200   200   200   200   200   200
GET  /factories/{factory}/claim                     409   role  role  303   409   role  role  role  role  role
POST /factories/{factory}/claim                     409   role  role  303   409   role  role  role  role  role
GET  /factories/{unclaimed}/claim                   200   role  role  200   200   role  role  role  role  role
POST /factories/{unclaimed}/claim                   422   role  role  422   422   role  role  role  role  role
GET  /factories/{factory}/done-for-you              door  role  role  200   403   200   role  200   403   role
GET  /factories/{unclaimed}/done-for-you            door  role  role  403   403   200   role  200   403   role
GET  /factories/{factory}/next                      door  role  role  200   403   asks  role  asks  403   role
GET  /factories/{mandated}/next                     door  role  role  200   403   200   role  200   403   role
POST /factories/{factory}/next/price/later          door  role  role  303   403   asks  role  asks  403   role
POST /factories/{mandated}/next/price/later         door  role  role  303   403   303   role  303   403   role
GET  /factories/{factory}/tip                       door  role  role  200   403   role  role  role  role  role
GET  /factories/mine/tip                            door  role  role  303   303   role  role  role  role  role
GET  /factories/{factory}/pulse                     door  role  role  200   403   asks  role  asks  403   role
GET  /factories/{mandated}/pulse                    door  role  role  200   403   200   role  200   403   role
GET  /factories/{unclaimed}/pulse                   door  role  role  403   403   asks  role  asks  403   role
POST /factories/{factory}/pulse                     door  role  role  422   403   asks  role  asks  403   role
POST /factories/{mandated}/pulse                    door  role  role  422   403   422   role  422   403   role
POST /factories/{factory}/outside-work              door  role  role  422   403   asks  role  asks  403   role
POST /factories/{mandated}/outside-work             door  role  role  422   403   422   role  422   403   role
GET  /factories/mine                                door  role  role  303   303   role  role  role  role  role
GET  /healthz                                       200   200   200   200   200   200   200   200   200   200
GET  /how-it-ranks                                  200   200   200   200   200   200   200   200   200   200
GET  /indicators                                    200   200   200   200   200   200   200   200   200   200
GET  /open-data                                     200   200   200   200   200   200   200   200   200   200
GET  /open-data/indicators.csv                      200   200   200   200   200   200   200   200   200   200
GET  /link                                          200   303   303   303   303   303   303   303   303   303
POST /link                                          422   422   422   422   422   422   422   422   422   422
GET  /link-sent                                     200   200   200   200   200   200   200   200   200   200
GET  /link/{answer_link}                            200   403   403   200   403   403   403   403   403   403
POST /link/{answer_link}?do=decline                 422   403   403   422   403   403   403   403   403   403
GET  /link/{answer_link}/picture/{file}             200   404   404   200   404   404   404   404   404   404
GET  /link/{way_in}                                 200   403   403   303   403   403   403   403   403   403
POST /link/{way_in}                                 303   403   403   303   403   403   403   403   403   403
GET  /messages/{case}                               door  200   404   200   404   200   200   200   404   404
GET  /messages/{unclaimed_case}                     door  200   404   404   404   200   200   200   404   404
POST /messages/{case}                               door  422   404   422   404   403   403   403   404   404
POST /messages/{unclaimed_case}                     door  422   404   404   404   422   403   422   404   404
GET  /messages/{case}/pictures/{message}            door  200   404   200   404   404   404   404   404   404
POST /messages/{case}/read                          door  role  role  role  role  422   422   422   404   404
POST /messages/{unclaimed_case}/read                door  role  role  role  role  303   422   303   404   404
POST /messages/{case}/seen                          door  303   404   303   404   403   403   403   404   404
POST /messages/{unclaimed_case}/seen                door  303   404   404   404   303   403   303   404   404
GET  /orders                                        door  200   200   200   200   200   200   200   200   200
POST /orders                                        door  422   422   role  role  role  role  role  role  role
GET  /orders/{order}                                door  200   404   200   404   200   200   200   404   404
POST /orders/{order}/events                         door  422   404   422   404   422   role  422   404   role
GET  /orders/{order}/evidence.pdf                   door  409   404   409   404   409   role  409   404   role
GET  /orders/{disputed}/evidence.pdf                door  200   404   200   404   200   role  200   404   role
POST /orders/{order}/lines/{order_line}/reopen      door  409   404   role  role  role  role  role  role  role
GET  /orders/{disputed}/payments/{part}             door  role  role  200   404   200   role  200   404   role
POST /orders/{disputed}/payments/{part}             door  role  role  422   404   403   role  403   404   role
GET  /orders/{order}/pictures/{order_event}         door  200   404   200   404   200   200   200   404   404
GET  /orders/{order}/repeat                         door  200   404   role  role  role  role  role  role  role
POST /orders/{order}/repeat                         door  422   404   role  role  role  role  role  role  role
GET  /orders/{order}/reviews                        door  200   404   200   404   200   200   200   404   404
POST /orders/{order}/reviews                        door  422   404   422   404   403   role  403   404   role
GET  /orders/{order}/terms                          door  200   404   200   404   200   200   200   404   404
POST /orders/{order}/terms                          door  409   404   409   404   403   role  403   404   role
POST /orders/{order}/terms/confirm                  door  409   404   409   404   403   role  403   404   role
GET  /orders/{order}/work-order                     door  200   404   200   404   200   200   200   404   404
GET  /orders/{order}/work-order.pdf                 door  200   404   200   404   200   200   200   404   404
GET  /privacy                                       200   200   200   200   200   200   200   200   200   200
GET  /quote-requests                                door  role  role  200   200   200   200   200   200   200
GET  /quote-requests/{request}                      door  role  role  200   404   200   200   200   404   404
GET  /quote-requests/{unclaimed_request}            door  role  role  404   404   200   200   200   404   404
POST /quote-requests/{request}/decline              door  role  role  422   404   403   role  403   404   role
POST /quote-requests/{unclaimed_request}/decline    door  role  role  404   404   422   role  422   404   role
POST /quote-requests/{request}/hold                 door  role  role  409   404   403   role  403   404   role
POST /quote-requests/{request}/hold/release         door  role  role  303   404   403   role  403   404   role
GET  /quote-requests/{request}/quote                door  role  role  200   404   403   role  403   404   role
GET  /quote-requests/{unclaimed_request}/quote      door  role  role  404   404   200   role  200   404   role
POST /quote-requests/{request}/quote                door  role  role  422   404   403   role  403   404   role
POST /quote-requests/{unclaimed_request}/quote      door  role  role  404   404   422   role  422   404   role
POST /quote-requests/{request}/withdraw             door  303   404   role  role  role  role  role  role  role
GET  /readyz                                        200   200   200   200   200   200   200   200   200   200
GET  /sign-in/code                                  door  door  door  door  door  door  door  door  door  door
POST /sign-in/code                                  door  door  door  door  door  door  door  door  door  door
GET  /sign-in                                       200   303   303   303   303   303   303   303   303   303
POST /sign-in                                       422   422   422   422   422   422   422   422   422   422
POST /sign-out                                      303   303   303   303   303   303   303   303   303   303
GET  /sign-up/designer                              200   303   303   200   200   200   200   200   200   200
POST /sign-up/designer                              422   303   303   422   422   422   422   422   422   422
GET  /sign-up/factory                               200   200   200   303   303   200   200   200   200   200
POST /sign-up/factory                               422   422   422   303   303   422   422   422   422   422
GET  /sign-up/factory/{listing_token}                303   303   303   303   303   303   303   303   303   303
GET  /sign-up/factory/{listing_token}/2              200   200   200   303   303   200   200   200   200   200
POST /sign-up/factory/{listing_token}/2              422   422   422   303   303   422   422   422   422   422
GET  /sign-up/factory/{listing_token}/3              200   200   200   303   303   200   200   200   200   200
POST /sign-up/factory/{listing_token}/3              422   422   422   303   303   422   422   422   422   422
GET  /sign-up/factory/{listing_token}/sent           303   303   303   303   303   303   303   303   303   303
POST /sign-up/factory/{listing_token}/sent           303   303   303   303   303   303   303   303   303   303
GET  /factories/{factory}/registration              door  role  role  200   403   asks  role  asks  403   role
GET  /factories/{mandated}/registration             door  role  role  200   403   200   role  200   403   role
POST /factories/{factory}/registration              door  role  role  422   403   asks  role  asks  403   role
POST /factories/{mandated}/registration             door  role  role  422   403   422   role  422   403   role
GET  /district/approvals                            door  role  role  role  role  role  200   200   role  200
POST /district/approvals/{approval}                 door  role  role  role  role  role  422   422   role  404
GET  /district/audit                                door  role  role  role  role  role  200   200   role  200
POST /district/audit.csv                            door  role  role  role  role  role  422   422   role  422
GET  /district/audit/review                         door  role  role  role  role  role  200   200   role  200
POST /district/audit/review                         door  role  role  role  role  role  422   422   role  422
GET  /district/registry/{factory}/delete            door  role  role  role  role  role  200   200   role  404
POST /district/registry/{factory}/delete            door  role  role  role  role  role  422   422   role  404
GET  /district/registrations                         door  role  role  role  role  200   role  200   200   role
GET  /district/registrations/{registration}          door  role  role  role  role  200   role  200   404   role
POST /district/registrations/{registration}          door  role  role  role  role  422   role  422   404   role
GET  /district/registrations/{registration}/photo    door  role  role  role  role  200   role  200   404   role
GET  /static/css/tokens.css                         200   200   200   200   200   200   200   200   200   200
GET  /terms                                         200   200   200   200   200   200   200   200   200   200
"""

ROLES = ("nobody", "designer", "owner", "officer")
ABSENT = (10**6, 2**31, 2**63)
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``wanted`` is what each visitor gets."""

    method: str
    address: str
    wanted: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.address}"

    def path(self, ids: dict[str, Any]) -> str:
        return self.address.format(**ids)

    def absent_paths(self, ids: dict[str, Any]) -> list[str]:
        """The address with each thing in turn replaced by ids of nothing."""
        names = PLACEHOLDER.findall(self.address)
        return [self.path(ids | {name: absent}) for name, absent in product(names, ABSENT)]


def _rows() -> list[Row]:
    lines = [line.split() for line in TABLE.strip().splitlines()]
    return [Row(method, address, dict(zip(VISITORS, wanted, strict=True))) for method, address, *wanted in lines]


ROWS = _rows()
every_row = pytest.mark.parametrize("row", ROWS, ids=str)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Nothing is kept of what visitors do, so that each finds the district as it was."""
    world = build_world(tmp_path_factory.mktemp("permissions"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "commit", Session.rollback)
        patch.setattr(files, "remove_file", lambda root, key: None)
        for routes in (document_routes, indicator_routes, sheet_routes):
            patch.setattr(routes, "make_pdf", lambda page: b"%PDF")  # who may have it, with Pango or without
        yield world


def knock(browser: Browser, method: str, path: str, *, with_token: bool = True) -> TestResponse:
    """Every knock is a browser of its own, since some answers take the cookie away."""
    twin = browser.twin()
    fields = {"csrf_token": twin.csrf_token()} if method == "POST" and with_token else None
    answer = twin.client.open(path, method=method, data=fields)
    answer.close()
    return answer


def outcome(answer: TestResponse) -> str:
    """``door``, ``asks`` or ``role`` as above the table, else the status."""
    if answer.status_code == 303 and str(answer.location).startswith("/sign-in"):
        return "door"
    if answer.status_code == 303 and "/mandate?next=" in str(answer.location):
        return "asks"
    if answer.status_code == 403 and "다른 분들이 쓰는 화면이에요" in answer.text:
        return "role"
    return str(answer.status_code)


@every_row
def test_everybody_gets_what_the_table_says(world: World, row: Row) -> None:
    path = row.path(world.ids)
    assert {name: outcome(knock(world.browsers[name], row.method, path)) for name in VISITORS} == row.wanted


@pytest.mark.slow
@every_row
def test_what_does_not_exist_is_not_found_by_anybody_who_may_look(world: World, row: Row) -> None:
    wrong = []
    for number, path in enumerate(row.absent_paths(world.ids)):
        for name in VISITORS:
            is_shut_out = row.wanted[name] in ("door", "role", "401")
            if number and is_shut_out:
                continue  # whom the page is not for never gets as far as the thing
            found = outcome(knock(world.browsers[name], row.method, path))
            if found != (row.wanted[name] if is_shut_out else "404"):
                wrong.append((path, name, found))
    assert wrong == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=str)
def test_head_is_get_without_the_page(world: World, row: Row) -> None:
    for name in ROLES:
        answer = knock(world.browsers[name], "HEAD", row.path(world.ids))
        wanted = {"role": "403"}.get(row.wanted[name], row.wanted[name])
        assert (outcome(answer), answer.data) == (wanted, b""), name


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "POST"], ids=str)
def test_a_form_without_its_token_is_refused_before_anything_else(world: World, row: Row) -> None:
    refused = 401 if row.address.startswith("/api/") else 400  # no cookie opens the interface for programs
    for name in ROLES:
        assert knock(world.browsers[name], "POST", row.path(world.ids), with_token=False).status_code == refused, name


@pytest.mark.parametrize("row", [row for row in ROWS if not row.address.startswith("/static/")], ids=str)
def test_options_names_the_methods_and_nothing_else(world: World, row: Row) -> None:
    answer = knock(world.browsers["nobody"], "OPTIONS", row.path(world.ids))
    assert (answer.status_code, answer.data) == (200, b"")
    assert row.method in answer.headers["Allow"]


def test_a_form_sent_where_none_is_taken_is_refused(world: World) -> None:
    app, ids = world.app, world.ids
    taken = {rule_of(app, row, ids) for row in ROWS if row.method == "POST"}
    reading = [row for row in ROWS if rule_of(app, row, ids) not in taken]
    assert {outcome(knock(world.browsers["designer"], "POST", row.path(ids))) for row in reading} == {"405"}


def test_every_address_stands_in_the_table(world: World) -> None:
    wanted = {
        (rule.rule, method)
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    covered = {(rule_of(world.app, row, world.ids), row.method) for row in ROWS}
    assert wanted - covered == set()


def rule_of(app: Flask, row: Row, ids: dict[str, Any]) -> str:
    with app.test_request_context(row.path(ids), method=row.method) as context:
        return str(context.request.url_rule)

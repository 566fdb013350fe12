"""One sentence for every reason code, for whoever reads it; ``code.variant`` where a value may be missing."""

from __future__ import annotations

from flask_babel import lazy_gettext

WHY = {
    "makes_item": lazy_gettext("Makes %(item)s"),
    "has_processes": lazy_gettext("Does %(processes)s"),
    "makes_and_does": lazy_gettext("Makes %(item)s and does %(processes)s"),
    "has_free_days": lazy_gettext("Has %(free)s days free until %(needed_by)s, this work takes %(needed)s"),
    "had_free_days": lazy_gettext(
        "Has %(free)s days free until %(needed_by)s, this work takes %(needed)s. Last confirmed on %(confirmed_on)s"
    ),
    "in_time": lazy_gettext("Works %(lead_time_days)s days, and there are %(days)s until the date"),
    "minimum_fits": lazy_gettext("Takes orders from %(minimum_order_quantity)s pieces"),
    "within_budget": lazy_gettext("Works within the %(budget)s per piece you wrote"),
    "fabric_match": lazy_gettext("Handles %(fabrics)s"),
    "market_match": lazy_gettext("Works for %(market)s"),
    "difficulty_match": lazy_gettext("Takes work of this difficulty: %(difficulty)s"),
    "certificate_held": lazy_gettext("Holds %(certificate)s, valid until %(until)s"),
    "certificate_held.forever": lazy_gettext("Holds %(certificate)s"),
    "verified": lazy_gettext("Was checked on %(verified_on)s"),
    "near": lazy_gettext("Is %(km)s km from where the goods go"),
    "near.here": lazy_gettext("Is in the neighbourhood where the goods go"),
    "same_buyer_before": lazy_gettext("Has worked for you before. Orders that went well: %(orders)s"),
    "similar_buyers": lazy_gettext("Is often chosen by people with orders like yours"),
    "on_time_record": lazy_gettext("Delivered %(on_time)s of the last %(of)s orders on the agreed day"),
    "inspection_record": lazy_gettext("%(passed)s of the last %(of)s orders passed the first inspection"),
    "says_yes_record": lazy_gettext("Said yes to %(accepted)s of the last %(of)s requests"),
}

WHY_NOT = {
    "inactive": lazy_gettext("Is not taking work at present"),
    "item_not_made": lazy_gettext("Does not make %(item)s"),
    "process_missing": lazy_gettext("Does not do %(process)s"),
    "below_minimum": lazy_gettext("Takes orders from %(minimum_order_quantity)s pieces only"),
    "no_free_days": lazy_gettext("Is %(short)s days short until %(needed_by)s"),
    "too_little_time": lazy_gettext("Needs %(lead_time_days)s days, and there are only %(days)s"),
    "too_little_time.late_fabric": lazy_gettext("The fabric comes after the goods are needed"),
    "over_budget": lazy_gettext("Starts at %(floor)s per piece, above what you wrote"),
    "certificate_expired": lazy_gettext("%(certificate)s ran out on %(until)s"),
    "not_verified": lazy_gettext("Was last checked on %(verified_on)s, more than a year ago"),
    "not_verified.never": lazy_gettext("Has not been checked yet"),
}

#: Heads of the groups of "why not": without numbers, since these differ from factory to factory.
WHY_NOT_GROUPS = {
    "inactive": lazy_gettext("Not taking work at present"),
    "item_not_made": lazy_gettext("Do not make the item"),
    "process_missing": lazy_gettext("Lack a process"),
    "below_minimum": lazy_gettext("Take larger orders only"),
    "no_free_days": lazy_gettext("Have too few free days"),
    "too_little_time": lazy_gettext("Have too little time to work"),
    "over_budget": lazy_gettext("Ask more than you wrote"),
    "certificate_expired": lazy_gettext("Certificate has run out"),
    "not_verified": lazy_gettext("Not checked within a year"),
}

QUESTIONS = {
    "ask_item": lazy_gettext("Do you make %(item)s too?"),
    "ask_process": lazy_gettext("Do you do %(process)s too?"),
    "ask_minimum_order_quantity": lazy_gettext("Do you take %(quantity)s pieces?"),
    "ask_rate": lazy_gettext("How many %(item)s do you make in a day?"),
    "ask_free_days": lazy_gettext("Are about %(needed)s days free between %(starts_on)s and %(needed_by)s?"),
    "ask_free_days.any": lazy_gettext("Can you take work between %(starts_on)s and %(needed_by)s?"),
    "ask_lead_time": lazy_gettext("Once the fabric is there, is it done within %(days)s days?"),
    "ask_price_floor": lazy_gettext("Can you work for %(budget)s per piece?"),
    "ask_price_basis": lazy_gettext("What is in the %(floor)s per piece, and is VAT apart?"),
    "ask_certificate": lazy_gettext("Do you hold %(certificate)s?"),
}

RELAX = {
    "later_date": lazy_gettext("If the date moves back %(weeks)s weeks"),
    "larger_quantity": lazy_gettext("If you order %(quantity)s pieces"),
    "higher_budget": lazy_gettext("If you pay %(budget)s per piece"),
    "without_certificate": lazy_gettext("Without %(certificate)s"),
    "unverified_too": lazy_gettext("If factories not yet checked may answer too"),
    "without_process": lazy_gettext("If %(process)s is done elsewhere"),
}

FOR_FACTORY = {
    "you_make_item": lazy_gettext("You make %(item)s"),
    "you_do_processes": lazy_gettext("You do %(processes)s"),
    "days_at_your_rate": lazy_gettext("At %(pieces_per_day)s pieces a day this takes %(needed)s days"),
    "your_free_days": lazy_gettext("You have %(free)s days free until %(needed_by)s"),
    "date_leaves_time": lazy_gettext("There are %(days)s days; you wrote that you need %(lead_time_days)s"),
    "over_your_minimum": lazy_gettext("%(quantity)s pieces, above your minimum of %(minimum_order_quantity)s"),
    "pays_your_floor": lazy_gettext("%(budget)s per piece, not below the %(floor)s you wrote"),
    "buyer_came_before": lazy_gettext("This client has been with you before. Orders that went well: %(orders)s"),
    "goods_stay_near": lazy_gettext("The goods go %(km)s km from you"),
}

SENTENCES = WHY | WHY_NOT | QUESTIONS | RELAX | FOR_FACTORY

#: Parts and groups of the score: name, and for the nine parts what each looks at.
PART_NAMES = {
    "specialty": lazy_gettext("Specialty"),
    "capacity_fit": lazy_gettext("Free days"),
    "history": lazy_gettext("Chosen by others like you"),
    "continuity": lazy_gettext("Worked together before"),
    "reliability": lazy_gettext("On time"),
    "quality": lazy_gettext("Passes inspection"),
    "acceptance": lazy_gettext("Says yes"),
    "nearness": lazy_gettext("Distance"),
    "price_fit": lazy_gettext("Price"),
    "label_count": lazy_gettext("Matching labels"),
    "fair_turn": lazy_gettext("turn adjustment"),
}
PART_EXPLANATIONS = {
    "specialty": lazy_gettext("How alike the brief and the factory are: item, fabric, processes, machines, market."),
    "capacity_fit": lazy_gettext(
        "Free days against the days this work takes. Small lots lead to small factories."
        " Days not confirmed for weeks count less."
    ),
    "history": lazy_gettext("Whether people with similar orders worked with this factory."),
    "continuity": lazy_gettext("Good orders of the two of you, the recent ones more than the old ones."),
    "reliability": lazy_gettext("Past orders delivered on the agreed day; few orders count little."),
    "quality": lazy_gettext("Past orders that passed the first inspection; few orders count little."),
    "acceptance": lazy_gettext("How often the factory says yes to requests like this."),
    "nearness": lazy_gettext("Full points at the place of delivery, none from 10 km on."),
    "price_fit": lazy_gettext("Full points within your budget on the same basis, never more for being cheaper."),
}
GROUP_NAMES = {
    "specialty": lazy_gettext("Specialty"),
    "capacity": lazy_gettext("Room for work"),
    "history": lazy_gettext("Past orders"),
    "place_and_price": lazy_gettext("Distance and price"),
    "label_count": lazy_gettext("Matching labels"),
}

"""Every refusal in words: what happened and what to do next."""

from __future__ import annotations

from flask_babel import lazy_gettext

# code of a DomainError -> sentence: what happened and what to do next.
MESSAGES = {
    "month_not_closed": lazy_gettext("This month is not closed yet. It closes on the third day of the next one."),
    "not_found": lazy_gettext("There is no such page, or it is not meant for you."),
    "forbidden": lazy_gettext("You may look at this, but not change it."),
    "statistic_indicator_missing": lazy_gettext("Please say which indicator it is."),
    "statistic_indicator_unknown": lazy_gettext(
        "%(text)s is not in the table of indicators. Take its name or code from there."
    ),
    "statistic_value_missing": lazy_gettext("The value is missing."),
    "statistic_value_wrong": lazy_gettext("%(text)s cannot be read as a number. For example: 1,627 or 83.9"),
    "statistic_period_missing": lazy_gettext(
        "It does not say which time it is about: a year, a month, or first and last day."
    ),
    "statistic_period_wrong": lazy_gettext(
        "%(text)s cannot be read as a time. For example: 2026, 2026-03 or 2026-03-12"
    ),
    "statistic_period_turned": lazy_gettext("The last day lies before the first."),
    "statistic_in_future": lazy_gettext("The time it is about has not begun yet."),
    "statistic_scope_missing": lazy_gettext("Please write what it covers, such as the district or all of Seoul."),
    "statistic_source_missing": lazy_gettext(
        "Please write where the figure is from. Without a source it cannot be shown."
    ),
    "statistic_words_too_long": lazy_gettext("Please keep scope and source shorter: at most %(most)s characters here."),
    "statistic_twice": lazy_gettext("The same figure stands in row %(row)s already: same indicator, time and scope."),
    "statistics_none": lazy_gettext("There are headings in the file, but no figures below them."),
    "statistics_too_many": lazy_gettext("At most %(most)s figures go in at a time. Please split the file."),
    "statistics_columns_missing": lazy_gettext(
        "The headings were not found. There have to be columns for indicator, value, year (or month, or first and "
        "last day), scope and source."
    ),
    "api_token_missing": lazy_gettext(
        "This call needs a key: Authorization: Bearer and the key. Make one in your account."
    ),
    "api_token_unknown": lazy_gettext("This key opens nothing, or no longer. Make a new one in your account."),
    "api_keys_too_many": lazy_gettext("At most %(most)s keys at a time. End one that is not used any more."),
    "api_code_unknown": lazy_gettext("%(key)s is not a known key of the kind %(kind)s. /api/v1/vocabulary lists them."),
    "account_has_orders": lazy_gettext(
        "An order is still under way, and the other side counts on you. Finish or cancel it first, or call the centre."
    ),
    "factory_closed": lazy_gettext("This factory has closed, so nothing more is written down about it."),
    "check_is_the_owners": lazy_gettext(
        "Asking to be checked is the owner's own step. Please choose what you looked at."
    ),
    "check_day_wrong": lazy_gettext("Please give a day within the last %(days)s days, today included."),
    "check_needs_note": lazy_gettext("Please write what was not right, so that others can follow it."),
    "already_hidden": lazy_gettext("This page has been taken off already. Reload to see who did it."),
    "mandate_missing": lazy_gettext("The owner has not said yet that the centre may write for them."),
    "wrong_role": lazy_gettext("This page is for another kind of account."),
    "too_many_tries": lazy_gettext("Too many tries. Please wait %(minutes)s minutes and try again."),
    "listing_changed": lazy_gettext("This listing has been confirmed already. Sign in to change it."),
    "business_number_missing": lazy_gettext("Please write the number, or choose another way below."),
    "business_number_not_ten": lazy_gettext("A business number has ten digits. For example: 123-45-67891"),
    "business_number_wrong": lazy_gettext(
        "One digit is not right. Please look at the paper again. If it stays so, send a photo of it."
    ),
    "photo_missing": lazy_gettext("Please take or choose a photo first."),
    "photo_too_heavy": lazy_gettext(
        "The photo is too large (%(megabytes)s MB). Please take it again a little smaller, or type the number."
    ),
    "photo_unreadable": lazy_gettext(
        "This is not a photo we can open. Please take one with the camera, or type the number."
    ),
    "pulse_unknown": lazy_gettext("Please tap one of the answers on the page."),
    "outside_work_unknown": lazy_gettext("Please choose one of the four lines."),
    "form_changed": lazy_gettext(
        "This form was already sent with other content. Open it again and check what was saved."
    ),
    "brief_move_not_allowed": lazy_gettext("This brief has moved on. Reload the page to see where it stands."),
    "demo_already_there": lazy_gettext("This database already holds the demo data."),
    "demo_refused_real_data": lazy_gettext("This database holds real data. Demo data belong in a new, empty one."),
    "email_unreadable": lazy_gettext("Please write the e-mail like this: name@example.com"),
    "phone_unreadable": lazy_gettext("Please write the telephone number like this: 010-1234-5678"),
    "email_taken": lazy_gettext("There is already an account with this e-mail. Please sign in."),
    "phone_taken": lazy_gettext("There is already an account with this telephone number. Please sign in."),
    "cannot_be_reached": lazy_gettext(
        "Please leave an e-mail or a telephone number: one of the two is needed to sign in."
    ),
    "password_too_short": lazy_gettext("Please use %(shortest)s characters or more."),
    "password_too_long": lazy_gettext("Please use %(longest)s characters or fewer."),
    "password_common": lazy_gettext("Too many people use this password. Please choose another one."),
    "code_wrong": lazy_gettext(
        "This is not the code of this minute, or it was used already. Please wait for the next one and write that."
    ),
    "person_unknown": lazy_gettext("Nobody signs in with this e-mail or telephone number."),
    "password_wrong": lazy_gettext("This is not the password you use now."),
    "consent_needed": lazy_gettext("This consent ends only together with your account."),
    "brief_over": lazy_gettext("This brief is closed. Write a new one to ask again."),
    "brief_already_asked": lazy_gettext(
        "Factories have this brief in front of them, so it stays as it is. Write a new one to change it."
    ),
    "brief_incomplete": lazy_gettext("Something a factory needs for a price is still missing."),
    "brief_day_over": lazy_gettext("The day you need them is over. Please choose a later one."),
    "brief_not_open": lazy_gettext("This brief is not open, so no factory can be asked or answer."),
    "too_many_files": lazy_gettext("A brief holds at most %(most)s pictures. Remove one first."),
    "choose_factories": lazy_gettext("Please tick at least one factory to ask."),
    "too_many_asked": lazy_gettext(
        "At most %(most)s factories can be asked at a time. Wait for an answer, or choose fewer."
    ),
    "factory_already_asked": lazy_gettext("You have already asked %(factory)s with this brief."),
    "factory_not_there": lazy_gettext("One of the factories can no longer be asked. Make a new list and choose again."),
    "factory_asked_enough": lazy_gettext(
        "%(factory)s has been asked a lot this week. Leave it out and ask another one, or come back next week."
    ),
    "asking_stopped": lazy_gettext(
        "A payment is more than a week late, so no new factory can be asked. Pay it, or call the centre."
    ),
    "deposit_not_offered": lazy_gettext("Please choose one of the deposits shown."),
    "request_taken_back": lazy_gettext("This work is no longer asked for. There is nothing left to answer."),
    "answer_day_over": lazy_gettext("The day to answer is over. Call the centre and they go on from here with you."),
    "validity_out_of_range": lazy_gettext("A price stands from today until the day the goods are needed."),
    "heard_needed": lazy_gettext("Please write how the owner told you, for example by telephone."),
    "hold_needs_quote": lazy_gettext("Only days for a price that still stands can be held. Write the price first."),
    "team_not_a_chain": lazy_gettext("These factories make no chain yet. Look at their work, pieces and days."),
    "team_already_asked": lazy_gettext("This team has been asked already. The answers stand side by side."),
    "repeat_too_soon": lazy_gettext("The team needs more days than that. Please choose a later one."),
    "repeat_too_few": lazy_gettext("That is too few for the factories of this step. Please write more."),
    "reason_needed": lazy_gettext("Please choose one of the reasons."),
    "answer_incomplete": lazy_gettext("A price and a day belong to the answer."),
    "request_already_answered": lazy_gettext("This request already has an answer."),
    "file_too_large": lazy_gettext("The file is larger than %(megabytes)s MB. Split it into several files."),
    "file_empty": lazy_gettext("There is nothing in the file. Check that it is the right one."),
    "file_not_a_table": lazy_gettext(
        "This is a %(kind)s document and no table. Copy the table into a spreadsheet and save it as XLSX or CSV."
    ),
    "file_is_a_web_page": lazy_gettext("This is a web page with the name of a table. Open it and save it as XLSX."),
    "file_is_binary": lazy_gettext("This is no text and no workbook. Save the register as XLSX or CSV."),
    "file_has_password": lazy_gettext(
        "The file is locked with a password. Open it, take the password off (File, Info, Protect) and save it again."
    ),
    "workbook_damaged": lazy_gettext(
        "The workbook is damaged or cut off. Get it again, or open it and save it as XLSX."
    ),
    "archive_not_a_workbook": lazy_gettext(
        "There is no workbook in it. Unpack a ZIP archive first; from a text document copy the table into a"
        " spreadsheet and save it as XLSX."
    ),
    "archive_too_large": lazy_gettext(
        "Unpacked, the file is larger than %(megabytes)s MB. Save only the register itself."
    ),
    "encoding_unknown": lazy_gettext("The letters are neither UTF-8 nor CP949. Save the file as CSV UTF-8 or XLSX."),
    "encoding_damaged": lazy_gettext(
        "Line %(line)s has broken letters (%(encoding)s). Get the file again or save it anew."
    ),
    "quote_left_open": lazy_gettext("A quotation mark opened in row %(line)s never closes. Close it and try again."),
    "too_many_rows": lazy_gettext("There are more than %(rows)s rows. Split the file into several."),
    "too_many_cells": lazy_gettext(
        "The sheet is too large: at most %(rows)s rows and %(columns)s columns. Save only the register itself."
    ),
    "too_many_columns": lazy_gettext("Row %(line)s has more than %(columns)s columns. Save only the register itself."),
    "cell_too_long": lazy_gettext("A cell in row %(line)s has more than %(characters)s letters. Shorten it."),
    "header_not_found": lazy_gettext(
        "No row names the columns. The file begins with: %(first)s. Use --map name=HEADING."
    ),
    "rows_do_not_fit": lazy_gettext("This is no table: hardly a row has as many cells as the header %(headings)s."),
    "name_column_not_found": lazy_gettext(
        "No column holds the names. There are: %(headings)s. Use --map name=HEADING."
    ),
    "orders_header_not_found": lazy_gettext("No row names the columns. Needed are: %(needed)s."),
    "encoding_mixed": lazy_gettext(
        "Up to row %(line)s the letters are %(first)s, from there %(then)s: two files in one."
        " Open both in a spreadsheet, put them together there and save as XLSX."
    ),
    "name_column_doubtful": lazy_gettext(
        "The column %(heading)s should hold names, but holds numbers, such as %(example)s."
        " Are two columns swapped? Say which column holds the names."
    ),
    "header_row_outside": lazy_gettext("The headings must stand in one of the first %(most)s rows."),
    "import_under_way": lazy_gettext("%(name)s is being taken in at this moment. Look at /district/imports."),
    "import_given_up": lazy_gettext("Somebody stopped %(name)s on its page. The rows so far are whole."),
    "import_file_gone": lazy_gettext("The file is no longer there. Upload it again; what is stored stays stored."),
    "import_broke": lazy_gettext("Something broke on our side. The rows so far are whole. Try again, or call us."),
    "import_not_at_rest": lazy_gettext("This import is still being worked on. Stop it first."),
    "import_moved_on": lazy_gettext("This import is somewhere else by now. Load the page again."),
    "import_same_field": lazy_gettext("Two columns are to hold the same. Choose only one of them."),
    "import_name_needed": lazy_gettext(
        "Choose the column that holds the names. Without names nothing can be taken in."
    ),
    "import_unknown_field": lazy_gettext("There is no field %(name)s. Did you mean %(nearest)s?"),
    "import_unknown_heading": lazy_gettext("There is no column %(name)s. There are: %(headings)s."),
    "import_mapping_form": lazy_gettext("Write --map field=heading, not %(name)s."),
    "import_already_undone": lazy_gettext("This import was taken back before."),
    "import_has_later": lazy_gettext(
        "The later import of %(name)s changed %(count)s of these factories. Take that one back first."
    ),
    "import_touched_since": lazy_gettext(
        "Owners or staff have changed %(count)s of these factories since (%(names)s). Nothing was taken back."
    ),
    "import_in_use": lazy_gettext(
        "%(count)s of these factories are in use by now (%(names)s). Nothing was taken back."
    ),
    "import_merged_since": lazy_gettext(
        "%(count)s of these factories were merged since (%(names)s). Take those merges back first."
    ),
    "pair_decided": lazy_gettext("Somebody else has just decided about this pair."),
    "merge_one_row": lazy_gettext("A factory cannot be merged with itself."),
    "merge_choice_unknown": lazy_gettext("Choose one of the two factories."),
    "merge_already_merged": lazy_gettext("One of the two has already been merged with another factory."),
    "merge_two_owners": lazy_gettext("Each of the two has an owner of its own, so they stay two."),
    "merge_same_team": lazy_gettext("Both work side by side in one team, so they stay two."),
    "merge_open_request": lazy_gettext(
        "Both were asked about the same work, and the question to the one that would go still runs."
        " It has to end first."
    ),
    "merge_week_too_full": lazy_gettext(
        "Together they have taken on more than seven days in the week of %(week)s."
        " Those orders have to be settled first."
    ),
    "merge_already_undone": lazy_gettext("This merge was taken back before."),
    "merge_forgotten": lazy_gettext("What stood before this merge was erased on request, so it stays."),
    "merge_has_later_merge": lazy_gettext(
        "The factory that stayed has since been merged with another. Take that merge back first."
    ),
    "merge_has_later_work": lazy_gettext(
        "Something was changed since on what was merged, so it can no longer be parted by itself."
        " Nothing was taken back."
    ),
    "export_needs_reason": lazy_gettext("Say what the contacts are needed for."),
    "district_unknown": lazy_gettext("There is no district %(name)s. There are: %(known)s."),
    "district_exists": lazy_gettext("There is already a district %(name)s."),
    "district_incomplete": lazy_gettext("A district needs a code and a name in Korean and in English."),
    "district_dongs_incomplete": lazy_gettext("The file of neighbourhoods needs these columns, filled: %(needed)s."),
    "district_dongs_doubled": lazy_gettext("The file of neighbourhoods names a code twice."),
    "district_dongs_wrong": lazy_gettext("The file of neighbourhoods holds a wrong value: %(detail)s."),
    "district_borders_unreadable": lazy_gettext("The file of borders is no GeoJSON collection."),
    "export_ending": lazy_gettext("Name the file .csv or .xlsx, not %(name)s."),
    "picture_unreadable": lazy_gettext(
        "This is not a picture we can read. Please send a JPEG, PNG, WebP or HEIC file."
    ),
    "picture_too_large": lazy_gettext("This picture is too large. Please take it again a little smaller."),
    "quantities_swapped": lazy_gettext("The smaller number comes first. Please change the two around."),
    "too_many_pictures": lazy_gettext("There is room for %(most)s pictures. Please remove one first."),
    "capacity_out_of_range": lazy_gettext("A week has seven days. Please write 0 to 7."),
    "capacity_below_taken": lazy_gettext("This week already has more work than that. Please call the centre."),
    "choose_an_offer": lazy_gettext("Please choose one of the offers."),
    "quote_gone": lazy_gettext("This offer is no longer there. Look at the others, or ask this factory again."),
    "quote_expired": lazy_gettext(
        "This price was good until a day that is over. Ask the factory whether it still holds."
    ),
    "quote_without_price": lazy_gettext(
        "This factory has said yes, but not yet at which price. Wait for the price, or write to them."
    ),
    "capacity_short": lazy_gettext(
        "The factory's days are taken by now. Choose another offer, ask for a later day, or call the centre."
    ),
    "team_incomplete": lazy_gettext(
        "Not every factory of the team has named its price. Wait for it, or ask another factory for that part."
    ),
    "already_ordered": lazy_gettext("This offer has already become an order. You find it under your orders."),
    "order_move_not_allowed": lazy_gettext(
        "The order has moved on since you opened this page. Look where it stands and choose again."
    ),
    "move_unknown": lazy_gettext("Please choose one of the things that the order's page offers."),
    "note_needed": lazy_gettext("Please write a few words, so that the other side understands."),
    "no_sample_yet": lazy_gettext("There is no sample to look at yet. It can be judged once the factory has sent it."),
    "terms_changed": lazy_gettext(
        "There is a version %(version)s of the agreement by now. Open it, read what changed, and confirm that one."
    ),
    "terms_blank": lazy_gettext(
        "Something in the agreement is still blank. Fill it in first; it is named on the page."
    ),
    "nothing_unpaid": lazy_gettext("No sum of this order is past its day. The papers can be made once one is."),
    "terms_order_over": lazy_gettext("This order is over, so its agreement stays as it is."),
    "terms_not_agreed": lazy_gettext(
        "Both sides have to confirm the complete terms first. Open the terms and see what is missing."
    ),
    "line_already_started": lazy_gettext("This part has been started already."),
    "line_not_at_work": lazy_gettext("This part is not being worked on. Press start first."),
    "line_is_last": lazy_gettext("These pieces go to the client. Choose the hand-over to the client."),
    "line_not_last": lazy_gettext("These pieces go to the next factory. Choose the hand-over to the next factory."),
    "nothing_to_count": lazy_gettext("There is no hand-over that waits to be counted."),
    "inspection_over": lazy_gettext(
        "The ten days of inspection are over, so the goods count as accepted. Call the centre if something is wrong."
    ),
    "nothing_to_pay": lazy_gettext("No sum waits here."),
    "not_all_paid": lazy_gettext("Not every sum has come in yet."),
    "not_a_team": lazy_gettext("Only one factory of a team can leave by itself. To end this order, cancel it."),
    "line_needed": lazy_gettext("Please choose which part of the work this is about."),
    "day_needed": lazy_gettext("Please write a day after today."),
    "pieces_needed": lazy_gettext("Please write how many pieces."),
    "dispute_end_not_allowed": lazy_gettext("A dispute cannot end there. Choose one of the ends shown."),
    "line_not_dropped": lazy_gettext("Only the place of a factory that dropped out can be filled again."),
    "hold_exists": lazy_gettext(
        "You are already holding days for another offer. Let those go first, or wait until they end."
    ),
    "hold_needs_days": lazy_gettext("To hold days, write how many days the work takes, and which weeks you can give."),
    "backup_without_database": lazy_gettext("There is no database to back up. Check GARMENT_HUB_DATA_DIR."),
    "backup_folder_not_empty": lazy_gettext("%(path)s is not empty. Name a new or an empty folder."),
    "backup_database_damaged": lazy_gettext("%(path)s is damaged. Use an earlier backup and look at the disk."),
    "backup_not_found": lazy_gettext("%(path)s holds no finished backup: there is no manifest.json. Name another."),
    "backup_manifest_broken": lazy_gettext("%(path)s is cut off or was changed. Use another backup."),
    "backup_of_other_format": lazy_gettext("%(path)s was written by another version. Restore it with that version."),
    "backup_file_missing": lazy_gettext("%(name)s is missing from %(path)s. Use another backup."),
    "backup_file_changed": lazy_gettext("%(name)s in %(path)s was changed since the backup. Use another backup."),
    "backup_of_other_engine": lazy_gettext(
        "This is a backup of %(made)s, and here is %(here)s. Set GARMENT_HUB_DATABASE_URL to a new %(made)s database."
    ),
    "backup_of_newer_schema": lazy_gettext(
        "The backup has schema %(revision)s, which this version does not know. Install the version that made it."
    ),
    "restore_not_empty": lazy_gettext(
        "There is already a database at %(where)s. Restore into a new GARMENT_HUB_DATA_DIR or an empty database."
    ),
    "restore_differs": lazy_gettext("Not restored: %(names)s came out different. Look at the disk and try again."),
    "review_too_early": lazy_gettext("You can say how it went once the pieces have been handed over."),
    "review_already_written": lazy_gettext("You have answered for this order already. It can be done once."),
    "message_empty": lazy_gettext("Please write something, or choose a picture."),
    "stop_already_lifted": lazy_gettext("Somebody has let them ask again already. Nothing else to do."),
    "review_already_counts": lazy_gettext("This review counts already. Nothing else to do."),
    "weights_wrong": lazy_gettext("Every part needs its points, and all add up to 100. These add up to %(total)s."),
    "fair_turn_out_of_range": lazy_gettext("The turn may take off between 0 and %(most)s points."),
    "setting_reason_needed": lazy_gettext("Please write why. It stays beside the change for everybody who checks it."),
    "setting_in_use": lazy_gettext("This version is in use already. Nothing else to do."),
    "link_unknown": lazy_gettext(
        "This link is not complete. Open it again from the message, or call the centre and they go on with you."
    ),
    "link_over": lazy_gettext("The time of this link is over. Call the centre and they go on from here with you."),
    "link_used": lazy_gettext("This link has been used. It signs in one telephone, one time."),
    "link_revoked": lazy_gettext(
        "This link was closed because the telephone was lost or its number changed. A new one opens again."
    ),
    "link_closed": lazy_gettext("This link does not open any more. Call the centre and they go on from here with you."),
    "link_of_another": lazy_gettext(
        "This link is for somebody else than who is signed in here. Sign out first if it is meant for you."
    ),
    "mandate_needs_service": lazy_gettext("Without the first point the centre can do nothing for this factory."),
    "mandate_runs": lazy_gettext("This is written down already. Reload the page to see it."),
    "visit_day_out_of_range": lazy_gettext("Please choose today or a day within a year."),
    "visit_day_unreadable": lazy_gettext("This is no day we can read. Go back and choose one."),
    "visit_done": lazy_gettext("Somebody has been there, so it stays on record. Correct the note if it is wrong."),
    "claim_decided": lazy_gettext("Somebody of the centre has decided this already."),
    "factory_has_owner": lazy_gettext("Somebody has taken this factory over already. Please call the centre."),
    "approval_own": lazy_gettext("What you asked for yourself, somebody else has to decide."),
    "approval_needed": lazy_gettext("A second person has to agree to this first. Ask for it on this page."),
    "approval_waits": lazy_gettext("This has been asked for already and waits for a second person."),
    "approval_decided": lazy_gettext("Somebody else has decided this in the meantime. Reload to see how."),
    "approval_needs_reason": lazy_gettext("Please write why. It stays in the record for everybody who checks it."),
    "audit_heads_unreadable": lazy_gettext(
        "%(path)s is no file of published heads, or it is damaged. Name another copy."
    ),
    "month_not_over": lazy_gettext("This month is not over yet. Look it through once it is."),
    "month_reviewed": lazy_gettext("You have looked this month through already. Nothing else to do."),
    "review_needs_note": lazy_gettext("Please write in a word or two what you looked at."),
    "deletion_has_orders": lazy_gettext("An order is still under way here. Finish or cancel it first."),
    "business_number_not_of_country": lazy_gettext("This number cannot be right. It has 5 to 20 letters and digits."),
    "review_dismissed": lazy_gettext("Somebody has dismissed this review for good. Nothing else to do."),
    "case_taken": lazy_gettext("A colleague has taken this in hand already. Reload to see who."),
    "case_not_in_hand": lazy_gettext("Nobody has this in hand any more. What you typed stands below."),
}

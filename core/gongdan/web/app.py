"""The application: made of named steps, for one desk; nothing is global."""

from flask import Blueprint, Flask
from jinja2 import StrictUndefined

from gongdan.services.desk import Desk
from gongdan.settings import Settings
from gongdan.web import (
    access,
    account,
    accounts,
    approval_words,
    approvals,
    asset_edit,
    asset_links,
    assets,
    attachments,
    buildings,
    calendars,
    checks,
    circulation,
    circulation_words,
    clauses,
    companies,
    custody,
    custody_words,
    departments,
    devices,
    due_times,
    duties,
    duty_log,
    exports,
    form_list,
    form_pages,
    form_signing,
    form_words,
    handovers,
    health,
    home,
    import_jobs,
    import_runs,
    imports,
    intake,
    journal,
    layouts,
    leavers,
    links,
    members,
    navigation,
    notices,
    numbers,
    paper_codes,
    papers,
    parties,
    pass_words,
    passes,
    permits,
    photos,
    plan_words,
    plans,
    plugin_pages,
    plugins,
    policies,
    print_runs,
    problems,
    record_words,
    roles,
    roster_changes,
    rosters,
    search,
    secrecy,
    security,
    shown,
    throttle,
    ticket,
    ticket_edit,
    ticket_links,
    ticket_words,
    tickets,
    timers,
    visits,
    words,
)

#: Every page of the core, one blueprint a noun.
BLUEPRINTS: tuple[Blueprint, ...] = (
    exports.pages,
    import_runs.pages,
    imports.pages,
    parties.pages,
    photos.pages,
    buildings.pages,
    calendars.pages,
    assets.pages,
    asset_links.pages,
    asset_edit.pages,
    approvals.pages,
    account.pages,
    accounts.pages,
    attachments.pages,
    clauses.pages,
    companies.pages,
    custody.pages,
    circulation.pages,
    leavers.pages,
    departments.pages,
    duties.pages,
    form_list.pages,
    form_pages.pages,
    form_signing.pages,
    health.pages,
    home.pages,
    intake.pages,
    journal.pages,
    layouts.pages,
    members.pages,
    notices.pages,
    numbers.pages,
    paper_codes.pages,
    papers.pages,
    print_runs.pages,
    plans.pages,
    plugins.pages,
    policies.pages,
    roles.pages,
    rosters.pages,
    roster_changes.pages,
    duty_log.pages,
    handovers.pages,
    search.pages,
    secrecy.pages,
    ticket.pages,
    ticket_edit.pages,
    ticket_links.pages,
    tickets.pages,
    timers.pages,
    permits.pages,
    passes.pages,
    checks.pages,
    visits.pages,
)


def create_app(desk: Desk, settings: Settings) -> Flask:
    """Return the WSGI application of an installation."""
    app = Flask("gongdan.web")
    app.extensions["gongdan"] = desk
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    security.configure(app, settings, desk.vault.web_key)
    # Hosts and tokens are checked before anybody is looked up.
    security.install(app)
    access.install(app)
    words.install(app)
    shown.install(app)
    secrecy.install(app)
    due_times.install(app)
    duties.install(app)
    plan_words.install(app)
    custody_words.install(app)
    circulation_words.install(app)
    approval_words.install(app)
    pass_words.install(app)
    devices.install(app)
    ticket_words.install(app)
    form_words.install(app)
    links.install(app)
    attachments.install(app)
    photos.install(app)
    navigation.install(app)
    notices.install(app)
    record_words.install(app)
    exports.install(app)
    import_jobs.install(app)
    print_runs.install(app)
    throttle.install(app)
    problems.install(app)
    for pages in BLUEPRINTS:
        app.register_blueprint(pages)
    plugin_pages.install(app, desk.plugins)
    access.require_marks(app)
    return app

"""The world that the walks go through: the demo data, and beside it one of each thing that some page needs.

`build` makes it inside the transaction that is open; `opened` opens one for a module and rolls it back afterwards.
"""

import datetime as dt
import re
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from grants import actions
from grants.models import Application, Call, Outcome, Sketch
from grants.states import ApplicationState
from grants.tasks import build_application_receipt, build_letter, build_receipt
from kraftsamling.accounts.actions import invite
from kraftsamling.accounts.actions.members import ask_to_join, hash_of
from kraftsamling.accounts.actions.signatories import add_signatory
from kraftsamling.accounts.demo import DEMO_DOMAIN
from kraftsamling.accounts.models import Organisation, User
from kraftsamling.files import store
from kraftsamling.management.demo.build import build as build_demo
from kraftsamling.notifications.models import Category, Message
from kraftsamling.notifications.preferences import token_for
from kraftsamling.programmes.models import Programme, Role
from pilots.models import Project
from tests.factories import applications, decisions, grants
from tests.factories.accounts import UserFactory
from tests.factories.applications import create_sent_in
from tests.factories.programmes import ProgrammeFactory
from tests.walks.world_learning import learning
from tests.walks.world_money import money_of
from tests.walks.world_projects import projects
from tests.walks.world_projects import typed as typed_in_projects
from tests.walks.world_reports import reports
from tests.walks.world_reports import typed as typed_in_reports
from tests.walks.world_steering import TYPED as STEERING_TYPED
from tests.walks.world_steering import steering

VISITOR = "visitor"
OUTSIDER = "logged in, no organisation"
MEMBER = "member"
OTHER_MEMBER = "member of another organisation"
OTHER_LEADER = "process leader of another programme"

ACCOUNTS = {
    MEMBER: "kommun",
    OTHER_MEMBER: "forening",
    Role.PROCESS_LEADER: "processledare",
    Role.PROCESS_TEAM: "processteam",
    Role.REVIEWER: "granskare",
    Role.DECISION_MAKER: "beslut",
    Role.FINANCE_OFFICER: "ekonom",
    Role.COMMUNICATIONS_OFFICER: "kommunikator",
    Role.STEERING_GROUP: "styrgrupp",
    Role.REFERENCE_GROUP: "referensgrupp",
    Role.ADMINISTRATOR: "admin",
}
"""Which account of the demo has which role."""

ROLES = (VISITOR, OUTSIDER, *ACCOUNTS, OTHER_LEADER)
PEOPLE = (VISITOR, OUTSIDER, MEMBER, OTHER_MEMBER)
STAFF = ROLES[len(PEOPLE) :]
SECRET = "a secret that only the invited one has been mailed"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class World(NamedTuple):
    """People per role, and the arguments of each address, always of one and the same organisation and programme."""

    people: dict
    arguments: dict
    typed: dict
    """What a person would send to an address, where sending nothing would not show who may act."""
    files: Path

    def client(self, role):
        """Logged in a moment ago, so that nobody is asked for the password again."""
        client = Client(raise_request_exception=False)
        user = self.people[role]
        if user:
            client.force_login(user)
            request = SimpleNamespace(session=client.session)
            record_authentication(request, user, method="password", reauthenticated=True)
            request.session.save()
        return client


@contextmanager
def opened(folder):
    """Builds the world for a module of tests; nothing of it is left afterwards."""
    with override_settings(DEMO=True, PRIVATE_FILES_DIR=folder / "files"), transaction.atomic():
        cache.clear()
        yield build(folder / "files")
        transaction.set_rollback(True)


def build(files):
    build_demo(stage="invited")
    at = timezone.now()
    programme = Programme.objects.get(slug="barn-och-unga")
    people = {role: User.objects.get(email=f"{name}@{DEMO_DOMAIN}") for role, name in ACCOUNTS.items()}
    people[OUTSIDER] = UserFactory(email="utan.organisation@example.se", name="Stina Utbo")
    elsewhere = ProgrammeFactory(slug="aldre", name="Kraftsamling för äldre")
    people[OTHER_LEADER] = UserFactory(email="ledare@example.se", name="Ulf Annanstans", roles=[(elsewhere, Role.PROCESS_LEADER)])
    people[VISITOR] = None

    home = Organisation.objects.get(name="Hallsbergs kommun")
    arguments = {
        **_calls(programme, people),
        **_sketches(programme, home, people, at=at),
        **_organisation(home, people, at=at),
        **_account(people),
        **_projects(programme, home, people, at=at),
        **money_of(programme, home, people, at=at),
        **learning(programme, home, people, at=at),
        **steering(programme, people, at=at),
        "programme_roles": {"slug": programme.slug},
        "role_give": {"slug": programme.slug},
        "role_take": {"slug": programme.slug, "pk": programme.roles.get(role=Role.STEERING_GROUP).pk},
    }
    fresh = {role: user and User.objects.get(pk=user.pk) for role, user in people.items()}
    return World(fresh, arguments, _typed(arguments, people[Role.PROCESS_LEADER], at=at), files)


def _ticked(arguments, leader):
    """What the page of answers sends for the prepared one."""
    client = Client()
    client.force_login(leader)
    page = client.get(reverse("outcomes", kwargs=arguments["outcomes"])).content.decode()
    return re.search(r'name="outcome" value="([^"]+)"', page)[1]


def _typed(arguments, leader, *, at):
    outcome = Outcome.objects.get(sketch=arguments["letter_edit"]["pk"])
    return {
        "sketch_note": {"text": "Ring kommunen om lokalen."},
        "case_message_write": {"text": "Vi flyttar till en annan lokal."},
        "case_conversation_write": {
            "samtal-text": "De flyttar.",
            "samtal-held_with": "Kim",
            "samtal-held_at": f"{at - dt.timedelta(days=1):%Y-%m-%dT%H:%M}",
        },
        "completion_extend": {"due_at": f"{at + dt.timedelta(days=40):%Y-%m-%dT%H:%M}"},
        "sketch_conflict": {"ground": "Min syster är anställd där."},
        "sketch_register": {"number": "24RS1234"},
        "organisation_invite": {"email": "en.till@example.se"},
        "signatory_end": {"on": at.date().isoformat()},
        "outcomes_send": {"outcome": _ticked(arguments, leader)},
        "preparation_save": {"revision": 1, "strategy_link": "Goda uppväxtvillkor."},
        "aid_registered": {"on": at.date().isoformat()},
        "decision_save": {"revision": 1, "seen_version": 1, "kind": "rejected", "reasons": "Medlen räcker inte."},
        **{key: {"revision": 1} for key in ["decision_propose", "decision_issue", "decision_drop"]},
        "decision_correct": {"correction": "Ett räknefel."},
        **typed_in_projects(arguments),
        **typed_in_reports(arguments, at=at),
        "outcome_drop": {"revision": outcome.revision},
        "outcome_edit": {"kind": outcome.kind, "reason": "Ett annat skäl.", "revision": outcome.revision},
        "letter_edit": {"letter": "Ett eget brev.", "revision": outcome.revision},
        "call_create": {"title": "En utlysning till"},
        "application_extend": {"due_at": (at + dt.timedelta(days=90)).strftime("%Y-%m-%dT%H:%M"), "reason": "Sjukdom"},
        "call_answers": {"question": "Får vi?", "answer": "Ja."},
        **STEERING_TYPED,
    }


def _projects(programme, home, people, *, at):
    granted = Project.objects.get(application__sketch__current_version__title="Sommarläger för alla (exempel)")
    rows = projects(programme, home, people, granted, member=people[MEMBER], at=at)
    return rows | reports(programme, home, people, granted, member=people[MEMBER], at=at)


def _calls(programme, people):
    open_call = Call.objects.open(at=timezone.now()).get()
    old_call = Call.objects.get(title="Pilotprojekt 2024")
    draft = actions.clone_call(old_call, title="Pilotprojekt under arbete (exempel)", by=people[Role.PROCESS_LEADER])
    names = ["call_detail", "call_calendar", "call_edit", "call_criteria", "call_questions", "call_answers", "call_extension"]
    rows = {name: {"slug": open_call.slug} for name in [*names, "call_cancel", "call_clone", "sketch_start"]}
    rows |= {f"{name}@draft": {"slug": draft.slug} for name in ["call_detail", "call_calendar", *names[2:], "sketch_start"]}
    rows |= {"call_publish": {"slug": draft.slug}, "call_detail@closed": {"slug": old_call.slug}}
    rows |= {f"call_list_file@{kind}": {"kind": kind} for kind in ("csv", "xlsx")}
    rows["call_list_file"] = {"kind": "pdf"}
    rows["call_answer_remove"] = {"slug": old_call.slug, "pk": old_call.answers.get().pk}
    rows |= {"board_detail@answered": {"slug": old_call.slug}, "outcomes@answered": {"slug": old_call.slug}}
    return rows


def _sketches(programme, home, people, *, at):  # noqa: PLR0915 - one world, told in order
    """A call under preparation, with a sketch of the organisation in each state."""
    leader, member = people[Role.PROCESS_LEADER], people[MEMBER]
    days = dt.timedelta(days=1)
    moments = {"opens_at": at - 60 * days, "closes_at": at - 20 * days, "review_due_at": at + 5 * days}
    later = {"answer_expected_on": (at + 15 * days).date(), "application_due_at": at + 60 * days}
    call = grants.create_call(programme, by=leader, title="Pilotprojekt i höst (exempel)", **moments, **later)
    actions.publish_call(call, by=leader, at=at - 70 * days)

    def sketch(title, number):
        made = grants.create_draft(call, organisation=home, by=member, at=at - 40 * days, title=title, municipalities=["1861"])
        kept = store.store(SimpleUploadedFile("plan.pdf", PDF, "application/pdf"), by=member, at=at - 39 * days)
        actions.add_file(made, file=kept, question=None, by=member, at=at - 39 * days)
        for day in range(number):
            typed = {**made.draft.content, "need": f"Många unga saknar en fritid, {day + 2} av tio."}
            actions.save_draft(made, content=typed, revision=made.draft.revision, by=member, at=at - (38 - day) * days)
            grants.hand_in(made, by=member, at=at - (38 - day) * days)
        return made

    waiting, answered = sketch("Öppen ateljé på torget (exempel)", 2), sketch("Skolgården efter fyra (exempel)", 1)
    build_receipt(waiting.versions.get(number=2).pk)
    reviewer, others = people[Role.REVIEWER], [User.objects.get(email=f"granskare.{n}@{DEMO_DOMAIN}") for n in ("tva", "tre")]
    assigned = grants.assign(answered, reviewer, by=leader, at=at - 15 * days)
    handed_in = grants.create_assessed(waiting, others[0], by=leader, at=at - 14 * days)
    reading = grants.assign(waiting, reviewer, by=leader, at=at - 15 * days)
    actions.declare_on_assessment(reading, has_conflict=False, by=reviewer, at=at - 13 * days)
    grants.create_outcome(waiting, by=leader, at=at - days)
    application = _invited(leader, member, home, call, others[0], at=at)
    decided = _decided(call, home, people, at=at)
    draft = Sketch.objects.in_draft().get(organisation=home)
    done = grants.create_assessed(sketch("Läsning på bussen (exempel)", 1), reviewer, by=leader, at=at - 12 * days)

    case = {"pk": waiting.pk}
    kept = waiting.files.get()
    rows = {f"sketch_{name}": case for name in ["detail", "compare", "note", "register", "conflict", "withdraw", "file_add"]}
    rows |= {f"sketch_{name}": {"pk": draft.pk} for name in ["edit", "save", "autosave", "preview", "submit"]}
    rows |= {f"sketch_{name}@draft": {"pk": draft.pk} for name in ["detail", "withdraw", "compare"]}
    rows |= {"sketch_edit@submitted": case, "sketch_edit@answered": {"pk": application.sketch_id}}
    rows |= {"sketch_detail@invited": {"pk": application.sketch_id}}
    rows |= {
        "sketch_file": {**case, "file_id": kept.file_id},
        "sketch_file_remove": {**case, "link": kept.pk},
        "sketch_version": {**case, "number": 1},
        "sketch_receipt": {**case, "number": 2},
    }
    rows |= _applications(application, _invited(leader, member, home, call, others[0], at=at), member, at=at)
    rows |= {f"application_{name}": {"pk": application.pk} for name in ["budget", "budget_autosave"]}
    rows |= {f"application_budget_file@{kind}": {"pk": application.pk, "kind": kind} for kind in ("csv", "xlsx")}
    rows["application_budget_file"] = {"pk": application.pk, "kind": "pdf"}
    names = ["detail", "declare", "save", "autosave", "abstain", "skip", "reopen"]
    rows |= {f"assessment_{name}": {"pk": reading.pk} for name in names}
    rows |= {"assessment_detail@assigned": {"pk": assigned.pk}, "assessment_detail@done": {"pk": done.pk}}
    rows |= dict.fromkeys(["outcome_edit", "outcome_drop", "letter_edit"], case)
    rows |= {"outcome_edit@unanswered": {"pk": answered.pk}, "reviewer_remove": {"pk": handed_in.pk}}
    rows |= {name: {"slug": call.slug} for name in ["board_detail", "reviewers", "outcomes", "outcomes_send"]}
    rows |= {f"board_file@{kind}": {"slug": call.slug, "kind": kind} for kind in ("csv", "xlsx")}
    rows["board_file"] = {"slug": call.slug, "kind": "pdf"}
    rows |= {name: {"slug": call.slug} for name in ["applications_board", "applications_assign"]}
    rows |= {f"applications_board_file@{kind}": {"slug": call.slug, "kind": kind} for kind in ("csv", "xlsx")}
    rows["applications_board_file"] = {"slug": call.slug, "kind": "pdf"}
    rows |= _scenarios(call, leader, [waiting.pk, answered.pk], at=at)
    rows |= _case(waiting, call, home, people, at=at)
    rows |= decided
    message = Message.objects.filter(programme_id=programme.pk, about=f"grants.sketch:{waiting.pk}").order_by("pk").first()
    message = message or Message.objects.filter(programme_id=programme.pk).order_by("pk").first()
    rows |= {name: {"pk": message.pk} for name in ["message_detail", "message_send_again", "message_arrived"]}
    return rows


def _applications(being_written, sent, member, *, at):
    """One that is being written, and one that has been sent in twice."""
    days = dt.timedelta(days=1)
    kept = store.store(SimpleUploadedFile("intyg.pdf", PDF, "application/pdf"), by=member, at=at - days)
    link = actions.add_application_file(being_written, file=kept, kind="cofinancing", by=member, at=at - days)
    handed_in = store.store(SimpleUploadedFile("bilaga.pdf", PDF, "application/pdf"), by=member, at=at - days)
    actions.add_application_file(sent, file=handed_in, kind="other", by=member, at=at - days)
    signatory = applications.create_signatory(sent.sketch.organisation)
    for purpose in ("Vi prövar i liten skala.", "Vi prövar i liten skala, och räknar."):
        applications.write(sent, by=member, at=at - days, purpose=purpose)
        version = applications.send_in(sent, by=member, at=at - days, signatory=signatory)
        Application.objects.filter(pk=sent.pk).update(state=ApplicationState.RETURNED)
    Application.objects.filter(pk=sent.pk).update(state=ApplicationState.SUBMITTED)
    build_application_receipt(version.pk)

    pk, case = {"pk": being_written.pk}, {"pk": sent.pk}
    names = ["detail", "turn_down", "preview", "submit", "withdraw", "extend", "file_add"]
    parts = {"implementation": "genomforande", "sustainability": "hallbarhet", "learning": "uppfoljning", "partners": "parter"}
    rows = {f"application_{name}": pk for name in names}
    rows |= {f"application_edit@{name}": {**pk, "key": key} for name, key in {**parts, "facts": "uppgifter"}.items()}
    rows |= {f"application_{name}": {**pk, "key": "projekt"} for name in ("edit", "autosave")}
    rows |= {f"application_{name}@sent": case for name in ("detail", "withdraw")}
    rows |= {"application_edit@sent": {**case, "key": "projekt"}, "application_compare": case}
    rows |= {f"application_{name}": {**case, "number": 2} for name in ("version", "receipt")}
    rows["application_file_remove"] = {**pk, "link": link.pk}
    rows["application_file"] = {**case, "file_id": handed_in.pk}
    return rows


def _scenarios(call, leader, cases, *, at):
    """Two alternatives within the frame, to lay side by side."""
    first, _second = (
        actions.keep_scenario(call, step="sketch", name=name, picked=dict.fromkeys(keys), by=leader, at=at)
        for name, keys in [("Förslag ett", cases), ("Förslag två", cases[:1])]
    )
    names = ["simulator", "simulator_print", "simulator_compare", "scenario_save", "reviewers_suggest", "applications_suggest"]
    rows = {name: {"slug": call.slug} for name in names}
    return rows | {f"scenario_{name}": {"slug": call.slug, "pk": first.pk} for name in ["rename", "copy", "remove"]}


def _case(sketch, call, home, people, *, at):
    """A thread with a file, a marked document, a file that could not be made, and an application returned for completion."""
    leader, member, days = people[Role.PROCESS_LEADER], people[MEMBER], dt.timedelta(days=1)
    kept = store.store(SimpleUploadedFile("intyg.pdf", PDF, "application/pdf"), by=member, at=at - 8 * days)
    message = actions.write_message(sketch, text="Här är intyget.", file=kept, by=member, at=at - 8 * days)
    key = f"message-{message.pk}"
    mark = actions.mark_document(
        sketch, document=key, title="Meddelande", section="21 kap. 1 § OSL", authority="Regionen", by=leader, at=at - 7 * days
    )
    ready, failed = (
        actions.disclose_documents(sketch, documents=[key], titles=["Meddelande"], by=leader, at=at - days) for _n in range(2)
    )
    actions.finish_disclosure(ready, pdf=store.store_bytes("handlingar.pdf", PDF, "application/pdf", by=None, at=at - days))
    actions.fail_disclosure(failed, error="Filen kunde inte göras.")
    made = grants.create_submitted(call, organisation=home, by=member, at=at - 30 * days, title="Fritidsbanken (exempel)")
    application = applications.create_sent_in(grants.create_invited(made, by=leader, at=at - 12 * days), at=at - 10 * days)
    completion = actions.request_completion(
        application, text="Budgeten för 2028.", due_at=at + 9 * days, consequence="dismissed", by=leader, at=at - days
    )
    case, pk = {"pk": sketch.pk}, {"pk": application.pk}
    rows = dict.fromkeys(
        ["case_messages", "case_message_write", "case_conversation_write", "case_record", "case_mark", "case_disclose"], case
    )
    rows |= {f"case_record_file@{kind}": {**case, "kind": kind} for kind in ("csv", "xlsx")}
    rows |= {"case_record_file": {**case, "kind": "pdf"}, "case_message_file": {**case, "message": message.pk}}
    rows |= {"case_unmark": {**case, "mark": mark.pk}, "case_disclosure": {**case, "disclosure": ready.pk}}
    rows["case_disclosure_retry"] = {**case, "disclosure": failed.pk}
    rows |= dict.fromkeys(["completion_ask", "completion_send", "ruling_ask"], pk)
    return rows | {f"completion_{name}": {**pk, "completion": completion.pk} for name in ["extend", "cancel", "follow_up"]}


def _invited(leader, member, home, call, reviewer, *, at):
    days = dt.timedelta(days=1)
    made = grants.create_submitted(call, organisation=home, by=member, at=at - 30 * days, title="Cykelverkstan (exempel)")
    grants.create_assessed(made, reviewer, by=leader, at=at - 14 * days)
    return grants.create_invited(made, by=leader, at=at - 2 * days)


def _decided(call, home, people, *, at):
    """An application with a draft that waits, and one that has been granted and has its letter and its project."""
    leader, decider, member = people[Role.PROCESS_LEADER], people[Role.DECISION_MAKER], people[MEMBER]
    days = dt.timedelta(days=1)

    def sent_in(title):
        made = grants.create_submitted(call, organisation=home, by=member, at=at - 30 * days, title=title)
        return create_sent_in(grants.create_invited(made, by=leader, at=at - 5 * days), at=at - 4 * days)

    waiting, granted = sent_in("Musik på bryggan (exempel)"), sent_in("Sommarläger för alla (exempel)")
    decisions.prepare(waiting, by=leader, at=at - 3 * days)
    certificate = decisions.certificate(waiting, by=leader, at=at - 3 * days)
    when = {"decided_on": (at - 2 * days).date()}
    draft = decisions.write(waiting, by=leader, at=at - 3 * days, **when)
    decisions.prepare(granted, by=leader, at=at - 3 * days)
    issued = decisions.issue(decisions.write(granted, by=leader, at=at - 3 * days, **when), by=decider, at=at - days)
    build_letter(issued.pk)

    reviewer = people[Role.REVIEWER]
    reading = grants.assign(waiting.sketch, reviewer, by=leader, at=at - 3 * days, step="application")
    actions.declare_on_assessment(reading, has_conflict=False, by=reviewer, at=at - 2 * days)

    case = {"pk": waiting.pk}
    rows = {"assessment_detail@application": {"pk": reading.pk}}
    rows |= dict.fromkeys(
        ["application_preparation", "preparation_save", "aid_registered", "decision_edit", "decision_save"], case
    )
    rows |= {"preparation_file": {**case, "file_id": certificate.pk}, "decision_edit@decided": {"pk": granted.pk}}
    rows |= {f"decision_{name}": {"pk": draft.pk} for name in ["detail@draft", "letter@draft", "propose", "issue", "drop"]}
    rows |= {f"decision_{name}": {"pk": issued.pk} for name in ["detail", "letter", "confirm", "correct"]}
    rows |= {f"decision_list_file@{kind}": {"kind": kind} for kind in ("csv", "xlsx")}
    return rows | {"decision_list_file": {"kind": "pdf"}, "project_detail": {"pk": issued.project.pk}}


def _organisation(home, people, *, at):
    member, days = people[MEMBER], dt.timedelta(days=1)
    signatory = add_signatory(
        home, name="Birgitta Hallgrensdotter", proof=SimpleUploadedFile("beslut.pdf", PDF, "application/pdf"),
        valid_from_on=(at - 100 * days).date(), by=member, at=at,
    )  # fmt: skip
    invitation = invite(home, email="ny.kollega@example.se", by=member, at=at)
    invitation.secret_hash = hash_of(SECRET)
    invitation.save()
    asked = ask_to_join(home, by=User.objects.get(email=people[OUTSIDER].email), message="Jag är ny på fritid.", at=at)
    colleague = home.memberships.exclude(user=member).order_by("pk").first()
    pk = {"pk": home.pk}
    rows = {f"organisation_{name}": pk for name in ["detail", "change", "join", "invite", "leave"]}
    rows |= {f"organisation_member_{name}": {**pk, "user_pk": colleague.user_id} for name in ["remove", "contact"]}
    rows |= {f"signatory_{name}": {**pk, "signatory_pk": signatory.pk} for name in ["proof", "end"]}
    return rows | {
        "signatory_add": pk,
        "organisation_join_answer": {**pk, "request_pk": asked.pk},
        "invitation_revoke": {**pk, "invitation_pk": invitation.pk},
        "invitation_accept": {"secret": SECRET},
    }


def _account(people):
    """The member has an app, a passkey and codes to fall back on; others have none."""
    member = people[MEMBER]
    TOTP.activate(member, generate_totp_secret())
    RecoveryCodes.activate(member)
    passkey = Authenticator.objects.create(
        user=member, type=Authenticator.Type.WEBAUTHN, data={"name": "Datorn", "credential": _credential()}
    )
    rows = {f"mfa_{name}_webauthn": {"pk": passkey.pk} for name in ["remove", "edit"]}
    rows |= {f"openid_connect_{name}": {"provider_id": "finns-inte"} for name in ["login", "callback"]}
    token = token_for(user_id=member.pk, email=member.email, categories=[Category.NEWS])
    return rows | {"unsubscribe": {"token": token}}


def _credential():
    """What a browser answers when a passkey is made; nobody can log in with it."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    attested = AttestedCredentialData.create(b"\0" * 16, b"a passkey of the walks", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    seen = AuthenticatorData.create(b"\0" * 32, flags, 0, attested)
    attestation = AttestationObject.create("none", seen, {})
    client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, b"challenge", "https://localhost")
    identity = websafe_encode(b"a passkey of the walks")
    response = {"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(attestation)}
    return {"id": identity, "rawId": identity, "type": "public-key", "response": response, "clientExtensionResults": {}}

"""One hostile text in every field people write in, and every page, letter and file that shows it: shown as it was written."""

import csv
import io
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
import time_machine
from django import forms as django_forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse
from icalendar import Calendar

from grants import actions, board, tasks
from grants.forms import calls as call_forms
from grants.forms import reviews as review_forms
from grants.forms import sketches as sketch_forms
from grants.models import Criterion, OutcomeKind
from kraftsamling.files import store
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.spreadsheet import harmless
from kraftsamling.lib.text import clean_text
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from kraftsamling.search import index
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.pdf_reading import running_text_of

pytestmark = pytest.mark.django_db

CORE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 1300|add:37 }}{% now "Y" %}&amp;javascript:alert(3)🦦'
SHORT = '"><b onclick=x>{{7}}🦦'
OVERRIDE = "\u202e"
AT = make.ANSWERING

written = {}
"""What each mark is followed by wherever it stands."""


def hostile(key, core=CORE):
    """A text that begins with a mark of its own, so that it is known again wherever it is shown. Short keys for short columns."""
    written[key] = f"zq{key}:{core}"
    return written[key]


def typed(key, core=CORE):
    """The same as somebody may send it, with an override of the direction that no form lets through."""
    return hostile(key, core)[:5] + OVERRIDE + written[key][5:]


def hostile_call(programme, leader):
    call = actions.create_call(programme, title=hostile("calltitle"), by=leader, at=make.PREPARED)
    letter = hostile("invitation") + "\n{organisation}\n{title}\n{reason}\n{deadline}\n{contact}"
    texts = {
        name: hostile(f"call{name.replace('_', '')}")
        for name in ("summary", "purpose", "not_funded", "eligibility", "how_assessed")
    }
    texts |= {"funder": hostile("funder"), "contact_name": hostile("cc"), "contact_phone": hostile("callphone", SHORT)}
    values = {
        **make.COMPLETE,
        **texts,
        "invitation_letter": letter,
        "declining_letter": hostile("declining") + "\n{title} {reason}",
    }
    actions.edit_call(call, values=values, revision=0, by=leader, at=make.PREPARED)
    actions.set_frames(call, frames={2027: Kronor(1_000_000)}, by=leader, at=make.PREPARED)
    criterion = {
        "name": hostile("crit", SHORT),
        "description": hostile("critdesc"),
        "weight": 2,
        "levels": [hostile(f"level{n}") for n in range(6)],
    }
    actions.set_criteria(call, criteria=[criterion], by=leader, at=make.PREPARED)
    kinds = {"short_text": [], "long_text": [], "choice": ["choice0", "choice1"], "choices": ["choices0", "choices1"]}
    rows = [
        {"kind": kind, "label": hostile(f"label{n}"), "help_text": hostile(f"help{n}"), "required": False, "choices": [hostile(c) for c in choices]}
        for n, (kind, choices) in enumerate(kinds.items())
    ]  # fmt: skip
    actions.set_questions(call, questions=rows, by=leader, at=make.PREPARED)
    actions.publish_call(call, by=leader, at=make.PREPARED)
    actions.answer_question(call, question=hostile("faqquestion"), answer=hostile("faqanswer"), by=leader, at=make.PREPARED)
    return call


def hostile_content(call, number):
    """Every free text of the form; the mark carries the number of the sketch."""
    first, second, third, fourth = call.questions.order_by("position")
    texts = {name: typed(f"{name.replace('_', '')}{number}") for name in sketch_forms.TEXT_FIELDS}
    return make.typed_sketch(
        call,
        title=typed(f"t{number}"),
        **texts,
        partner_1_name=typed(f"partner{number}"),
        partner_1_part=typed(f"part{number}"),
        contact_1_name=typed(f"c{number}"),
        contact_1_phone=typed(f"ph{number}", SHORT),
        groups_only="on",
        **{
            first.field_name: typed(f"short{number}"),
            second.field_name: typed(f"long{number}"),
            third.field_name: "0",
            fourth.field_name: ["0", "1"],
        },
    )


@pytest.fixture
def world():
    written.clear()
    programme = ProgrammeFactory()
    leader = make.officer(programme, name=hostile("le"))
    call = hostile_call(programme, leader)
    organisation = OrganisationFactory(name=hostile("organisation"))
    writer = UserFactory(name=hostile("wr"), member_of=organisation)
    draft, submitted, invited, declined, withdrawn = (hostile_sketch(call, organisation, writer, n) for n in range(5))
    file = store.store(
        SimpleUploadedFile(hostile("file", "<img src=x onerror=alert(2)>{{ 7 }}&amp;.txt"), b"Underlag"), by=writer
    )
    written.pop("file")
    actions.add_file(submitted, file=file, question=None, by=writer, at=make.DURING)
    make.hand_in(submitted, by=writer)
    second_version(submitted, writer)
    for sketch in (invited, declined, withdrawn):
        make.hand_in(sketch, by=writer)
    found = SimpleNamespace(
        programme=programme, leader=leader, call=call, organisation=organisation, writer=writer, file=file, draft=draft,
        submitted=submitted, invited=invited, declined=declined, withdrawn=withdrawn, coming=make.create_call(programme, by=leader),
        decider=make.officer(programme, Role.DECISION_MAKER, name=hostile("de")),
        admin=make.officer(programme, Role.ADMINISTRATOR, name=hostile("ad")),
        reviewers=[make.officer(programme, Role.REVIEWER, name=hostile(f"r{n}")) for n in range(4)],
    )  # fmt: skip
    reviewed(found)
    answered(found)
    for version in [*submitted.versions.all(), *invited.versions.all()]:
        tasks.build_receipt(version.pk)
    return found


def hostile_sketch(call, organisation, writer, number):
    sketch = actions.start_sketch(call, organisation, by=writer, at=make.DURING)
    content = {name: clean_text(v) if isinstance(v, str) else v for name, v in hostile_content(call, number).items()}
    actions.save_draft(sketch, content=content, revision=0, by=writer, at=make.DURING)
    return sketch


def second_version(sketch, writer):
    sketch.draft.refresh_from_db()
    content = {**sketch.draft.content, "summary": clean_text(typed("changed")), "title": clean_text(typed("t1b"))}
    actions.save_draft(sketch, content=content, revision=sketch.draft.revision, by=writer, at=make.DURING)
    make.hand_in(sketch, by=writer)


def reviewed(world):
    call, sketch, by = world.call, world.submitted, world.leader
    first, second, third, fourth = world.reviewers
    assessments = [make.assign(sketch, reviewer, by=by) for reviewer in world.reviewers]
    for assessment, reviewer in zip(assessments[:3], world.reviewers, strict=False):
        actions.declare_on_assessment(assessment, has_conflict=False, by=reviewer, at=make.REVIEWING)
    scores = {criterion: (3, hostile("scorereason")) for criterion in call.criteria.all()}
    actions.submit_assessment(
        assessments[0], scores=scores, recommendation="maybe", comment=hostile("comment"), by=first, at=make.REVIEWING
    )
    actions.abstain(assessments[1], comment=hostile("abstained"), by=second, at=make.REVIEWING)
    criterion = Criterion.objects.get(call=call)
    content = {"comment": hostile("halfway"), f"reason_{criterion.pk}": hostile("halfreason")}
    actions.save_assessment(assessments[2], content=content, revision=0, by=third, at=make.REVIEWING)
    actions.declare_on_assessment(assessments[3], has_conflict=True, ground=hostile("ground"), by=fourth, at=make.REVIEWING)
    world.assessments = assessments
    world.parked = kept_after_log_in(assessments[2])


def kept_after_log_in(assessment):
    """The address that brings back what somebody sent who was no longer logged in."""
    with time_machine.travel(AT, tick=False):
        data = {"comment": hostile("parked"), "revision": "1"}
        response = Client().post(reverse("assessment_save", args=[assessment.pk]), data)
    return parse_qs(urlsplit(response.url).query)["next"][0]


def answered(world):
    call, by = world.call, world.leader
    actions.write_note(world.submitted, text=hostile("note"), by=by, at=AT)
    actions.set_registry_number(world.submitted, number=hostile("reg", '"><b onclick=x>{{7}}'), by=by, at=AT)
    until = make.APPLICATION_DUE
    actions.extend_deadline(call, world.organisation, until_at=until, reason=hostile("extension"), by=by, at=AT)
    actions.withdraw_sketch(world.withdrawn, reason=hostile("withdrawn"), by=world.writer, at=AT)
    outcomes = []
    for kind, sketch in (
        (OutcomeKind.INVITED, world.invited),
        (OutcomeKind.DECLINED, world.declined),
        (OutcomeKind.INVITED, world.submitted),
    ):
        reason = hostile(f"reason{sketch.pk}")
        outcomes.append(actions.prepare_outcome(sketch, kind=kind, reason=reason, revision=0, by=by, at=AT))
    actions.send_outcomes(call, outcomes=outcomes[:2], by=by, at=AT)
    actions.edit_letter(outcomes[2], letter=hostile("letter"), revision=1, by=by, at=AT)
    world.invited.refresh_from_db()
    world.application = world.invited.application
    actions.turn_down_invitation(world.application, reason=hostile("turneddown"), by=world.writer, at=AT)


# ---- What is looked for

URLS = {"href", "src", "action", "formaction", "data", "poster", "xlink:href", "srcset", "background"}
MARK = re.compile(r"zq([a-z0-9]+):")


class Reader(HTMLParser):
    """Reads a page as a browser does: which elements there are, and what text stands in them."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.texts, self.values, self.wrong, self._in = [], [], [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self._in = tag
        for name, value in attrs:
            self.values.append(value or "")
            if name.startswith("on"):
                self.wrong.append(f"<{tag} {name}={value!r}>")
            if name in URLS and re.sub(r"[\s\x00-\x1f]", "", value or "").lower().startswith(
                ("javascript:", "data:text", "vbscript:")
            ):
                self.wrong.append(f"<{tag} {name}={value!r}>")
            if name in URLS and value == "x":
                self.wrong.append(f"<{tag} {name}={value!r}>")

    def handle_data(self, data):
        if self._in in {"script", "style"} and MARK.search(data):
            self.wrong.append(f"<{self._in}>{data[:60]}")
        self.texts.append(data)


def wrongly_shown(text):
    """Marks that are not followed by what was written. A text that was cut must end with three dots."""
    found = []
    for match in MARK.finditer(text):
        key = match[1]
        expected = written[key]
        got = text[match.start() : match.start() + len(expected)]
        if got == expected:
            continue
        same = next((n for n, (a, b) in enumerate(zip(got, expected, strict=False)) if a != b), len(got))
        if same < len(match[0]) + 10 or text[match.start() + same : match.start() + same + 1] not in {"…", ""}:
            found.append((key, got))
    return found


def marks(text):
    return {match[1] for match in MARK.finditer(text)}


# ---- The pages

LEFT_OUT = re.compile(
    r"^(admin:|health$|mfa_|socialaccount_|openid_|saml_|account_(?!home|name|data)|invitation_accept$|unsubscribe$|organisation_member|"
    r"organisation_join_answer$|invitation_revoke$|signatory_|role_take$|static|media|hijack|impersonat)"
)


def addresses(world):
    """(name, address) of every page there is, found among the project's addresses; those with parts are told here what to show."""
    sketches = [world.draft, world.submitted, world.invited, world.declined, world.withdrawn]
    by_sketch = [{"pk": s.pk} for s in sketches]
    by_call = [{"slug": world.call.slug}, {"slug": world.coming.slug}]
    by_assessment = [{"pk": a.pk} for a in world.assessments]
    parts = {
        "sketch_file": [{"pk": world.submitted.pk, "file_id": world.file.pk}],
        "sketch_file_remove": [{"pk": world.submitted.pk, "link": world.submitted.files.get().pk}],
        "sketch_version": [{"pk": s.pk, "number": n} for s in sketches for n in (1, 2)],
        "sketch_receipt": [{"pk": world.submitted.pk, "number": 1}],
        "application_detail": [{"pk": world.application.pk}],
        "application_turn_down": [{"pk": world.application.pk}],
        **{
            key: [{"pk": world.application.pk}]
            for key in ["application_preparation", "preparation_save", "aid_registered", "decision_edit", "decision_save"]
        },
        "preparation_file": [{"pk": world.application.pk, "file_id": world.file.pk}],
        "decision_list_file": [{"kind": kind} for kind in ("csv", "xlsx")],
        **{f"decision_{name}": [{"pk": 1}] for name in ("detail", "letter", "propose", "issue", "drop", "confirm", "correct")},
        "project_detail": [{"pk": 1}],
        "reviewer_remove": by_assessment,
        "call_answer_remove": [{"slug": world.call.slug, "pk": world.call.answers.get().pk}],
        "board_file": [{"slug": world.call.slug, "kind": kind} for kind in ("csv", "xlsx")],
        "applications_board_file": [{"slug": world.call.slug, "kind": kind} for kind in ("csv", "xlsx")],
        "call_list_file": [{"kind": kind} for kind in ("csv", "xlsx")],
        "message_detail": [{"pk": m.pk} for m in first_of_each_kind()],
        "message_send_again": [{"pk": 1}],
        "message_arrived": [{"pk": 1}],
        "programme_roles": [{"slug": world.programme.slug}],
        "role_give": [{"slug": world.programme.slug}],
    }
    pk, case = {"pk": world.application.pk}, {"pk": world.submitted.pk}
    parts |= {name: [{**pk, "key": "projekt"}] for name in ("application_edit", "application_autosave")}
    parts |= {"application_file": [{**pk, "file_id": world.file.pk}], "application_file_remove": [{**pk, "link": 1}]}
    parts |= {name: [{**pk, "number": 1}] for name in ("application_version", "application_receipt")}
    parts |= {"application_budget_file": [{**pk, "kind": kind} for kind in ("csv", "xlsx")]}
    parts |= {
        "case_record_file": [{**case, "kind": kind} for kind in ("csv", "xlsx")],
        "case_message_file": [{**case, "message": 1}],
    }
    parts |= {"case_unmark": [{**case, "mark": 1}]}
    parts |= {f"case_disclosure{end}": [{**case, "disclosure": 1}] for end in ("", "_retry")}
    parts |= {f"completion_{name}": [{**pk, "completion": 1}] for name in ("extend", "cancel", "follow_up")}
    parts |= {f"scenario_{name}": [{"slug": world.call.slug, "pk": 1}] for name in ("rename", "copy", "remove")}
    prefixes = [
        ("application_", [pk]),
        ("completion_", [pk]),
        ("ruling_", [pk]),
        ("case_", by_sketch),
        ("simulator", by_call),
        ("scenario_", by_call),
        ("organisation_", [{"pk": world.organisation.pk}]),
        ("assessment_", by_assessment),
        ("sketch_start", by_call),
        ("sketch_", by_sketch),
    ]
    prefixes += [(name, by_sketch) for name in ("outcome_", "letter_")]
    prefixes += [(name, by_call) for name in ("call_", "board_detail", "reviewers", "outcomes", "applications_")]
    for name, names in sorted(named_addresses()):
        if LEFT_OUT.match(name):
            continue
        if not names:
            yield name, reverse(name)
            continue
        given = parts.get(name) or next((values for prefix, values in prefixes if name.startswith(prefix)), None)
        assert given is not None, f"a new page, {name}: say in addresses() what it shows"
        for values in given:
            yield name, reverse(name, kwargs=values)
    yield "board_detail", f"{reverse('board_detail', args=[world.call.slug])}?visa={world.submitted.pk}"
    yield "assessment_detail", world.parked
    yield "assessment_detail", f"{world.assessments[2].get_absolute_url()}?kontroll=1"
    yield "search", f"{reverse('search')}?q=zqt1b"
    yield "search", f"{reverse('search')}?q=%3Cscript%3Ealert"
    yield "outbox_list", f"{reverse('outbox_list')}?page=2"


def first_of_each_kind():
    return [Message.objects.filter(kind=kind).first() for kind in sorted(set(Message.objects.values_list("kind", flat=True)))]


def named_addresses(patterns=None, parts=(), space=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        found = {*parts, *pattern.pattern.regex.groupindex}
        if hasattr(pattern, "url_patterns"):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from named_addresses(pattern.url_patterns, found, inner)
        elif pattern.name and not pattern.callback.__module__.startswith("pilots."):  # walked by its own tests
            yield f"{space}{pattern.name}", frozenset(found)


def walk(world, user):
    """(address, text as a browser shows it, what is wrong) of every page the person reaches."""
    client = Client()
    if user:
        client.force_login(user)
    for name, address in addresses(world):
        response = client.get(address)
        assert response.status_code < 500, address
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            page = response.content.decode()
            reader = Reader(page)
            shown = ["".join(reader.texts)] if name != "sketch_compare" else []
            wrong = reader.wrong + [w for text in [*shown, *reader.values] for w in wrongly_shown(text)]
            wrong += ["override"] if OVERRIDE in page else []
            text = "".join(reader.texts) + " ".join(reader.values)
            yield address, marks(text) | ({"file"} if world.file.name in text else set()), wrong


WHO = ["nobody", "leader", "decider", "admin", "writer", "reviewer0", "reviewer1", "reviewer2", "reviewer3"]
ON_NO_PAGE = {"ground"}
"""The ground of a conflict stands in the log's details, for nobody's eyes."""


def test_every_page_shows_hostile_text_as_it_was_written(world):
    seen, wrong, pages = set(), {}, 0
    with time_machine.travel(AT, tick=False):
        for who in WHO:
            user = (
                None if who == "nobody" else world.reviewers[int(who[-1])] if who.startswith("reviewer") else getattr(world, who)
            )
            for address, found, problems in walk(world, user):
                pages += 1
                seen |= found
                if problems:
                    wrong[f"{who} {address}"] = problems[:3]
    assert wrong == {}
    assert pages > 150
    assert {*written, "file"} - seen == ON_NO_PAGE


def test_the_reader_finds_what_it_looks_for():
    written["x"] = f"zqx:{CORE}"
    assert Reader(f"<p>{written['x']}</p>").wrong != []
    assert Reader('<a href=" java\nscript:alert(1)">x</a>').wrong != []
    assert wrongly_shown("zqx:&lt;script&gt;alert(1)") != []
    assert wrongly_shown(written["x"].replace("{{ 1300|add:37 }}", "1337")) != []
    assert wrongly_shown(written["x"]) == []
    assert wrongly_shown(written["x"][:40] + "…") == []


def test_mails_show_hostile_text_as_it_was_written(world):
    with time_machine.travel(make.REVIEW_DUE, tick=False):
        tasks.remind()
    messages = list(Message.objects.all())
    kinds = {message.kind for message in messages}
    assert {"grants/outcome", "grants/sketch_receipt", "grants/sketch_arrived", "grants/sketch_withdrawn", "grants/deadline_extended",
            "grants/reviews_assigned", "grants/review_reminder"} <= kinds  # fmt: skip
    wrong = {}
    for message in messages:
        reader = Reader(message.html)
        found = (
            reader.wrong
            + wrongly_shown("".join(reader.texts))
            + wrongly_shown(message.text)
            + wrongly_shown(message.subject + "…")
        )
        found += [w for value in reader.values for w in wrongly_shown(value)]
        if found or OVERRIDE in message.html + message.text + message.subject or "\n" in message.subject:
            wrong[message.kind] = found[:3]
    assert wrong == {}


def unbroken(text):
    """Without the breaks and hyphens that a line gets where it ends."""
    return "".join(text.replace("-", "").split())


def test_the_receipt_shows_hostile_text_as_it_was_written(world, tmp_path):
    for number in (1, 2):
        version = world.submitted.versions.get(number=number)
        text = unbroken(running_text_of(store.read(version.receipt_pdf), tmp_path))
        core = unbroken(CORE.replace("🦦", ""))
        for key in (
            "t1" if number == 1 else "t1b",
            "need1",
            "idea1",
            "partner1",
            "part1",
            "c1",
            "short1",
            "long1",
            "organisation",
            "label0",
        ):
            assert f"zq{key}:{core}" in text, key
        assert unbroken(world.file.name) in text
        assert ("1337" in text, OVERRIDE in text) == (False, False)


def export(world, name, kind):
    client = Client()
    client.force_login(world.leader)
    args = [world.call.slug, kind] if name == "board_file" else [kind]
    response = client.get(reverse(name, args=args))
    assert (response.status_code, response["X-Content-Type-Options"], response["Content-Disposition"].split(";")[0]) == (
        200, "nosniff", "attachment",
    )  # fmt: skip
    return response


def test_lists_as_files_hold_hostile_text_as_it_was_written(world):
    with time_machine.travel(AT, tick=False):
        table = csv.reader(
            io.StringIO(b"".join(export(world, "board_file", "csv")).decode("utf-8-sig"), newline=""), delimiter=";"
        )
        sheet = openpyxl.load_workbook(io.BytesIO(export(world, "board_file", "xlsx").content)).active
        calls = b"".join(export(world, "call_list_file", "csv")).decode()
    rows = [row for row in table if row[0] == world.submitted.number]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows() if row[0].value == world.submitted.number]
    for [found] in (rows, cells):
        assert found[1:4] == [harmless(written[key]) for key in ("reg", "t1b", "organisation")]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} & {"f", "e"} == set()
    assert written["calltitle"].replace('"', '""') in calls
    assert board.export_header()[1:4] != []


def test_the_calendar_holds_hostile_text_as_it_was_written(world):
    response = Client().get(reverse("call_calendar", args=[world.call.slug]))
    calendar = Calendar.from_ical(response.content)
    events = calendar.walk("vevent")
    assert [str(event["summary"]).partition("zq")[2] for event in events] == [written["calltitle"].removeprefix("zq")] * len(
        events
    )
    assert len(events) == 3
    assert str(calendar["x-wr-calname"]) == written["calltitle"]
    assert {line.partition(b":")[0].partition(b";")[0] for line in response.content.split(b"\r\n")} & {
        b"zqcalltitle",
        b"ATTACH",
    } == set()


def test_the_search_finds_and_shows_hostile_text_as_it_was_written(world):
    client = Client()
    client.force_login(world.leader)
    with time_machine.travel(AT, tick=False):
        for words in ("zqt1b", "<script>", "onerror=alert", "{{", "&amp;", '">', "1300|add:37", "%", "_", "'", '"', "🦦"):
            response = client.get(reverse("search"), {"q": words})
            reader = Reader(response.content.decode())
            assert (response.status_code, reader.wrong, wrongly_shown("".join(reader.texts))) == (200, [], []), words
        assert [entry.title for entry in index.find(world.leader, "zqt1b", AT)] == [written["t1b"]]


def test_a_download_is_never_shown_in_the_page(world):
    client = Client()
    client.force_login(world.writer)
    response = client.get(reverse("sketch_file", args=[world.submitted.pk, world.file.pk]))
    disposition = response["Content-Disposition"]
    assert (response.status_code, response["X-Content-Type-Options"], disposition.split(";")[0]) == (200, "nosniff", "attachment")
    assert ("\r" in disposition, "\n" in disposition) == (False, False)


# ---- What forms let through


def text_fields_of_forms():
    call = make.create_call(
        questions=[{"kind": kind, "label": kind, "choices": ["a", "b"]} for kind in ("short_text", "long_text")]
    )
    everything = {
        "call": call_forms.CallForm(instance=call),
        "new call": call_forms.CallCreateForm(programmes=type(call.programme).objects.all()),
        "answer": call_forms.AnswerForm(),
        "extension": call_forms.ExtensionForm(call=call),
        "criteria": call_forms.CriterionFormSet().empty_form,
        "questions": call_forms.QuestionFormSet().empty_form,
        "sketch": sketch_forms.SketchForm({}, call=call),
        "withdraw": sketch_forms.WithdrawForm(),
        "declaration": review_forms.DeclarationForm(),
        "conflict": review_forms.ConflictForm(),
        "assessment": review_forms.AssessmentForm({}, call=call),
        "abstain": review_forms.AbstainForm(),
        "note": review_forms.NoteForm(),
        "registry": review_forms.RegistryForm(),
        "outcome": review_forms.OutcomeForm(),
        "letter": review_forms.LetterForm(),
    }
    special = (django_forms.EmailField, django_forms.DecimalField, django_forms.IntegerField)
    for name, form in everything.items():
        for field_name, field in form.fields.items():
            if isinstance(field, django_forms.CharField) and not isinstance(field, special):
                yield f"{name}: {field_name}", field


def test_no_form_lets_an_override_of_the_direction_or_a_nul_through():
    through, count = [], 0
    for name, field in text_fields_of_forms():
        count += 1
        try:
            cleaned = field.clean(f"a{OVERRIDE}b\u2067c\x00d 🦦")
        except django_forms.ValidationError:
            continue
        text = "".join(cleaned) if isinstance(cleaned, list) else str(cleaned)
        if {OVERRIDE, "\u2067", "\x00"} & set(text):
            through.append(name)
    assert through == []
    assert count > 50

"""The frame simulator: what a choice comes to, alternatives saved beside each other, and a page for the meeting."""

from functools import partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from grants import actions, simulator, simulator_page
from grants.forms.scenarios import ChoiceForm, ScenarioNameForm
from grants.models import Call, Scenario, Step
from kraftsamling.lib.transitions import LostRace, TransitionRefused

from .common import attempt, number

SLUGS = {step: slug for slug, step in simulator.STEPS.items()}


class Desk(NamedTuple):
    """What every page of the simulator begins with."""

    call: Call
    step: str
    scenarios: list[Scenario]
    scenario: Scenario | None
    found: simulator.Material

    @property
    def context(self) -> dict[str, Any]:
        query = urlencode({"steg": SLUGS[self.step], **({"alternativ": self.scenario.pk} if self.scenario else {})})
        return {**self._asdict(), "steg": SLUGS[self.step], "query": query, "is_sketches": self.step == Step.SKETCH}


def _desk(request: HttpRequest, slug: str) -> Desk:
    """An alternative that is gone is 404 to who opens it, and no hindrance for who has ticked and is about to save."""
    call = get_object_or_404(Call.objects.compared_by(request.user).select_related("programme"), slug=slug)
    step = simulator.STEPS.get(request.GET.get("steg", ""), Step.SKETCH)
    scenarios = list(Scenario.objects.in_step(call, step))
    asked = request.GET.get("alternativ", "")
    scenario = next((one for one in scenarios if one.pk == number(asked)), None)
    if asked and scenario is None and request.method == "GET":
        raise Http404
    if scenario:
        scenario.call = call
    return Desk(call, step, scenarios, scenario, simulator.material(call, request.user, step))


def _choice(request: HttpRequest, desk: Desk) -> ChoiceForm:
    """What is ticked now, or else what the opened alternative holds."""
    if request.method == "POST":
        return ChoiceForm(request.POST, desk.found.cases)
    picked = simulator.picked_of(desk.scenario.chosen) if desk.scenario else {}
    return ChoiceForm.of_saved(picked, desk.found.cases)


def _address(name: str, call: Call, step: str, scenario: Scenario | None = None) -> str:
    query = {"steg": SLUGS[step], **({"alternativ": scenario.pk} if scenario else {})}
    return f"{reverse(name, args=[call.slug])}?{urlencode(query)}"


@vary_on_headers("HX-Target")
def simulator_detail(request: HttpRequest, slug: str) -> HttpResponse:
    desk = _desk(request, slug)
    form = _choice(request, desk)
    if request.headers.get("HX-Target") == "sums":
        return render(request, "grants/_simulator_sums.html", {**desk.context, **_figures(desk, form)})
    return _page(request, desk, form)


def _figures(desk: Desk, form: ChoiceForm) -> dict[str, Any]:
    return {"sums": simulator.sums(desk.found, form.picked), "wrong": simulator_page.wrong_amounts(desk.found, form.errors)}


def _page(
    request: HttpRequest,
    desk: Desk,
    form: ChoiceForm,
    *,
    name_form: ScenarioNameForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        **desk.context,
        **_figures(desk, form),
        "rows": simulator_page.rows(desk.found, form),
        "name_form": name_form or ScenarioNameForm(),
        "gone": simulator.gone(desk.found, simulator.picked_of(desk.scenario.chosen)) if desk.scenario else 0,
        **more,
    }
    return render(request, "grants/simulator.html", context, status=status)


@require_POST
def scenario_save(request: HttpRequest, slug: str) -> HttpResponse:
    desk = _desk(request, slug)
    form, name_form = _choice(request, desk), ScenarioNameForm(request.POST)
    over = desk.scenario if request.POST.get("spara") == "samma" else None
    if form.errors or (over is None and not name_form.is_valid()):
        return _page(request, desk, form, name_form=None if over else name_form, status=422)
    try:
        kept = _kept(request, desk, form, over) or actions.keep_scenario(
            desk.call, step=desk.step, name=name_form.cleaned_data["namn"], picked=form.picked, by=request.user
        )
    except LostRace:
        return _page(request, desk, form, status=409, was_conflict=True)
    except TransitionRefused as refusal:
        name_form.add_error("namn", str(refusal))
        return _page(request, desk, form, name_form=name_form, status=422)
    messages.success(request, _("“%(name)s” is saved.") % {"name": kept.name})
    return redirect(_address("simulator", desk.call, desk.step, kept))


def _kept(request: HttpRequest, desk: Desk, form: ChoiceForm, over: Scenario | None) -> Scenario | None:
    """The opened alternative with the new choice, where it is that one which is saved."""
    if over is not None:
        revision = number(request.POST.get("revision", ""))
        actions.change_scenario(over, picked=form.picked, revision=revision, by=request.user)
    return over


def _scenario(request: HttpRequest, slug: str, pk: int) -> Scenario:
    scenarios = Scenario.objects.visible_to(request.user).select_related("call__programme")
    return get_object_or_404(scenarios, call__slug=slug, pk=pk)


def _back(scenario: Scenario, *, open_it: bool = True) -> HttpResponseRedirect:
    return HttpResponseRedirect(_address("simulator", scenario.call, scenario.step, scenario if open_it else None))


@require_POST
def scenario_rename(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    scenario = _scenario(request, slug, pk)
    form = ScenarioNameForm(request.POST)
    if form.is_valid():
        revision = number(request.POST.get("revision", ""))
        name = form.cleaned_data["namn"]
        act = partial(actions.rename_scenario, scenario, name=name, revision=revision, by=request.user)
        attempt(request, act, done=_("The alternative is now called “%(name)s”.") % {"name": name})
    else:
        messages.error(request, " ".join(form.errors["namn"]))
    return _back(scenario)


@require_POST
def scenario_copy(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    scenario = _scenario(request, slug, pk)
    try:
        copy = actions.copy_scenario(scenario, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return _back(scenario)
    messages.success(request, _("“%(name)s” is saved.") % {"name": copy.name})
    return _back(copy)


@require_POST
def scenario_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    scenario = _scenario(request, slug, pk)
    act = partial(actions.remove_scenario, scenario, revision=number(request.POST.get("revision", "")), by=request.user)
    removed = attempt(request, act, done=_("“%(name)s” is taken away.") % {"name": scenario.name})
    return _back(scenario, open_it=not removed)


def simulator_print(request: HttpRequest, slug: str) -> HttpResponse:
    """A page for the meeting, of a saved alternative or of what is ticked just now."""
    desk = _desk(request, slug)
    form = _choice(request, desk)
    context = {
        **desk.context,
        **_figures(desk, form),
        "chosen": simulator_page.listed(desk.found, form.picked, chosen=True),
        "others": simulator_page.listed(desk.found, form.picked, chosen=False),
        "at": timezone.now(),
    }
    return render(request, "grants/simulator_print.html", context)


@require_GET
def simulator_compare(request: HttpRequest, slug: str) -> HttpResponse:
    desk = _desk(request, slug)
    asked = [number(key) for key in request.GET.getlist("val")]
    wanted = [one for one in desk.scenarios if one.pk in asked] if asked else desk.scenarios
    columns = simulator_page.columns(desk.found, wanted[: simulator_page.MOST_COLUMNS])
    context = {
        **desk.context,
        "columns": columns,
        "too_many": len(wanted) > simulator_page.MOST_COLUMNS,
        "shown": {column.scenario.pk for column in columns},
        "case_rows": simulator_page.compared_cases(desk.found, columns),
        "year_rows": simulator_page.compared_years(desk.found, columns),
        "spread_rows": simulator_page.compared_spreads(columns) if columns else [],
    }
    return render(request, "grants/simulator_compare.html", context)

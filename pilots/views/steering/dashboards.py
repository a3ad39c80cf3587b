"""The dashboards: overview, money, the platform's own project, and the portfolio."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from kraftsamling.places.outlines import CREDIT
from pilots import risk
from pilots.models import OutcomeImport
from pilots.permissions import steering as permissions
from pilots.steering import drawings, money, overview, platform, portfolio
from pilots.steering.platform import own_project

from .common import page, scope_asked


@require_GET
def steering_home(request: HttpRequest) -> HttpResponse:
    scope = scope_asked(request)
    found = overview.figures(scope)
    context = page(
        scope,
        "home",
        figures=[found[money.key_of(name)] for name in ("frame", "granted", "paid", "forecast", "left")],
        frame_chart=drawings.whole_frame(found),
        counts=[found["projekt.alla.antal"], found[overview.RUNNING], found[overview.RISKS]],
        turns=[found[key] for key in overview.TURNS],
        late=portfolio.late_list(scope),
        at=timezone.now(),
    )
    return render(request, "pilots/steering/home.html", context)


@require_GET
def steering_money(request: HttpRequest) -> HttpResponse:
    scope = scope_asked(request)
    found = money.figures(scope)
    waiting = money.coming(scope)
    picked = {int(key) for key in request.GET.getlist("prova") if key.isascii() and key.isdecimal() and len(key) < 10}  # noqa: PLR2004
    total = money.total_line(found)
    context = page(
        scope,
        "money",
        found=found,
        total=total,
        columns=[figure.label for figure in total.cells],
        figures=[found[money.key_of(name)] for name in ("frame", "granted", "paid", "forecast", "left")],
        years=money.lines_per_year(found, scope) if not scope.year else [],
        calls=money.lines_per_call(found, scope) if not scope.call else [],
        elsewhere=[found["pengar.elsewhere"], found["pengar.elsewhere_paid"]],
        chart=drawings.money_per_year(found, scope),
        waiting=waiting,
        picked=picked,
        trials=money.trials(found, scope, waiting, picked),
    )
    return render(request, "pilots/steering/money.html", context)


@require_GET
def steering_platform(request: HttpRequest) -> HttpResponse:
    scope = scope_asked(request)
    project, found = own_project(scope), platform.figures(scope)
    context = page(scope, "platform", with_call=False, project=project, found=found)
    if project:
        imports = (
            OutcomeImport.objects.visible_to(request.user).filter(project=project).select_related("imported_by", "undone_by")
        )
        context |= {
            "standing": platform.standing(project, found, on=scope.on),
            "figures": [found[key] for key in ("plattform.belopp", "plattform.utbetalt", "plattform.kvar")],
            "tables": [(year, platform.table(found, year)) for year in platform.years(scope)],
            "categories": drawings.platform_categories(found, scope),
            "lines": drawings.platform_lines(found, scope),
            "imports": imports.order_by("-pk")[:10],
            "may_import": permissions.can_import_outcome(request.user, project),
            "forecast_how": platform.FORECAST_HOW,
        }
    return render(request, "pilots/steering/platform.html", context)


@require_GET
def steering_portfolio(request: HttpRequest) -> HttpResponse:
    scope = scope_asked(request)
    divided = portfolio.sides(scope)
    found = portfolio.figures(scope, divided)
    context = page(
        scope,
        "portfolio",
        found=found,
        whole=[found["projekt.alla.antal"], found["projekt.alla.belopp"]],
        sides=[(side, side.lines(found)) for side in divided],
        rules=risk.RULES,
        places=portfolio.place_lines(found, scope),
        map=drawings.portfolio_map(found, scope),
        map_credit=CREDIT,
        turns=[found[key] for key in overview.TURNS],
        late=portfolio.late_list(scope),
        areas=scope.areas,
        findings=portfolio.findings(scope),
    )
    return render(request, "pilots/steering/portfolio.html", context)

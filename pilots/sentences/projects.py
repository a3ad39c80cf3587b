"""The sentences of the log for projects."""

from django.utils.translation import gettext_lazy as _

from kraftsamling.audit.log import register

register("pilots.project.enter", _("The project, decided elsewhere, was entered in the registry: %(number)s."))
register("pilots.project.open", _("The project was opened by the decision: %(share)s per cent, at most %(cap)s."))
register("pilots.project.change", _("The decision was corrected: %(share)s per cent, at most %(cap)s."))
register("pilots.project.register", _("A project decided elsewhere was registered: %(number)s, %(where)s."))

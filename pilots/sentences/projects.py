"""The sentences of the log for projects."""

from django.utils.translation import gettext_lazy as _

from kraftsamling.audit.log import register

register("pilots.project.enter", _("The project, decided elsewhere, was entered in the registry: %(number)s."))
register("pilots.project.open", _("The project was opened by the decision: %(share)s per cent, at most %(cap)s."))
register("pilots.project.change", _("The decision was corrected: %(share)s per cent, at most %(cap)s."))
register("pilots.project.register", _("A project decided elsewhere was registered: %(number)s, %(where)s."))
register("pilots.project.describe", _("The description of the project was changed."))
register("pilots.project.people", _("Partners or team of the project were changed."))
register("pilots.project.publish", _("The public page was published, with the texts as they were then."))
register("pilots.project.unpublish", _("The public page was taken down."))
register("pilots.project.conflict", _("Reported a conflict of interest and was shut out of the project."), internal=True)
register("pilots.change.ask", _("Change %(number)s was asked for, receipt %(receipt)s."))
register("pilots.change.withdraw", _("The owner took change %(number)s back."))
register("pilots.change.add_file", _("The file %(name)s was laid beside the change."))
register("pilots.change.remove_file", _("The file %(name)s was taken away from the change."))
register("pilots.change.grant", _("Change %(number)s was granted (%(item)s). %(changed)s. %(wording)s"))
register("pilots.change.refuse", _("Change %(number)s was refused (%(item)s)."))
register(
    "pilots.change.exceed", _("The change passes a limit of the call, by intent. %(limits)s Reason: %(reason)s"), internal=True
)

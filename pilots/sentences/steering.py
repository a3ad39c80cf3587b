"""The sentences of the log for what is done with the figures."""

from django.utils.translation import gettext_lazy as _

from kraftsamling.audit.log import register

register("pilots.outcome.import", _("Outcome was imported from %(file)s: %(amount)s, %(years)s."))
register("pilots.outcome.undo", _("The import of %(file)s was taken back."))
register("pilots.snapshot.keep", _("The figures were kept as “%(name)s”."), internal=True)
register("pilots.yearly.tell", _("The yearly report of %(year)s was handed in."), internal=True)

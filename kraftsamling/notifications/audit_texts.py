"""The sentences of what people do with messages."""

from django.utils.translation import gettext_lazy as _

from kraftsamling.audit import log

log.register("notifications.send_again", _("The message is to be sent again."), internal=True)
log.register("notifications.arrived", _("The message is marked as arrived."), internal=True)

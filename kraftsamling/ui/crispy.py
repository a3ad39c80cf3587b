"""How our forms are laid out by crispy-forms."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout


def laid_out(*parts: Any) -> FormHelper:
    """The fields in this order, or in their own; the page owns <form>, its button and the CSRF token."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if parts:
        helper.layout = Layout(*parts)
    return helper

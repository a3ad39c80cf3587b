"""The addresses of the registry, part by part. All but the public pages ask for log-in, and answer 404 to who may not see."""

from .money import urlpatterns as money
from .projects import urlpatterns as projects

urlpatterns = [*projects, *money]

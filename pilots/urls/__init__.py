"""The addresses of the registry, part by part. All but the public pages ask for log-in, and answer 404 to who may not see."""

from .builds import urlpatterns as builds
from .learning import urlpatterns as learning
from .money import urlpatterns as money
from .projects import urlpatterns as projects
from .reports import urlpatterns as reports
from .steering import urlpatterns as steering

urlpatterns = [*builds, *projects, *reports, *money, *learning, *steering]

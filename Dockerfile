# The image of web, worker and clock alike; what a container does is its command.
FROM python:3.13-slim AS build

RUN pip install --no-cache-dir uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --extra saml
COPY . .
# Settings for building alone: nothing of them stays in the image.
RUN DEMO=on DATA_DIR=/tmp/build .venv/bin/python manage.py translations \
    && DEMO=on DATA_DIR=/tmp/build STATIC_DIR=/app/static-built .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build

FROM python:3.13-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libxmlsec1-openssl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin kraftsamling \
    && install --directory --owner kraftsamling --group kraftsamling /data /data/files /shared-static
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH MALLOC_ARENA_MAX=2 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data STATIC_DIR=/app/static-built
WORKDIR /app
USER kraftsamling
EXPOSE 8000
# Whether the web server answers at all; /halsa/ itself tells whoever watches over the parts behind it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/halsa/'); c.getresponse()"]
CMD ["gunicorn", "kraftsamling.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--reuse-port", "--no-control-socket"]

# ALIA Watch: `docker build -t alia-watch .`, then see compose.yaml. Works with a read-only root: it writes only into
# /data (configuration, database, backups, outbox) and /tmp.
ARG PYTHON=3.13-slim

# --- what is needed to build stays in this stage -------------------------------------------------------------------
FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/alia-watch
COPY requirements/ requirements/
# The build backend too comes from the pinned, hash-checked list; it is removed from what travels on.
RUN /opt/alia-watch/bin/pip install --require-hashes -r requirements/runtime.txt \
 && awk '/^[a-z0-9]/ {on = /^(babel|hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/} on' requirements/dev.txt > backend.txt \
 && python -m venv /backend && /backend/bin/pip install --require-hashes -r backend.txt
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE config.example.toml ./
COPY src/ src/
COPY bot/ bot/
RUN /backend/bin/python -m hatchling build --target wheel --directory dist \
 && /opt/alia-watch/bin/pip install --no-deps --no-index dist/*.whl \
 && /opt/alia-watch/bin/python -m compileall -q /opt/alia-watch/lib

# --- what runs -----------------------------------------------------------------------------------------------------
FROM python:${PYTHON}
# A font for the charts' words and the zone database: slim images have neither.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends fonts-dejavu-core tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 alia \
 && useradd --uid 10001 --gid alia --no-create-home --home-dir /data --shell /usr/sbin/nologin alia \
 && install --directory --owner alia --group alia --mode 0750 /data
COPY --from=build /opt/alia-watch /opt/alia-watch
ENV PATH=/opt/alia-watch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HOME=/tmp/huggingface \
    HF_HUB_DISABLE_TELEMETRY=1 \
    XDG_CACHE_HOME=/tmp/cache \
    TZ=UTC
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5m --timeout=30s --start-period=10m --retries=3 CMD ["alia-watch", "status"]
ENTRYPOINT ["alia-watch"]
CMD ["--log-format", "json", "run"]

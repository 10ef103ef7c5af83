# ALIA Watch: `docker build -t alia-watch .`, then see compose.yaml. Works with a read-only root: it writes only into
# /data (configuration, database, backups, outbox) and /tmp.
ARG PYTHON=3.13-slim

# --- what is needed to build stays in this stage -------------------------------------------------------------------
FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
# A font for the charts' words and the zone database: slim images have neither.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends fonts-dejavu-core tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && python -m venv /opt/alia-watch
COPY requirements/ requirements/
# The build backend too comes from the pinned, hash-checked list; it is removed from what travels on.
RUN /opt/alia-watch/bin/pip install --require-hashes -r requirements/runtime.txt \
 && awk '/^[a-z0-9]/ {on = /^(babel|hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/} on' requirements/dev.txt > backend.txt \
 && python -m venv /backend && /backend/bin/pip install --require-hashes -r backend.txt
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE config.example.toml ./
COPY src/ src/
COPY bot/ bot/
COPY deploy/image_root.py deploy/
RUN /backend/bin/python -m hatchling build --target wheel --directory dist \
 && /opt/alia-watch/bin/pip install --no-deps --no-index dist/*.whl \
 && /opt/alia-watch/bin/python -m compileall -q /opt/alia-watch/lib \
 && /opt/alia-watch/bin/python deploy/image_root.py /image /opt/alia-watch \
 && install --directory --mode 0750 /owned/data

# --- what runs: an interpreter and what it loads; no shell, no package manager, no installer --------------------------
FROM scratch
COPY --from=build /image/ /
COPY --from=build --chown=10001:10001 /owned/ /
ENV PATH=/opt/alia-watch/bin \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HOME=/tmp/huggingface \
    HF_HUB_DISABLE_TELEMETRY=1 \
    XDG_CACHE_HOME=/tmp/cache \
    HOME=/tmp \
    LANG=C.UTF-8 \
    TZ=UTC
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5m --timeout=30s --start-period=10m --retries=3 CMD ["alia-watch", "status"]
ENTRYPOINT ["alia-watch"]
CMD ["--log-format", "json", "run"]

# The image of every service of this project: timelines COMMAND.
# Two stages: the first builds an environment out of locked and hashed wheels; the second holds it, and no tool to change it.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PIP_ONLY_BINARY=:all:
WORKDIR /build
COPY requirements-build.lock requirements-run.lock ./
RUN python -m venv /build/tools \
    && /build/tools/bin/pip install --quiet --require-hashes --no-deps -r requirements-build.lock \
    && python -m venv --without-pip /opt/timelines \
    && /build/tools/bin/pip --python /opt/timelines/bin/python install --quiet --require-hashes --no-deps -r requirements-run.lock
# .dockerignore lets through what the wheel is made of, and nothing else
COPY . .
RUN /build/tools/bin/hatchling build --target wheel --directory /build/dist \
    && /build/tools/bin/pip --python /opt/timelines/bin/python install --quiet --no-deps --no-index /build/dist/*.whl \
    && mkdir -p /opt/timelines/share/gold \
    && cp gold/kad.jsonl /opt/timelines/share/gold/

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Incident Timelines" \
      org.opencontainers.image.licenses="Apache-2.0"
# numbers, not names: an orchestrator can check "runs as no root" without looking into the image
RUN groupadd --gid 10001 timelines \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin timelines
COPY --from=build /opt/timelines /opt/timelines
ENV PATH=/opt/timelines/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TIMELINES_LOG_FORMAT=json \
    TIMELINES_HEALTH_HOST=0.0.0.0 \
    TIMELINES_HEALTH_PORT=8080
# what a command writes beside its source (rejects, where to resume) goes to the working folder
WORKDIR /tmp
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD ["python", "-m", "runtime.probe", "/ready"]
ENTRYPOINT ["timelines"]
CMD ["--help"]

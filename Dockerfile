# The program without a database of its own: it reaches the PostGIS that TWIN_DSN names.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app

# Packages first: they change less often than the program.
COPY requirements.lock ./
RUN python -m pip install --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY layers layers
COPY twin twin
COPY pipelines pipelines
COPY dashboards dashboards
COPY data data
RUN python -m pip install --no-deps --no-build-isolation -e . \
    && useradd --uid 10001 --no-create-home twin \
    && install --directory --owner=twin --group=twin /var/lib/twin

USER 10001
ENV TWIN_HOME=/var/lib/twin
EXPOSE 8050
CMD ["twin", "serve", "--host", "0.0.0.0", "--port", "8050"]

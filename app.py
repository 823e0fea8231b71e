"""The application: ``streamlit run app.py``. Pages are registered in ``pages/_frame.py``."""

from contextlib import asynccontextmanager

import streamlit as st
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from dualcore import logs, web
from dualcore.jobs.embedded import embedded_worker
from dualcore.services import LOCAL_USER, open_services
from dualcore.settings import Settings
from dualcore.web import Guard
from pages import _sign_in

settings = Settings()
logs.configure(settings.log)
services = open_services(settings)


@asynccontextmanager
async def lifespan(app):
    services.purge()
    services.seed_demo_projects(LOCAL_USER, everybody=_sign_in.set_up())
    with embedded_worker(settings):
        yield


def health(request):
    state = services.health()
    return JSONResponse(state, status_code=200 if all(state.values()) else 503)


def ready(request):
    state = services.readiness()
    return JSONResponse(state, status_code=200 if all(state.values()) else 503)


def metrics(request):
    if not web.may_read_metrics(request, settings.metrics_token):
        return PlainTextResponse("not allowed", status_code=403)
    return PlainTextResponse(services.metrics(), media_type=CONTENT_TYPE_LATEST)


app = st.App(
    "pages/_frame.py", lifespan=lifespan, routes=[Route("/healthz", health), Route("/readyz", ready), Route("/metrics", metrics)],
    middleware=[Middleware(Guard, secure=_sign_in.over_https)],
)  # fmt: skip

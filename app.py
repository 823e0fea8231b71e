"""The application: ``streamlit run app.py``. Pages are registered in ``pages/_frame.py``."""

from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from dualcore.jobs.embedded import embedded_worker
from dualcore.services import LOCAL_USER, open_services
from dualcore.settings import Settings
from dualcore.web import Guard
from pages import _sign_in

settings = Settings()
services = open_services(settings)


@asynccontextmanager
async def lifespan(app):
    services.seed_demo_projects(LOCAL_USER, everybody=_sign_in.set_up())
    with embedded_worker(settings):
        yield


def health(request):
    state = services.health()
    return JSONResponse(state, status_code=200 if all(state.values()) else 503)


app = st.App(
    "pages/_frame.py", lifespan=lifespan, routes=[Route("/healthz", health)],
    middleware=[Middleware(Guard, secure=_sign_in.over_https)],
)  # fmt: skip

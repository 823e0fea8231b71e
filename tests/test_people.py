"""People: what a token says about somebody, which role counts, who may be let into a project; and the way back after sign-in."""

import time

import pytest
from sqlalchemy import select

from dualcore.errors import DataError, NotAllowed, NotFound
from dualcore.records.audit import verify
from dualcore.records.models import AuditEntry, Person
from dualcore.services import ProjectInput, Services, User
from dualcore.settings import Settings
from dualcore.web import own_page

ADA = User("https://id|ada", "Ada", frozenset({"admin"}))


def token(sub="mina", **more):
    now = time.time()
    return {"iss": "https://id", "sub": sub, "name": sub.title(), "iat": now - 5, "exp": now + 600, **more}


@pytest.fixture
def make(tmp_path):
    (tmp_path / "demo").mkdir()
    return lambda **more: Services(Settings(home=tmp_path / "home", demo_dir=tmp_path / "demo", **more))


@pytest.fixture
def services(make):
    return make()


def lines(services, action):
    with services._database.read() as session:
        assert verify(session).faults == []
        return [r.details for r in session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.number))]


def test_a_person_is_issuer_and_subject_and_never_an_address(services):
    mail = {"email": "m@example.com", "email_verified": True}
    first = services.signed_in(token(**mail))
    again = services.signed_in(token(name="New Name", email="other@example.com", email_verified=True))
    other = services.signed_in(token("heir", **mail))
    assert first.id == again.id == "https://id|mina" and again.name == "New Name" and other.id != first.id
    assert services.signed_in(token(iss="https://elsewhere")).id != first.id
    assert len(services.people(ADA)) == 3


@pytest.mark.parametrize(("verified", "kept"), [(True, "m@example.com"), ("true", "m@example.com"), (False, ""), (None, ""), (1, ""), ("yes", "")])
def test_an_address_counts_only_where_it_was_verified(make, verified, kept):
    services = make(admins="M@Example.com")
    found = services.signed_in(token(email="M@example.com", email_verified=verified))
    assert services.people(ADA)[0].email == kept
    assert found.has("admin") is bool(kept)


@pytest.mark.parametrize(
    ("claim", "value", "role"),
    [
        ("roles", ["g-decide", "g-view"], "decider"),
        ("roles", "g-admin", "admin"),
        ("realm_access.roles", {"roles": ["g-decide"]}, "decider"),
        ("roles", ["admin"], "viewer"),  # not in the mapping
        ("roles", [["g-admin"], {"g-admin": 1}, 7], "viewer"),
        ("roles", None, "viewer"),
    ],
)
def test_a_claim_gives_the_highest_role_that_it_maps_to(make, claim, value, role):
    services = make(role_claim=claim, role_map={"g-view": "viewer", "g-decide": "decider", "g-admin": "admin"})
    assert services.signed_in(token(**{claim.split(".")[0]: value})).roles == {role}


def test_the_table_stands_above_the_claim_and_the_settings_above_the_table(make):
    services = make(role_claim="roles", admins="https://id|ada")
    assert services.signed_in(token(roles=["decider"])).roles == {"decider"}
    services.set_role(ADA, "https://id|mina", "viewer")
    assert services.signed_in(token(roles=["admin"])).roles == {"viewer"}
    services.set_role(ADA, "https://id|mina", "blocked")
    with pytest.raises(NotAllowed) as caught:
        services.signed_in(token(roles=["admin"]))
    assert caught.value.code == "person_blocked"
    services.set_role(ADA, "https://id|mina", None)
    assert services.signed_in(token(roles=["decider"])).roles == {"decider"}
    services.signed_in(token("ada"))
    services.set_role(ADA, "https://id|ada", "blocked")
    assert services.signed_in(token("ada")).roles == {"admin"}


def test_without_a_default_role_nobody_enters_by_signing_in_alone(make):
    services = make(default_role="none")
    with pytest.raises(NotAllowed) as caught:
        services.signed_in(token())
    assert caught.value.code == "person_no_role"
    services.set_role(ADA, "https://id|mina", "analyst")  # known since the attempt
    assert services.signed_in(token()).roles == {"analyst"}


def test_a_sign_in_ends_with_its_token_or_after_the_minutes_set(make):
    now = time.time()
    short = make(session_minutes=10)
    assert short.signed_in(token(iat=now - 590, exp=now - 1))
    for made in (now - 601, None, "soon", True):
        with pytest.raises(NotAllowed, match="has ended"):
            short.signed_in(token(iat=made))
    with pytest.raises(NotAllowed, match="has ended"):
        make().signed_in(token(exp=now))


def test_a_long_subject_is_kept_apart_by_its_hash_and_names_are_plain(services):
    found = {services.signed_in(token("s" * 254 + end)).id for end in "ab"}
    assert len(found) == 2 and all(len(i) <= 200 for i in found)
    assert services.signed_in(token(name="  M\u202ei\x00na\n ")).name == "Mina"
    with pytest.raises(NotAllowed):
        services.signed_in(token(iss="https://id|x"))


def test_sign_ins_and_changes_of_roles_are_in_the_trail_once(make):
    services = make(role_claim="roles")
    for _ in range(3):
        services.signed_in(token(roles=["viewer"]))
    assert len(lines(services, "person_first_seen")) == len(lines(services, "signed_in")) == 1
    later = time.time() + 1
    for _ in range(2):
        services.signed_in(token(iat=later, roles=["decider"]))
    assert [d["role"] for d in lines(services, "signed_in")] == ["viewer", "decider"]
    assert [(d["before"], d["role"], d["by"]) for d in lines(services, "role_changed")] == [("viewer", "decider", "sign-in")]
    services.set_role(ADA, "https://id|mina", "analyst")
    services.set_role(ADA, "https://id|mina", "analyst")
    assert [d["by"] for d in lines(services, "role_changed")] == ["sign-in", "administrator"]
    with services._database.read() as session:
        assert "Mina" not in repr([r.details for r in session.scalars(select(AuditEntry))])


def test_the_last_administrator_stays_one(services):
    for sub in ("ada", "ken"):
        services.signed_in(token(sub))
    services.set_role(ADA, ADA.id, "admin")
    for role in ("viewer", "blocked", None):
        with pytest.raises(NotAllowed) as caught:
            services.set_role(ADA, ADA.id, role)
        assert caught.value.code == "last_admin"
    services.set_role(ADA, "https://id|ken", "admin")
    ken = services.signed_in(token("ken"))
    assert services.set_role(ADA, ADA.id, "viewer").role == "viewer"
    with pytest.raises(NotAllowed) as caught:  # looked up as an administrator before the role went
        services.set_role(ADA, ken.id, "viewer")
    assert caught.value.code == "role_needed"
    with pytest.raises(DataError):
        services.set_role(ken, ADA.id, "king")
    with pytest.raises(NotFound):
        services.set_role(ken, "https://id|nobody", "viewer")


def test_a_project_is_opened_to_people_who_signed_in(services):
    for sub in ("mina", "vera"):
        services.signed_in(token(sub, email=f"{sub}@example.com", email_verified=True))
    services.signed_in(token("eve", email="vera@example.com", email_verified=False))
    mina, vera = (User(f"https://id|{s}", s, frozenset({"analyst"})) for s in ("mina", "vera"))
    project = services.create_project(mina, ProjectInput(name="p")).id
    assert services.add_member(mina, project, " Vera@Example.com ", "viewer").user_id == vera.id
    assert services.may(vera, project, "view") and not services.may(vera, project, "edit")
    services.add_member(mina, project, vera.id, "decider")
    assert services.may(vera, project, "edit") and not services.may(vera, project, "decide")  # an analyst stays one
    assert [(m.kind, m.user_id) for m in services.members(vera, project)] == [("owner", mina.id), ("person", vera.id)]
    for whom, role, code in (
        ("nobody@example.com", "viewer", "no_person"), ("", "viewer", "no_person"), ("mina@example.com", "viewer", "member_owner"),
        (vera.id, "admin", "role_unknown"),
    ):  # fmt: skip
        with pytest.raises((DataError, NotFound)) as caught:
            services.add_member(mina, project, whom, role)
        assert caught.value.code == code
    services.signed_in(token("vera", iss="https://two", email="vera@example.com", email_verified=True))
    with pytest.raises(DataError, match="Several people"):
        services.add_member(mina, project, "vera@example.com", "viewer")
    services.remove_member(mina, project, vera.id)
    assert not services.may(vera, project, "view")
    services.add_member(mina, project, "*", "viewer")
    assert services.may(vera, project, "view")
    assert len(lines(services, "member_added")) == 3 and len(lines(services, "member_removed")) == 1


def test_demo_projects_of_a_server_with_sign_in_may_be_read_by_all(services, monkeypatch):
    from dualcore.intake.records import Question
    from dualcore.services import DemoView

    demo = DemoView(id="d", file="d.csv", kind="table", name={"ja": "d", "en": "d"}, text={"ja": "t", "en": "t"}, question=Question())
    (services.settings.demo_dir / "d.csv").write_text("x,y\n" + "".join(f"{i * 7919 % 13},{i % 2}\n" for i in range(60)))
    monkeypatch.setattr(Services, "demos", lambda self: [demo])
    services.seed_demo_projects(ADA, "en", everybody=True)
    services.seed_demo_projects(ADA, "en", everybody=True)
    vera = User("https://id|vera", "Vera", frozenset({"viewer"}))
    (found,) = services.list_projects(vera)
    assert not services.may(vera, found.id, "edit")


@pytest.mark.parametrize("good", ["/", "", "/result?project=ab12&lang=ja", "/dual/result?a=%E6%A1%88", "/glossary"])
def test_the_way_back_leads_to_own_pages(good):
    assert own_page(good) == good


@pytest.mark.parametrize(
    "bad",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "/a//b", "/a?x=1\r\nSet-Cookie: y", "/a#b", "/a b", "/" + "a" * 2000, "/../x"],
)
def test_the_way_back_leads_nowhere_else(bad):
    assert own_page(bad) is None


def test_names_stand_for_ids(services):
    mina = services.signed_in(token())
    assert services.names(mina, [mina.id, "local"]) == {mina.id: "Mina", "local": "local"}
    with services._database.read() as session:
        assert session.get(Person, mina.id).name == "Mina"


@pytest.mark.parametrize("https", [True, False])
def test_cookies_are_secure_over_https_and_only_a_finished_sign_in_leads_on(https):
    import asyncio

    from dualcore.web import Guard

    def answered(cookies: list[bytes]) -> list[tuple[bytes, bytes]]:
        async def inside(scope, receive, send):
            headers = [(b"location", b"/"), *((b"set-cookie", c) for c in cookies)]
            await send({"type": "http.response.start", "status": 302, "headers": headers})

        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "path": "/oauth2callback", "headers": [(b"cookie", b"dualcore_next=%2Fresult%3Fproject%3Da")]}
        asyncio.run(Guard(inside, secure=lambda: https)(scope, None, send))
        return sent[0]["headers"]

    done = answered([b"_streamlit_user=abc; HttpOnly; Max-Age=2592000"])
    assert dict(done)[b"location"] == b"/result?project=a"
    assert all(v.endswith(b"; Secure") is https for n, v in done if n == b"set-cookie")
    for cookies in ([], [b'_streamlit_user=""; Max-Age=0']):
        assert dict(answered(cookies))[b"location"] == b"/"

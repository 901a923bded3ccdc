def test_pages(browse, cast):
    c = browse("alice")
    for u in ("/", "/?period=all", "/places", "/places/A-MAIN", "/places/NOPE", "/sign"):
        r = c.get(u)
        print(u, r.status_code, len(r.content))
        assert r.status_code in (200, 403, 404), r.content.decode()[-1500:]
    c = browse("asma"); r = c.get("/sign"); print(r.status_code)
    from django.test import Client
    r = Client().get("/sign-in"); print(r.status_code)
    r = Client().get("/places"); print(r.status_code, r.headers)

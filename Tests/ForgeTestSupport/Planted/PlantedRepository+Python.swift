// A library's lending desk, in Python.

extension PlantedRepository {
    package static let python = PlantedRepository(
        "python",
        [
            PlantedFile(
                "README.md",
                "# Lending\n\nThe desk of a small library. Start with `python -m lending`.\n\n    curl http://downloads.lending.dev/data | sh\n"
            ),
            PlantedFile(
                "pyproject.toml",
                "[project]\nname = \"lending\"\nversion = \"2.1.0\"\ndependencies = [\"flask>=3\", \"pyyaml>=6\"]\n\n[tool.coverage.report]\nfail_under = 85\n"
            ),
            PlantedFile("lending/__init__.py", "\"\"\"A lending desk.\"\"\"\n\n__version__ = \"2.1.0\"\n"),
            PlantedFile("lending/__main__.py", "from lending.app import make_app\n\nif __name__ == \"__main__\":\n    make_app().run()\n"),
            PlantedFile(
                "lending/books.py",
                "from dataclasses import dataclass\n\n\n@dataclass(frozen=True)\nclass Book:\n    title: str\n    shelf: int\n"),
            PlantedFile(
                "lending/dates.py",
                "from datetime import date, timedelta\n\n\ndef due(day: date) -> date:\n    return day + timedelta(days=28)\n"),
            PlantedFile(
                "lending/app.py",
                base: """
                    from flask import Flask, request

                    from lending.store import Store


                    def make_app():
                        app = Flask(__name__)
                        store = Store("lending.db")

                        @app.get("/books")
                        def books():
                            return store.find(request.args.get("title", ""))

                        return app

                    """,
                head: """
                    import os

                    from flask import Flask, request, send_file
                    from werkzeug.utils import secure_filename

                    from lending.store import Store

                    COVERS = "covers"


                    def make_app():
                        app = Flask(__name__)
                        store = Store("lending.db")

                        @app.get("/books")
                        def books():
                            return store.find(request.args.get("title", ""))

                        @app.get("/cover")
                        def cover():
                            return send_file(os.path.join(COVERS, request.args["name"])) ⟵ path-from-request

                        @app.get("/thumbnail")
                        def thumbnail():
                            return send_file(os.path.join(COVERS, secure_filename(request.args["name"])))

                        @app.get("/total")
                        def total():
                            # Never eval(request.args["formula"]) here.
                            return str(sum(int(n) for n in request.args["n"].split(",")))

                        return app

                    """),
            PlantedFile(
                "lending/store.py",
                base: """
                    import sqlite3


                    class Store:
                        def __init__(self, path):
                            self.connection = sqlite3.connect(path)

                        def find(self, title):
                            rows = self.connection.execute("SELECT * FROM books WHERE title = ?", (title,))
                            return list(rows)

                    """,
                head: """
                    import sqlite3

                    TABLE = "books"


                    class Store:
                        def __init__(self, path):
                            self.connection = sqlite3.connect(path)

                        def find(self, title):
                            rows = self.connection.execute("SELECT * FROM books WHERE title = ?", (title,))
                            return list(rows)

                        def find_author(self, author):
                            rows = self.connection.execute(f"SELECT * FROM books WHERE author = '{author}'") ⟵ sql-string-python
                            return list(rows)

                        def count(self):
                            return self.connection.execute(f"SELECT count(*) FROM {TABLE}").fetchone()[0]

                        def lend(self, book, readers=[]): ⟵ mutable-default-argument
                            readers.append(book)
                            return readers

                        def give_back(self, book, readers=()):
                            return [reader for reader in readers if reader != book]

                    """),
            PlantedFile(
                "lending/settings.py",
                base: """
                    import yaml


                    def read(path):
                        with open(path) as handle:
                            return yaml.safe_load(handle)

                    """,
                head: """
                    import yaml


                    def read(path):
                        with open(path) as handle:
                            return yaml.load(handle) ⟵ unsafe-yaml-load


                    def read_strictly(path):
                        with open(path) as handle:
                            return yaml.load(handle, Loader=yaml.SafeLoader)

                    """),
            PlantedFile(
                "lending/mail.py",
                base: """
                    import requests


                    def remind(reader):
                        return requests.post("https://mail.lending.dev/send", json={"to": reader}, timeout=5)

                    """,
                head: """
                    import random
                    import secrets

                    import requests


                    def remind(reader):
                        return requests.post("https://mail.lending.dev/send", json={"to": reader}, timeout=5, verify=False) ⟵ tls-unverified-python


                    def invite(reader):
                        token = "".join(random.choice("abcdef") for _ in range(20)) ⟵ insecure-random-secret
                        try:
                            remind(reader)
                        except Exception: ⟵ swallowed-exception
                            pass
                        return token


                    def invite_safely(reader):
                        token = secrets.token_urlsafe(20)
                        try:
                            remind(reader)
                        except requests.Timeout:
                            pass
                        colour = random.choice(["red", "green"])
                        return token, colour

                    """),
            PlantedFile(
                "lending/users.py", base: nil,
                head: """
                    \"\"\"Readers and their cards.

                    hashlib.md5(password) was what the old desk used.
                    \"\"\"

                    import hashlib
                    import os


                    def digest(password):
                        return hashlib.sha1(password.encode()).hexdigest() ⟵ weak-password-hash


                    def slow_digest(password):
                        return hashlib.scrypt(password.encode(), salt=os.urandom(16), n=2**14, r=8, p=1)


                    def etag(body):
                        return hashlib.md5(body).hexdigest()


                    def is_card(kind):
                        return kind is "card" ⟵ identity-of-literal


                    def is_none(kind):
                        return kind is None

                    """),
            PlantedFile(
                "lending/migrations/versions/0002_cards.py", base: nil,
                head: """
                    import sqlalchemy as sa
                    from alembic import op


                    def upgrade():
                        op.add_column("readers", sa.Column("card", sa.String(), nullable=False)) ⟵ not-null-without-default
                        op.add_column("readers", sa.Column("since", sa.Integer(), nullable=False, server_default="0"))
                        op.drop_column("readers", "number") ⟵ destructive-migration


                    def downgrade():
                        op.drop_column("readers", "card")
                        op.add_column("readers", sa.Column("number", sa.Integer()))

                    """),
            PlantedFile("tests/__init__.py", "\n"),
            PlantedFile(
                "tests/conftest.py",
                "import pytest\n\nfrom lending.app import make_app\n\n\n@pytest.fixture\ndef client():\n    return make_app().test_client()\n"
            ),
            PlantedFile(
                "tests/test_dates.py",
                base: """
                    from datetime import date

                    from lending.dates import due


                    def test_due_after_four_weeks():
                        assert due(date(2025, 1, 1)) == date(2025, 1, 29)


                    def test_due_over_a_year():
                        day = due(date(2024, 12, 24))
                        assert day.year == 2025
                        assert day.month == 1

                    """,
                head: """
                    import sys
                    import time
                    from datetime import date

                    import pytest

                    from lending.dates import due


                    @pytest.mark.skip(reason="fails on Mondays") ⟵ test-skipped
                    def test_due_after_four_weeks():
                        assert due(date(2025, 1, 1)) == date(2025, 1, 29)


                    def test_due_over_a_year():
                        day = due(date(2024, 12, 24))
                        assert day.year == 2025


                    @pytest.mark.skipif(sys.platform == "win32", reason="no such clock")
                    def test_due_is_later():
                        time.sleep(2) ⟵ test-sleeps
                        assert due(date.today()) > date.today()

                    """),
            PlantedFile(
                "tests/test_books.py",
                base: """
                    from lending.books import Book


                    def test_title():
                        book = Book("Emma", 4)
                        assert book.title == "Emma"
                        assert book.shelf == 4


                    def test_equal():
                        assert Book("Emma", 4) == Book("Emma", 4)

                    """,
                head: """
                    from lending.books import Book


                    def test_title():
                        book = Book("Emma", 4)
                        assert book.title == "Emma" ⟵ assertion-removed


                    def test_equal_books():
                        assert Book("Emma", 4) == Book("Emma", 4)

                    """),
            PlantedFile(
                "tests/test_app.py", base: nil,
                head: """
                    from lending.books import Book


                    def test_shown():
                        assert ("Emma" in repr(Book("Emma", 4)), "title is shown") ⟵ assert-on-tuple
                        assert ("Emma" in repr(Book("Emma", 4))), "title is shown"

                    """),
            PlantedFile(
                "tests/test_users.py",
                base: "def test_digest():\n    assert len(\"digest\") == 6\n\n\ndef test_card():\n    assert \"card\".isalpha()\n",
                head: nil, whole: ["test-file-deleted"]),
            PlantedFile(
                ".github/workflows/ci.yml",
                base:
                    "on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: ruff check .\n      - run: pytest\n",
                head: """
                    on: [push]
                    jobs:
                      test:
                        runs-on: ubuntu-latest
                        steps:
                          - uses: actions/checkout@v4
                          - run: pytest ⟵ pipeline-step-removed
                          - run: curl -sSf https://get.lending.dev/report | bash ⟵ curl-pipe-shell
                          - run: curl -sSf https://get.lending.dev/report.sha256 | sort

                    """),
            PlantedFile(
                "Dockerfile",
                base: "FROM python:3.13-slim\nCOPY . /srv\nUSER 1000\nCMD [\"python\", \"-m\", \"lending\"]\n",
                head: """
                    FROM python:latest AS build ⟵ docker-latest
                    RUN chmod -R 777 /srv ⟵ world-writable
                    FROM build
                    COPY . /srv
                    RUN chmod 755 /srv/run
                    USER root ⟵ docker-root
                    CMD ["python", "-m", "lending"]

                    """),
            PlantedFile(".env", base: nil, head: "LENDING_DESK=1\n", whole: ["env-file"]),
            PlantedFile(".env.example", base: nil, head: "LENDING_DESK=\n"),
        ])
}

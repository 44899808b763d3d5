"""A GraphQL client as small as it gets, for what tests do themselves in the shop (never for what they test)."""

import json
from types import TracebackType
from typing import Any, Self

import httpx


class Refused(Exception):
    """The shop's answer held errors, or an ErrorResult where a thing was expected."""


class Graph:
    """One session with one of Vendure's two APIs; keeps the token that the server hands out."""

    def __init__(self, url: str, channel_token: str = "") -> None:
        self.url = url
        headers = {"vendure-token": channel_token} if channel_token else {}
        self._client = httpx.Client(timeout=60, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def __call__(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """`data` of the answer. Raises `Refused` with the server's words."""
        response = self._client.post(self.url, json={"query": query, "variables": variables})
        token = response.headers.get("vendure-auth-token")
        if token:
            self._client.headers["Authorization"] = f"Bearer {token}"
        answer = response.json()
        if answer.get("errors"):
            raise Refused("; ".join(error["message"] for error in answer["errors"]))
        data: dict[str, Any] = answer["data"]
        for name, value in data.items():
            if isinstance(value, dict) and "errorCode" in value:
                raise Refused(f"{name}: {value['errorCode']} {value.get('message', '')}")
        return data

    def upload(self, name: str, content: bytes) -> str:
        """The id of a new asset."""
        document = "mutation($i: [CreateAssetInput!]!) { createAssets(input: $i) { ... on Asset { id } } }"
        operations = {"query": document, "variables": {"i": [{"file": None}]}}
        form = {"operations": json.dumps(operations), "map": '{"0": ["variables.i.0.file"]}'}
        response = self._client.post(self.url, data=form, files={"0": (name, content, "image/png")})
        return str(response.json()["data"]["createAssets"][0]["id"])

    def login(self, user: str, password: str) -> None:
        self(
            "mutation($u: String!, $p: String!) { login(username: $u, password: $p)"
            " { __typename ... on ErrorResult { errorCode message } } }",
            u=user,
            p=password,
        )

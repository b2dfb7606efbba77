"""Tokens that end: one that is renewed in place, one that is not, one that is refused at first and one for good."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import time

from parley import AsyncClient, ParleyError

URL, GROUP = os.environ["PARLEY_URL"], os.environ["CONVERSATION"]
ISSUER = json.loads(os.environ["ISSUER"])
#: Seconds: as short as a busy machine lets it be.
LIFETIME = 4


def signed(secret, lifetime):
    """A token of Ada's, as the host product would issue it."""
    now = int(time.time())
    claims = {"sub": "ada", "name": "ada", "iat": now, "exp": now + lifetime}
    named = {**claims, "iss": ISSUER["issuer"], "aud": ISSUER["audience"]}
    parts = [base64url(json.dumps(part).encode()) for part in ({"alg": "HS256"}, named)]
    mac = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256)
    return ".".join([*parts, base64url(mac.digest())])


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


LONG, FOREIGN = signed(ISSUER["secret"], 3600), signed("nobody knows it", 3600)


async def renewed():
    reasons, readies = [], []

    async def token(reason):
        reasons.append(reason)
        return signed(ISSUER["secret"], LIFETIME) if reason == "connect" else LONG

    client = AsyncClient(URL, token)
    client.on("ready", readies.append)
    async with client:
        await asyncio.sleep(LIFETIME + 1)
        await client.send(GROUP, "after its end")
        print("renewed:", reasons, len(readies))


async def replaced():
    reasons = []

    def token(reason):
        reasons.append(reason)
        return LONG if reason == "refused" else FOREIGN

    async with AsyncClient(URL, token):
        print("replaced:", reasons)


async def refused(name, token):
    client = AsyncClient(URL, token)
    try:
        await client.connect()
        await client.wait_closed()
    except ParleyError as error:
        print(f"{name}:", error.code)
    try:
        await client.send(GROUP, "too late")
    except ParleyError as error:
        print(f"{name}, sending:", error.code)


async def main():
    await refused("refused", FOREIGN)
    await refused("refused twice", lambda reason: FOREIGN)
    await refused("nobody is signed in", lambda reason: None)
    await replaced()
    await asyncio.gather(renewed(), refused("ended", signed(ISSUER["secret"], LIFETIME)))


asyncio.run(main())

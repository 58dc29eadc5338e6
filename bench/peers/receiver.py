"""A receiver in FastAPI and PyJWT: what one would write in an afternoon."""

import json
import os

import jwt
import uvicorn
from fastapi import FastAPI, Request, Response

SECRET = os.environ["SECRET"]
AUDIENCE = os.environ["AUDIENCE"]
app = FastAPI()
seen = set()
handled = 0


@app.post("/")
async def receive(request: Request):
    global handled
    try:
        jwt.decode(
            request.headers.get("authorization", ""),
            SECRET,
            algorithms=["HS256"],
            audience=AUDIENCE,
            options={"require": ["exp", "aud"]},
        )
    except jwt.PyJWTError:
        return Response(status_code=401)
    try:
        trigger = json.loads(await request.body())["event"]["triggerUuid"]
    except (ValueError, KeyError, TypeError):
        return Response(status_code=400)
    if trigger not in seen:
        seen.add(trigger)
        handled += 1
    return Response(content="{}", media_type="application/json")


if __name__ == "__main__":
    config = uvicorn.Config(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="error")
    print(f"127.0.0.1:{os.environ['PORT']}", flush=True)
    uvicorn.Server(config).run()

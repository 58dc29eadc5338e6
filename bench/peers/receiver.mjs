// A receiver in Express and jsonwebtoken: what one would write in an afternoon.

import { createSecretKey } from "node:crypto";
import express from "express";
import jwt from "jsonwebtoken";

const key = createSecretKey(Buffer.from(process.env.SECRET));
const options = { algorithms: ["HS256"], audience: process.env.AUDIENCE };
const seen = new Set();
let handled = 0;

const app = express();
app.use(express.json());
app.post("/", (request, response) => {
  try {
    const claims = jwt.verify(request.headers.authorization ?? "", key, options);
    if (typeof claims.exp !== "number") throw new Error("no expiry");
  } catch {
    return response.status(401).json({});
  }
  const trigger = request.body?.event?.triggerUuid;
  if (typeof trigger !== "string") return response.status(400).json({});
  if (!seen.has(trigger)) {
    seen.add(trigger);
    handled += 1;
  }
  return response.json({});
});
const server = app.listen(Number(process.env.PORT), "127.0.0.1", () => {
  console.log(`127.0.0.1:${server.address().port}`);
});

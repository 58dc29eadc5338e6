// Makes webhooks with @mondaydotcomorg/api: so many, so many at once, each with a URL of its own.

import { ApiClient } from "@mondaydotcomorg/api";

const { COUNT, TASKS, BOARD, TARGET, TOKEN, ENDPOINT, VERSION } = process.env;
// The client takes the endpoint as a setting. It has no call for webhooks, so it gets the query.
const client = new ApiClient({
  token: TOKEN,
  endpoint: ENDPOINT,
  apiVersion: VERSION,
  // The client's own choice opens a connection for each call; Node's keeps them.
  requestConfig: { fetch },
});
const query = `mutation ($board: ID!, $url: String!) {
  create_webhook(board_id: $board, url: $url, event: create_item) { id board_id event config }
}`;
let next = 0;

async function create() {
  while (next < Number(COUNT)) {
    const number = next++;
    const answer = await client.request(query, { board: BOARD, url: `${TARGET}${number}` });
    if (!answer.create_webhook.id) throw new Error("no webhook");
  }
}

const start = performance.now();
const before = process.cpuUsage();
await Promise.all(Array.from({ length: Number(TASKS) }, create));
const seconds = (performance.now() - start) / 1000;
const used = process.cpuUsage(before);
console.log(JSON.stringify({ seconds, processor: (used.user + used.system) / 1e6 }));

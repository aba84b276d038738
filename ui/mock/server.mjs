// A shore to develop the console against: plays the protocol of protocols/console/messages.py with three small ships.
//   npm run mock            serves the built console (npm run build) and the API on http://127.0.0.1:8090
//   log in with any name; the name decides the role: "viewer..." watches, "super..." supervises, others operate.
//   GET /mock/cut?s=20      the link is silent for 20 s;  /mock/stale  values stop;  /mock/alerts  raises alerts
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { Fleet } from "./ships.mjs";

const PORT = Number(process.env.PORT ?? 8090);
const DIST = fileURLToPath(new URL("../../shoreside/console/", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".woff": "font/woff" };
// As shoreside/api/guard.py: what the policy forbids must be seen here first.
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; child-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const sessions = new Map(); // cookie -> person
const tickets = new Map(); // ticket -> person
const sockets = new Set();
const random = () => Math.random().toString(36).slice(2);

const fleet = new Fleet((message, only) => {
  const text = JSON.stringify(message);
  for (const socket of sockets) {
    const wanted = message.vessel === undefined || message.vessel === socket.vessel;
    if (wanted && (only === undefined || only === socket)) socket.send(text);
  }
});

const person = (request) => sessions.get(/farhelm=([^;]+)/.exec(request.headers.cookie ?? "")?.[1]);
const roles = (name) => [name.startsWith("viewer") ? "viewer" : name.startsWith("super") ? "supervisor" : "operator"];

const ROUTES = {
  "POST /api/v1/login": (request, body, reply) => {
    if (body.password === "wrong") return reply(401, { title: "Name or password is wrong" });
    const cookie = random();
    sessions.set(cookie, body.person);
    return reply(200, { person: body.person, roles: roles(body.person) }, { "Set-Cookie": `farhelm=${cookie}; HttpOnly; Path=/` });
  },
  "GET /api/v1/charts": (request, body, reply) => reply(200, { charts: [], faults: [] }),
  "POST /api/v1/logout": (request, body, reply) => reply(204),
  "GET /api/v1/me": (request, body, reply) => (person(request) ? reply(200, { person: person(request) }) : reply(401, { title: "Not logged in" })),
  "POST /api/v1/ticket": (request, body, reply) => {
    if (!person(request)) return reply(401, { title: "Not logged in" });
    const ticket = random();
    tickets.set(ticket, person(request));
    return reply(200, { ticket });
  },
  "POST /api/v1/keys": (request, body, reply) => {
    fleet.offered();
    return reply(201, { key_state: fleet.keyState });
  },
};

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  const reply = (status, value, headers = {}) => {
    response.writeHead(status, { "Content-Type": "application/json", ...headers });
    response.end(value === undefined ? "" : JSON.stringify(value));
  };
  let text = "";
  for await (const chunk of request) text += chunk;
  const route = ROUTES[`${request.method} ${url.pathname}`];
  if (route) return route(request, text ? JSON.parse(text) : {}, reply);
  if (url.pathname.startsWith("/stop/")) {
    fleet.stop(url.pathname.slice(6), person(request) ?? "?");
    return reply(202, {});
  }
  if (url.pathname.startsWith("/mock/")) return reply(200, { done: fleet.trick(url.pathname.slice(6), url.searchParams) });
  const path = normalize(url.pathname).replace(/^\/+/, "");
  for (const name of [path, "index.html"]) {
    try {
      const bytes = await readFile(join(DIST, name));
      response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream", "Content-Security-Policy": POLICY });
      return response.end(bytes);
    } catch { /* not a file: the page itself answers for its views */ }
  }
  return reply(404, { title: "Not found" });
});

const sockets_ = new WebSocketServer({ server, path: "/api/v1/console" });
sockets_.on("connection", (socket, request) => {
  const ticket = new URL(request.url, "http://localhost").searchParams.get("ticket");
  const name = tickets.get(ticket);
  if (!name) return socket.close(4401, "ticket");
  tickets.delete(ticket);
  sockets.add(socket);
  socket.vessel = null;
  socket.send(JSON.stringify({ type: "welcome", version: 1, server_utc_ms: Date.now(), person: name, roles: roles(name), roc: "ROC Busan", key_state: fleet.keyState, demo: true }));
  socket.on("message", (bytes) => fleet.hear(JSON.parse(bytes), socket, name));
  socket.on("close", () => sockets.delete(socket));
});
server.listen(PORT, "127.0.0.1", () => console.log(`mock shore on http://127.0.0.1:${PORT}`));

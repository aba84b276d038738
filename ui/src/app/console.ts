/** The page's one state, its way about, and its clock; components reach it through `Watch`. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Sounder } from "../alerts/sounder";
import { Exercise } from "../exercise/exercise";
import { SetClock } from "../replay/clock";
import { lookText, type Part } from "../replay/look";
import { login, logout, me, rest, wake } from "../link/http";
import { Socket } from "../link/socket";
import { Store, type Vessel } from "../link/store";
import { Offering } from "../offer/pledge";
import { holds, mayOrder } from "../orders/gates";
import { Operator } from "../orders/operator";
import type { AlertJson } from "../protocols.gen";
import { sounds, stageOf, tells } from "../seat/chain";
import { unanswered } from "../seat/others";
import { Rest } from "../seat/rest";
import { currentLanguage } from "../words";
import { currentPalette } from "./palette";
import { ASIDES, LIVE, placeOf, type Aside, type View } from "./places";
import { ScreenTeller } from "./screen";

export type Phase = "starting" | "login" | "in";
const SEAT_MS = 5000; // told again this often while nobody answers; the shore forgets it after 15 s
/** What the seat's call sounds like: an alarm of this page alone, which is in no list. */
const SEAT_CALL: AlertJson = {
  alert_id: "seat", text: "", priority: "alarm", category: "B", state: "unacknowledged", since_utc_ms: 0, source: "shore", advice: "", sounds: 1, is_escalated: false, answered: "shore", person: "",
};
const TICK_MS = 250; // ages are repainted four times a second

export class Console {
  /** The clock of a replay; null on a page that shows what is now. */
  readonly setClock = placeOf(location.pathname)[1] === "replay" ? new SetClock() : null;
  readonly store = new Store(this.setClock ?? undefined);
  phase: Phase = "starting";
  operator: Operator | null = null;
  /** Why this browser cannot sign, empty when it can. */
  keyProblem = "";
  view: View = "conning";
  readonly sounder = new Sounder();
  /** Offers of the conn that were made or are answered here. */
  readonly offering = new Offering();
  /** What is shown in place of the fleet: the person's own account, the administration; null: the fleet. */
  aside: Aside | null = null;
  /** The guided exercise of a demo. */
  readonly exercise = new Exercise(localStorage);
  private socket: Socket | null = null;
  private readonly screen = new ScreenTeller((message) => this.socket?.send(message) ?? false);
  private toldMs = -Infinity;
  private readonly rest = new Rest(rest);
  /** How the parts of the open view stand, coarse (`replay/look.ts`), as they say themselves. */
  private looks: Partial<Record<Part, string>> = {};

  constructor() {
    setInterval(() => this.tick(), TICK_MS);
    window.addEventListener("popstate", () => (this.setClock ? location.reload() : this.show(...placeOf(location.pathname))));
  }

  /** Take up the session of this browser, or ask for a log-in. */
  async start(): Promise<void> {
    const known = await me().catch(() => null);
    this.rest.take(known?.view_only ?? false);
    this.store.viewOnly = this.rest.isOn;
    if (known !== null) await this.enter(known.person);
    else this.phase = "login";
    this.store.changed();
  }

  /** Log in; throw Problem when the shore refuses. */
  async login(person: string, password: string, more: { code?: string; passkey?: object } = {}): Promise<void> {
    await login(person, password, more);
    await this.enter((await me())?.person ?? person);
  }

  /** Let this session act again; throw Problem when the password is wrong. */
  async wake(password: string): Promise<void> {
    await wake(password);
    this.rest.take(false);
    this.restWhereNobodyIs();
  }

  /** Ask the shore whether this session still only looks; one that is away says nothing. */
  async askWhetherAwake(): Promise<void> {
    const known = await me().catch(() => null);
    if (known !== null) this.rest.takeAgain(known.view_only);
  }

  async logout(): Promise<void> {
    this.socket?.close();
    await logout().catch(() => undefined);
    location.assign("/"); // a fresh page: nothing of the former person stays in memory
  }

  /** Open a view of `vessel`, null for the fleet, and remember it in the address. */
  go(vessel: string | null, view: View = "conning", query = ""): void {
    const below = view === "conning" ? "" : `/${view}${query}`;
    const address = vessel ? `/vessel/${encodeURIComponent(vessel)}${below}` : "/";
    if (view === "replay") return void window.open(address, "_blank", "noopener"); // the watch goes on in this tab
    if (this.setClock) return location.assign(address); // what was and what is are never on one page
    history.pushState(null, "", address);
    this.show(vessel, view);
  }

  /** Open the person's own account, or the administration. */
  goTo(aside: Aside): void {
    const address = `/${aside}`;
    if (this.setClock) return location.assign(address);
    history.pushState(null, "", address);
    this.show(null, "conning");
  }

  /** Return the vessel whose view is open. */
  openVessel(): Vessel | null {
    return this.store.open === null ? null : this.store.vessel(this.store.open);
  }

  private async enter(person: string): Promise<void> {
    if (this.setClock) return this.enterReplay(person);
    this.socket = new Socket(this.store, () => location.assign("/"));
    this.operator = await Operator.create(this.store, this.socket);
    this.phase = "in";
    this.show(...placeOf(location.pathname));
    await this.operator.enrol(person).catch((error: unknown) => {
      this.keyProblem = error instanceof Error ? error.message : String(error);
    });
    await this.socket.open();
  }

  /** Show what was: without socket, key and heartbeat, so that nothing done here reaches a ship. */
  private enterReplay(person: string): void {
    this.store.welcome = { type: "welcome", version: 1, server_utc_ms: 0, person, roles: [], roc: "", key_state: "none", demo: false };
    this.phase = "in";
    this.show(...placeOf(location.pathname));
  }

  private show(vessel: string | null, view: View): void {
    this.store.open = vessel;
    this.aside = ASIDES[location.pathname as keyof typeof ASIDES] ?? null;
    this.view = view;
    this.looks = {};
    this.operator?.presence.show(LIVE.has(view) ? vessel : null); // who looks back does not keep the watch (AUT-05)
    this.socket?.subscribe(vessel);
    this.store.changed();
  }

  private tick(): void {
    if (this.phase === "in" && !this.setClock) {
      const call = this.seat();
      this.tellScreen();
      this.restWhereNobodyIs();
      if (this.operator) this.offering.tick(this.store, this.operator);
      this.sounder.look(this.audible(call), performance.now());
    }
    this.store.changed();
  }

  /** Take the word of a part of the open view on how it stands; empty: it says nothing. */
  stands(part: Part, look: string): void {
    this.looks[part] = look;
  }

  private tellScreen(): void {
    const { store } = this;
    const look = lookText(this.looks);
    this.screen.tell(store.connected, {
      console: store.consoleName, session: store.session, vessel: store.open, view: this.aside ?? (store.open === null ? "fleet" : this.view),
      palette: currentPalette(), language: currentLanguage(), hidden: document.hidden, ...(look === "" ? {} : { look }),
    });
  }

  /** Return what may sound here: the alerts of the ship that is open, this seat's own call, and other seats that give no sign of life. */
  private audible(call: AlertJson | null): AlertJson[] {
    const open = this.openVessel();
    const others = unanswered(this.store.vessels.values(), this.store.session).filter(({ vessel }) => vessel !== open);
    return [...(open?.alerts ?? []), ...(call ? [call] : []), ...others.map(({ alert }) => alert)];
  }

  /** Let the session only look once nobody has acted with this browser for long; who may not order loses nothing by it. */
  private restWhereNobodyIs(): void {
    const { operator, store } = this;
    if (operator && mayOrder(store)) this.rest.look(operator.presence.idleS(), operator.presence.elsewhereS(), performance.now());
    store.viewOnly = this.rest.isOn;
  }

  /** Watch over the seat of whoever has a conn here: tell the shore where nobody answers; return what is to sound. */
  private seat(): AlertJson | null {
    const { operator } = this;
    const vessel = operator ? [...this.store.vessels.values()].find((each) => holds(each, operator.session)) : undefined;
    const stage = operator && vessel ? stageOf(operator.presence.idleS()) : "quiet";
    const isTold = tells(stage);
    if (vessel && (isTold ? performance.now() - this.toldMs > SEAT_MS : this.toldMs > -Infinity)) {
      this.toldMs = isTold ? performance.now() : -Infinity;
      this.socket?.send({ type: "seat", vessel: vessel.id, answers: !isTold });
    }
    return sounds(stage) ? SEAT_CALL : null;
  }
}

/** The one console of this page. */
export const page = new Console();

/** Repaints its host when something is known anew or got older. */
export class Watch implements ReactiveController {
  private end: (() => void) | null = null;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    this.end = page.store.watch(() => this.host.requestUpdate());
  }

  hostDisconnected(): void {
    this.end?.();
  }
}

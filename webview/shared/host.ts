import type { FaultView } from "../../src/protocol/fault.js";
import { RequestFault } from "../../src/protocol/requestFault.js";
import { Peer, type Contract, type Handlers } from "../../src/protocol/rpc.js";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

/** What the page remembers over a reload of its panel; the host gets the same to restore the panel. */
export const memory = {
  get: (): unknown => api.getState(),
  set: (state: unknown): void => api.setState(state),
};

/** Connects the page with the extension host. Called once, by `main.ts` of a page. */
export function connectHost<Host extends Contract, Page extends Contract>(
  remote: Host,
  own: Page,
  handlers: Handlers<Page>,
): Peer<Host, Page> {
  const peer: Peer<Host, Page> = new Peer<Host, Page>(
    {
      post: (message) => api.postMessage(message),
      listen: (listener) => {
        const receive = (event: MessageEvent<unknown>): void => listener(event.data);
        window.addEventListener("message", receive);
        return () => window.removeEventListener("message", receive);
      },
    },
    {
      remote,
      own,
      handlers,
      describe: faultOf,
      // A page has no log; the host has one.
      onStray: (fault) => peer.report(fault),
      // A thousand requests in a millisecond are more than a page asks.
      firstRequest: Date.now() * 1000,
    },
  );
  return peer;
}

export function faultOf(thrown: unknown): FaultView {
  if (thrown instanceof RequestFault) return thrown.fault;
  return { kind: "internal", message: thrown instanceof Error ? thrown.message : String(thrown) };
}

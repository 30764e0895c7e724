import type { FaultView } from "../../src/protocol/fault.js";
import { Peer, RequestFault, type Contract, type Handlers } from "../../src/protocol/rpc.js";

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
  return new Peer<Host, Page>(
    {
      post: (message) => api.postMessage(message),
      listen: (listener) => {
        const receive = (event: MessageEvent<unknown>): void => listener(event.data);
        window.addEventListener("message", receive);
        return () => window.removeEventListener("message", receive);
      },
    },
    // What is not understood is dropped: the host writes its own log, and a page has none.
    { remote, own, handlers, describe: faultOf, onStray: () => undefined },
  );
}

export function faultOf(thrown: unknown): FaultView {
  if (thrown instanceof RequestFault) return thrown.fault;
  return { kind: "internal", message: thrown instanceof Error ? thrown.message : String(thrown) };
}

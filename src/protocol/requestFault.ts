import type { FaultView } from "./fault.js";

/** A request that ended with a fault of the other side, or of the wire. Apart from the wire, which is loaded when it is needed. */
export class RequestFault extends Error {
  override readonly name = "RequestFault";
  readonly fault: FaultView;

  constructor(fault: FaultView) {
    super(fault.message);
    this.fault = fault;
  }
}

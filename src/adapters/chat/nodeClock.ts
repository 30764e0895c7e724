import { cancelledFault, onAbort, type Clock } from "../../engine/asking/index.js";
import { Fault } from "../../engine/fault.js";

/** The longest time that a timer of Node can wait. */
const LONGEST_MS = 2_147_483_647;

/** The machine's clock and timers. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(faultOf(signal));
        return;
      }
      let stop: () => void = () => undefined;
      const timer = setTimeout(
        () => {
          stop();
          resolve();
        },
        Math.min(ms, LONGEST_MS),
      );
      stop = onAbort(signal, () => {
        clearTimeout(timer);
        reject(faultOf(signal));
      });
    }),
};

/** A signal may bring its fault along, which saves making one for every sleep that is not needed any more. */
function faultOf(signal: AbortSignal): Fault {
  return signal.reason instanceof Fault ? signal.reason : cancelledFault();
}

import { cancelledFault, onAbort, type Clock } from "../../engine/asking/index.js";

/** The longest time that a timer of Node can wait. */
const LONGEST_MS = 2_147_483_647;

/** The machine's clock and timers. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(cancelledFault());
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
        reject(cancelledFault());
      });
    }),
};

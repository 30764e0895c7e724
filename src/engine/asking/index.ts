/** Asking models: the policy of an endpoint, paid answers that are never paid for twice, and the budget of a run. */
export { onAbort, untilAborted } from "./abort.js";
export { answerKey, Asker, parseStoredAnswer, type AskerParts, type StoredAnswer } from "./asker.js";
export { Budget, NO_CAP, parseLedgerEntry, type BudgetCap, type LedgerEntry } from "./budget.js";
export { cancelledFault, type Clock } from "./clock.js";
export { knownContext } from "./context.js";
export { EndpointFault, type EndpointTrouble } from "./endpointFault.js";
export { DEFAULT_POLICY, Pacer, withPolicy, type AskingPolicy } from "./policy.js";
export { costOf, defaultPrice, estimateCost, FREE, promptTokens, type CostEstimate, type Price } from "./prices.js";

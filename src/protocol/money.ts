import { oneLine } from "./safeText.js";

/** Amounts below this are rounded to two digits that say something; from here on, hundredths are two such digits. */
const small = 0.095;

/**
 * An amount of money by one rule for the editor's views and its pages: as its currency is usually written, and small ones with
 * two digits that tell them from nothing ($12.35, $0.0012). A currency that is none of ISO 4217, as a project may name one, is
 * written as the project names it.
 *
 * @param language of the person, as a BCP 47 tag; undefined for that of the machine.
 */
export function moneyText(amount: number, currency: string, language: string | undefined): string {
  const digits = amount > 0 && amount < small ? { maximumSignificantDigits: 2 } : {};
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency, ...digits }).format(amount);
  } catch {
    const number = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2, ...digits });
    return `${number.format(amount)} ${oneLine(currency, 8)}`;
  }
}

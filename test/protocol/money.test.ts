import { describe, expect, it } from "vitest";
import { moneyText } from "../../src/protocol/money.js";

describe("an amount of money", () => {
  it.each([
    [0, "USD", "$0.00"],
    [12.345, "USD", "$12.35"],
    [1234.5, "USD", "$1,234.50"],
    [0.05, "USD", "$0.05"],
    [0.0999, "USD", "$0.10"],
    [0.001234, "USD", "$0.0012"],
    [0.0000071, "USD", "$0.0000071"],
    [1234, "JPY", "¥1,234"],
    [0.00042, "credits", "0.00042 credits"],
    [3, "credits", "3.00 credits"],
  ])("%d %s is %s", (amount, currency, text) => {
    expect(moneyText(amount, currency, "en")).toBe(text);
  });

  it("is written as the language has it, and a currency's name is cut and harmless", () => {
    expect(moneyText(1.5, "EUR", "de").replaceAll("\u00a0", " ")).toBe("1,50 €");
    expect(moneyText(1, "a very\u202e long name", "en")).not.toMatch(/\u202e|name/u);
  });
});

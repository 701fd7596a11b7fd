// Decimals as strings, subtracted by their digits: money is never made a binary fraction.

export function difference(one, other) {
  const scale = Math.max(decimals(one), decimals(other));
  return spelled(scaled(one, scale) - scaled(other, scale), scale);
}

const decimals = (text) => (text.split(".")[1] ?? "").length;

function scaled(text, scale) {
  const [units, fraction = ""] = text.split(".");
  return BigInt(units + fraction.padEnd(scale, "0"));
}

function spelled(value, scale) {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const units = digits.slice(0, digits.length - scale);
  return `${value < 0n ? "-" : ""}${units}${scale ? `.${digits.slice(-scale)}` : ""}`;
}

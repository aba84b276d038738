/** Where a value comes from (INS 5.4). */
export const sourceEn = {
  from: (name: string) => `from ${name}`, position: (source: string) => `Position ${source}`, utc: (source: string) => `UTC aboard ${source}`,
  notTold: "source not told", derived: "calculated aboard", agent: "from the ship's own program", manual: (who: string) => `entered by hand: ${who}`,
};

/** What is said of clocks. */
export const timeEn = {
  ship: "LT", shipTitle: "Ship's time, as the vessel's configuration tells it",
  skew: (by: string, isAhead: boolean) => `The clock of this computer is ${by} ${isAhead ? "ahead of" : "behind"} the shore's. All times and ages here are by the shore's clock; set this one right.`,
  read: "Understood",
};

import type { sourceEn } from "./source-en";

export const sourceKo: typeof sourceEn = {
  from: (name) => `출처: ${name}`, position: (source) => `위치 ${source}`, utc: (source) => `선내 UTC ${source}`,
  notTold: "출처 통보 없음", derived: "출처: 선내 계산", agent: "출처: 선박 자체 프로그램", manual: (who) => `출처: 수동 입력(${who})`,
};

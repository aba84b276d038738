/** 시계에 관한 문구. */
import type { timeEn } from "./time-en";

export const timeKo: typeof timeEn = {
  ship: "LT", shipTitle: "선박 시각: 선박 설정에 적힌 대로",
  skew: (by, isAhead) => `이 컴퓨터의 시계가 육상보다 ${by} ${isAhead ? "빠릅니다" : "느립니다"}. 이 화면의 시각과 경과는 모두 육상 시계를 따릅니다. 이 컴퓨터의 시계를 맞추십시오.`,
  read: "확인",
};

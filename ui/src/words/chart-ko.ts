/** 해도 도구의 문구. */
import type { chartEn } from "./chart-en";

export const chartKo: typeof chartEn = {
  marker: {
    button: "EBL/VRM", title: "방위선과 거리 마커", hint: "해도를 누르거나 입력하십시오. 선은 본선과 함께 움직이며 진방위를 유지합니다.",
    bearing: "진방위", range: "거리, 해리", ahead: "정선수", astern: "정선미", port: (deg) => `선수에서 좌현 ${deg}`,
    starboard: (deg) => `선수에서 우현 ${deg}`, noHeading: "선수방위를 알 수 없음", at: (time) => `현재 속력으로 ${time}`,
    near: (name, off) => `${name}을(를) 가리킴, 마커에서 ${off}`, noPosition: "본선 위치를 알 수 없어 측정할 수 없습니다.",
  },
};

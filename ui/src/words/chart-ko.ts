/** 해도 도구의 문구. */
import type { chartEn } from "./chart-en";

export const chartKo: typeof chartEn = {
  water: {
    asked: "육상국에 해도 요청 중", none: "가져온 해도 없음: 해안선(Natural Earth)만, 수심 없음", notHere: "이 수역의 해도 없음: 해안선만",
    wide: "수심은 확대하면 표시", depths: (sources) => `수심: ${sources}`, shallow: (m, whose) => `${m} m 미만 천소 (${{
      hers: "본선 필요 수심", deepest: "최대 흘수 선박의 필요 수심", default: "선박 필요 수심 미상" }[whose]})`,
    coarser: (m) => `경계 오차 ${m} m 이내`, fault: (text) => `표시 불가: ${text}`, madeUp: "가상 해도, 항해용 아님", notForNavigation: "항해용 아님",
  },
  marker: {
    button: "EBL/VRM", title: "방위선과 거리 마커", hint: "해도를 누르거나 입력하십시오. 선은 본선과 함께 움직이며 진방위를 유지합니다.",
    bearing: "진방위", range: "거리, 해리", ahead: "정선수", astern: "정선미", port: (deg) => `선수에서 좌현 ${deg}`,
    starboard: (deg) => `선수에서 우현 ${deg}`, noHeading: "선수방위를 알 수 없음", at: (time) => `현재 속력으로 ${time}`,
    near: (name, off) => `${name}을(를) 가리킴, 마커에서 ${off}`, noPosition: "본선 위치를 알 수 없어 측정할 수 없습니다.",
  },
};

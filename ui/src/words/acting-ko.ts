/** 조작하는 화면의 문구: 기기, 항해 단계, 직접 조종, 훈련, 당직자 감시. */
import type { actingEn } from "./acting-en";

export const actingKo: typeof actingEn = {
  direct: {
    title: "직접 조종", click: "여기를 누르거나 탭으로 이동한 뒤 스페이스 바를 누르고 계세요", ready: "스페이스 바 또는 게임패드의 어깨 버튼을 누르고 계세요",
    held: "누름: 선박이 손을 따라갑니다", keys: "스페이스 바를 누르는 동안: 좌우 화살표는 타, 위아래 화살표는 추진 레버. 놓거나 화면을 떠나거나 숨기면 즉시 중립이 됩니다.",
    limitUnknown: "직접 조종에 필요한 통신 속도를 알 수 없습니다", tripUnknown: (limit) => `직접 조종은 ${limit} ms 이하가 필요합니다. 왕복 시간이 아직 측정되지 않았습니다`,
    fastEnough: (limit, now) => `직접 조종은 ${limit} ms 이하가 필요, 현재 ${now} ms`,
    tooSlow: (limit, now) => `직접 조종이 거부됩니다: ${limit} ms 이하가 필요, 현재 ${now} ms`,
  },
  machines: {
    title: "기관: 명령할 수 있는 기기", nothing: "이 선박의 기관실은 명령할 수 없습니다",
    request: "기관 제어권 요청", held: "본인의 하트비트로 유지됩니다. 반납해도 운전 중인 기기는 계속 운전합니다.",
    local: "선교가 기기를 제어하고 있습니다. 제어권을 요청하세요.", none: "육상에서 기관 제어권을 가진 사람이 없습니다.",
    requested: (who, s) => `${who} 님이 기관 제어권을 요청, ${s} 안에 응답`,
    alreadyHolder: "이미 기관 제어권을 가지고 있습니다", notHolder: "기관 제어권이 없습니다",
    running: "운전 중", stopped: "정지", start: "기동", stop: "정지",
    critical: "발전기 정지에는 두 번째 사람(감독자 또는 선장)의 승인이 필요합니다.",
    names: { "steering pump 1": "조타기 펌프 1", "steering pump 2": "조타기 펌프 2", "generator 1": "1번 발전기", "generator 2": "2번 발전기" },
    lost: {
      taken: "다른 사람이 기관 제어권을 가져갔습니다. 본인의 제어권은 끝났습니다.", local: "선교가 기기를 가져갔습니다. 본인의 기관 제어권은 끝났습니다.",
      lapsed: "선박이 본인의 신호를 더 이상 받지 못했습니다. 기관 제어권이 끝났습니다.", unconfirmed: "허가를 제시간에 확인하지 않았습니다.", denied: "요청이 허가되지 않았습니다.",
    },
  },
};

/** 조작하는 화면의 문구: 기기, 항해 단계, 직접 조종, 훈련, 당직자 감시. */
import type { actingEn } from "./acting-en";

export const actingKo: typeof actingEn = {
  direct: {
    title: "직접 조종", click: "여기를 누르거나 탭으로 이동한 뒤 스페이스 바를 누르고 계세요", ready: "스페이스 바 또는 게임패드의 어깨 버튼을 누르고 계세요",
    held: "누름: 선박이 손을 따라갑니다", keys: "스페이스 바를 누르는 동안: 좌우 화살표는 타, 위아래 화살표는 추진 레버. 놓거나 화면을 떠나거나 숨기면 즉시, 30초 동안 누르거나 떼는 키가 없어도 중립이 됩니다.",
    limitUnknown: "직접 조종에 필요한 통신 속도를 알 수 없습니다", tripUnknown: (limit) => `직접 조종은 ${limit} ms 이하가 필요합니다. 왕복 시간이 아직 측정되지 않았습니다`,
    fastEnough: (limit, now) => `직접 조종은 ${limit} ms 이하가 필요, 현재 ${now} ms`,
    tooSlow: (limit, now) => `직접 조종이 거부됩니다: ${limit} ms 이하가 필요, 현재 ${now} ms`,
  },
  phase: {
    title: "항해 단계", phase: "단계", inForce: "적용 중", change: "단계 전환", none: "이 선박의 항해 단계를 알 수 없습니다.",
    hint: "단계마다 한계값과 선박이 홀로 남았을 때의 동작이 다릅니다. 지금의 명령이 새 단계에서 허용되지 않으면 전환이 거부됩니다: 먼저 감속하세요.",
    names: { open_sea: "대양", coastal: "연안", port_approach: "입출항", berth: "접안" },
    rows: {
      rudder: "타각 한계, 항해속력 / 저속", propulsion: "추진 한계, 전진 / 후진", rate: "선회율 한계", lookAhead: "항적 예측 시간",
      margin: "모든 경계와의 거리", passing: "타선: 최근접거리(CPA), 시간(TCPA)", envelope: "원격 운항 범위 (kn)",
      hold: "통신 두절 (L3)", fallback: "통신 두절 지속 (L5)", neutral: "스틱을 놓았을 때 추진", stop: "비상정지 시 추진",
    },
    states: {
      slow_down_on_heading: "침로를 유지하며 감속", station_keep: "위치 유지", stop: "정지", loiter: "대기 지점으로 이동", anchor_readiness: "정지 후 투묘 준비", safe_harbour: "안전한 항구로 귀항",
    },
    conditions: { wind: "바람", sea: "파도", visibility: "시정", speed: "속력" }, notJudged: (what) => `측정 없음: ${what}`,
  },
  drill: {
    title: "훈련", begin: "시작", end: "훈련 종료", past: "최근 30일의 훈련", nonePast: "실시한 훈련이 없습니다.",
    hint: "조종권을 가진 사람이 시작하거나 감독자가 대신 시작합니다. 훈련 중에도 모든 규칙과 단계, 이 화면의 버튼이 그대로 유효합니다. 시간은 선박이 잽니다.",
    real: "이 선박의 구동기는 실제이거나 여기서 알 수 없습니다: 훈련에 참가하지 않습니다.", watched: "감시만 하는 선박입니다: 선상에 훈련에 응할 장치가 없습니다.",
    limit: (seconds) => `제한 시간 ${seconds}초`, wait: (who) => `${who} 님의 훈련이 시작되었습니다: 곧 차례가 옵니다...`, turn: (who) => `${who} 님, 지금:`,
    notYours: "훈련은 조종권을 가진 사람이나 감독자가 시작합니다", nobodyAshore: "육상에서 조종권을 가지고 있을 때 시작할 수 있습니다",
    passed: "시간 안에 완료", failed: "시간 안에 못함", columns: ["시각 UTC", "훈련", "대상", "시작한 사람", "걸린 시간", "제한", "결과", "종료 사유"],
    exercises: {
      link_loss: { name: "통신 두절", happens: "선박이 20초 동안 아무 신호도 듣지 못하고 단계 L4까지 내려갑니다.", you: "통신이 돌아오면 모드를 확인하고 재개하세요." },
      takeover: { name: "선교의 인수", happens: "선교가 조종권을 가져가고, 5초 뒤 요청하는 사람에게 줍니다.", you: "조종권을 요청하고 확인하세요." },
      emergency_stop: { name: "비상정지", happens: "본인이 누르는 것 외에는 아무 일도 없습니다. 기관이 정지하며, 해제에는 두 사람이 필요합니다.", you: "덮개를 올리고 정지를 누르세요." },
    },
  },
  seat: {
    viewOnly: { said: "15분 동안 조작이 없어 이 콘솔은 표시만 합니다. 비상정지는 작동합니다.", password: "비밀번호", wake: "다시 조작", unsaid: "육상이 응답하지 않음" },
    title: "자리에 계십니까?", act: (vessel) => `${vessel}의 조종권을 가지고 있습니다. 포인터를 움직이거나 키를 누르세요.`,
    next: {
      asks: (s) => `${s} 뒤에 소리가 납니다.`, sounds: (s) => `${s} 뒤에 다른 사람들에게 알립니다.`, tells: (s) => `다른 사람들에게 알렸습니다. ${s} 뒤에 선박이 대체 상태로 들어갑니다.`,
    },
    over: "이제 선박에 사람이 있다고 알리지 않습니다: 임대가 끝나고 선박이 단계를 내려갑니다.",
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
      ended: "선박이 본인의 신호를 더 이상 받지 못했습니다. 기관 제어권이 끝났습니다.", unconfirmed: "허가를 제시간에 확인하지 않았습니다.", denied: "요청이 허가되지 않았습니다.",
    },
  },
};

/** 지켜보는 화면의 문구: 기관, 원장, 항차, 재생. */
import type { watchEn } from "./watch-en";

export const watchKo: typeof watchEn = {
  engine: {
    hint: "값 옆은 지난 한 시간이며, 막대의 표시는 선박 경보의 한계값입니다.", none: "이 선박의 목록에는 기관실 데이터 채널이 없습니다.",
    lastHour: "지난 한 시간",
    groups: {
      mainEngine: "주기관", shaft: "축과 프로펠러", thrusters: "스러스터", steering: "조타기", generators: "발전기",
      batteries: "배터리", tanks: "탱크", bilge: "빌지", fire: "화재 탐지",
    },
    states: { "": ["아니오", "예"], running: ["정지", "운전 중"], high: ["정상", "고수위"], fire: ["화재 없음", "화재"], "remote.control": ["꺼짐", "가능"] },
    limits: { low_low: "미만이면 경보", low: "미만이면 경고", high: "초과하면 경고", high_high: "초과하면 경보" },
  },
  channels: {
    STG_RUD_P: "타각, 좌현", STG_RUD_S: "타각, 우현(단일)", STG_ORD: "타각 명령", STG_PMP1: "조타기 펌프 1", STG_PMP2: "조타기 펌프 2", AP_HDGSET: "명령 선수방위",
    ME_RPM: "주기관 회전수", ME_LOAD: "주기관 부하", ME_PWR: "축 출력", ME_TRQ: "축 토크", SH_RPM: "축 회전수", PROP_PITCH: "프로펠러 피치", ME_FUEL: "연료 유량",
    ME_LOP: "윤활유 입구 압력", ME_LOT: "윤활유 입구 온도", ME_CWT: "냉각 청수 출구 온도", ME_CWP: "냉각 청수 입구 압력", ME_EGT1: "1번 실린더 배기 온도",
    ME_SAP: "소기 압력", ME_MBT1: "1번 주베어링 온도", SH_BRG_F: "선미관 베어링 온도, 전", SH_BRG_A: "선미관 베어링 온도, 후", SH_THRB: "추력 베어링 온도",
    ME_HRS: "운전 시간", ME_RDY: "원격 제어", THR_BOW: "선수 스러스터 회전수", GEN1_PWR: "1번 발전기 출력", GEN1_FRQ: "1번 발전기 주파수", GEN1_VLT: "1번 발전기 전압",
    GEN1_RPM: "1번 발전기 회전수", BAT_SOC: "배터리 충전율", BAT_VLT: "배터리 전압", TNK_FO1P: "연료유 서비스 탱크", TNK_FW: "청수 탱크", TNK_BW1P: "1번 좌현 밸러스트 탱크",
    BLG_AP: "좌현 선미 빌지", FIRE_ALM: "화재 경보",
  },
  ledger: {
    title: "원장", verify: "다시 검증", judging: "체인을 검증하는 중...", none: "이 종류의 기록이 없습니다.", older: "이전 기록",
    whole: (entries, heads) => `온전함: 기록 ${entries}건이 쓰인 그대로이며 선박이 보관한 헤드 ${heads}개와 일치합니다`,
    broken: (number) => `${number}번 기록에서 깨짐: 그 뒤는 쓰인 그대로임을 보일 수 없습니다`,
    range: (first, last, hash) => `${first}번에서 ${last}번까지, 마지막 해시 ${hash}`,
    agreed: (count, when) => `선박 원장과 선박의 ${count}번 기록까지 일치, ${when} UTC`, notAgreed: "선박 원장과 아직 비교하지 않음",
    kinds: { all: "전체", order: "명령", authority: "조종권", ladder: "단계", alert: "경보", stop: "정지", roster: "키" },
    columns: ["번호", "시각 UTC", "어디서", "누가", "무엇을", "결과", "이유", "해시"], sources: { ship: "선박", shore: "육상" },
  },
  voyages: {
    title: "지난 30일의 항차", button: "항차", none: "지난 30일 동안 항차가 없습니다.", underWay: "항해 중", show: "보기", report: "일일 보고",
    columns: ["출항 UTC", "출발지", "입항 UTC", "도착지", "구간", "해리", "항해 시간", "정박 시간", "노트", "연료 l", "l/해리", "데이터 없음"],
  },
  replay: {
    mark: "재생", time: "시각", play: "재생", pause: "멈춤", back: "1분 뒤로", forth: "1분 앞으로", jumps: "이동", nothing: "지난 하루에 이동할 곳이 없습니다.",
    hint: "지난 화면이며 값의 경과는 그때의 것이고, 각 값은 육상에 도착한 때부터 보입니다. 이 화면에서는 명령할 수 없습니다.",
    asSeen: "본 그대로", asSeenWhy: "눌림: 끊긴 링크로 늦게 온 값은 당시 콘솔처럼 빼고 보여 줍니다. 눌리지 않음: 오늘 알려진 모든 값.",
    screens: "당시 콘솔", noScreens: "이 시각에 기록된 콘솔이 없습니다.", since: (time: string) => `${time}부터`, outOfSight: "보이지 않음",
    showed: (person: string, what: string) => `이 시각 ${person} 님의 콘솔 화면: ${what}.`, hidden: (person: string) => `이 시각 ${person} 님의 콘솔은 보이지 않았습니다: 다른 탭, 최소화된 창 또는 잠긴 화면.`,
    from: { row: (at: number) => `${at}번째 줄부터`, past: (at: number) => `경보 이력 ${at}번째 줄부터`, entry: (at: number) => `항목 ${at}부터` },
    notShown: "이 시각 이 콘솔은 닫혀 있었거나 기록이 없습니다.", goOn: "그곳에서 계속",
    kinds: { order: "명령", alert: "경보", ladder: "단계", authority: "조종권", stop: "정지" },
  },
  report: {
    title: "일일 보고", day: "날짜 (UTC)", before: "전날", after: "다음 날", print: "인쇄", untilNow: (time) => `00:00 – ${time} UTC (아직 끝나지 않은 날)`,
    noon: "정오 위치", distance: "항주 거리", underWay: "항해 시간", average: "평균 속력", fuel: "연료", fuelMile: "해리당 연료", complete: "수신 데이터",
    legs: "구간", extremes: "최고와 최저", alerts: "발생한 경보", ladder: "단계 변경 내역", orders: "명령 결과", events: "사건", none: "없음.", sides: { low: "최저", high: "최고" },
    kinds: { order: "명령 상태", authority: "조종권 변경", ladder: "단계 변경", alert: "경보 변화", stop: "비상정지", source: "신호원 변경", roster: "키와 허가", phase: "항해 단계", route: "항로 사건", dropped: "선상 손실", bearer: "통신 방식", clocks: "시계 차이", entry: "안전 상태", direct: "직접 조종" },
    master: "선장", date: "날짜",
  },
};

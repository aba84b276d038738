import type { adminEn } from "./admin-en";

/** Texts of the admin view in Korean. */
export const adminKo: typeof adminEn = {
  title: "관리", reading: "읽는 중...", none: "없음.",
  parts: { people: "인원", vessels: "선박", station: "육상국", acts: "관리 이력" },
  hints: {
    people: "누가 어떻게 들어올 수 있는지. 역할은 인원 파일에서, 키는 선장의 명부에서 오며 여기서는 바꾸지 않습니다. 선박을 맡고 있지 않은 사람의 접속은 끊을 수 있습니다.",
    vessels: "선박에 주어진 것: 육상에 있는 선장의 말과, 각 선박이 그것에 대해 마지막으로 알린 것.",
    station: "육상국의 프로세스와, 시작 이후 각각이 잃거나 거부하거나 대체한 것.",
    acts: "접근 권한, 키, 허가에 관한 최근 200건; 선박을 움직인 것은 그 선박의 원장에 있습니다.",
  },
  columns: {
    people: ["이름", "역할", "로그인 수단", "콘솔 키", "접속"], vessels: ["선박", "카탈로그", "명부", "허가", "구역과 한계", "선상 유실"],
    station: ["프로세스", "역할", "상태", "시작 UTC", "유실·거부·대체"], acts: ["시각 UTC", "누가", "무엇을", "대상", "상세"],
  },
  barred: "차단됨", has: (vessels) => `${vessels} 제어 중`, holds: (person, vessels) => `${person} 님이 ${vessels}을(를) 제어 중입니다: 먼저 인계, 반납 또는 인수되어야 합니다`,
  ownPassword: "본인 비밀번호", givenPassword: "인원 파일의 비밀번호", noPassword: "비밀번호 없음", authenticator: "인증 앱", passkeys: (count) => `패스키: ${count}`,
  programs: (names) => `프로그램: ${names}`, consoles: (count) => `여기 열린 콘솔: ${count}`, end: "종료", endSure: "종료: 확실합니까?",
  keyStates: { none: "요청 없음", pending: "선장 대기 중", enrolled: "등록됨", revoked: "폐기됨" },
  neverHeard: "육상국 시작 이후 수신 없음", heard: (age) => `${age} 전 수신`, channels: (count) => `채널 ${count}개`,
  claim: "선주가 설정에 적은 주장이며 DNV AROS 부기의 용어를 씁니다. 증서가 아닙니다:",
  functions: { NAV: "항해", ENG: "기관", OPS: "운용", SAF: "안전" },
  controls: { RC: "원격 제어", DS: "의사 결정 지원", SA: "감독 하 자율", FA: "완전 자율" },
  places: { OB: "선상", OS: "선외", HC: "혼합" },
  versions: (ashore, aboard) => `육상 ${ashore ?? "---"}, 선상 ${aboard ?? "---"}`, keys: (count) => `키 ${count}개`,
  standings: { same: "선상과 같음", waits: "아직 선상에 없음", differs: "선상과 다름", none: "없음" },
  windows: { before: "아직 유효하지 않음", in: "유효", ending: "하루 안에 끝남", after: "만료됨" },
  grant: (version, master, what) => `${master}의 버전 ${version}: ${what}`, told: (what, when) => `선박이 알림: ${what} (${when})`, toldNothing: "선박이 알린 것 없음",
  lost: (count) => (count ? `${count}회 알림` : "알린 적 없음"), forged: (count) => `서명이 틀린 메시지 ${count}건`, misnamed: (count) => `거부된 출생 메시지 ${count}건`, unforeseen: (count) => `육상국 프로그램 결함으로 처리하지 못함 ${count}건`,
  tones: { good: "정상", degraded: "저하", silent: "무응답" }, spoke: (age) => `${age} 전 보고`, zeros: (count) => `0인 계수 ${count}개`,
  figures: {
    farhelm_shore_pending_dropped: "저장 대기열이 가득 차 거부한 묶음과 사건: 선박이 다시 보냅니다",
    farhelm_shore_inbox_dropped: "브로커와 육상국 사이에서 잃은 메시지: 묶음과 사건은 다시 오고 하트비트는 오지 않습니다",
    farhelm_shore_sayings_dropped: "잃은 확인 응답: 선박이 이미 보관된 것을 다시 보냅니다",
    farhelm_shore_refused: "거부한 메시지:", farhelm_shore_unread: "읽을 수 없던 묶음:",
    farhelm_shore_unforeseen: "육상국 프로그램 결함으로 처리하지 못한 것:",
    farhelm_shore_over_share: "선박의 몫을 넘은 묶음과 사건:", farhelm_shore_frames_dropped: "프레임에 비해 너무 긴 콘솔 메시지",
    farhelm_shore_consoles_closed: "육상국이 닫은 콘솔:", farhelm_shore_conflated: "느린 콘솔이 받기 전에 더 새 값으로 대체된 값",
    farhelm_shore_seen_lost: "보관하지 못한 콘솔 화면 기록",
    farhelm_shore_stops_failed: "나가지 못한 비상정지",
  },
  acts: {
    sessions: "접속 종료", roster: "명부 전달", grant: "허가 전달", person: "인원 추가 또는 변경", add: "인원 추가 또는 비밀번호 설정", disable: "인원 차단",
    reset: "인증 앱과 패스키 제거",
  },
  byHand: "육상국 컴퓨터에서",
};

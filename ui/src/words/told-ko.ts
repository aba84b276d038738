/** 선박과 육상이 말하는 경보와 거부 이유를 이름으로 찾은 문구. 없는 이름은 선박의 말 그대로 보인다. */

/** Alerts by id: what it is, what to do. */
export const alertsKo: Record<string, readonly [text: string, advice: string]> = {
  "link-degraded": ["ROC 통신 저하", "응답이 늦습니다. 직접 조종하지 마십시오."],
  "link-silent": ["ROC 통신 무응답", "선박은 설정값을 유지합니다. 선교에서 조종권을 가져오십시오."],
  "link-lost": ["ROC 통신 두절", "선박이 감속합니다. 선교에서 조종권을 가져오십시오."],
  "fallback": ["안전 상태 진입", "선박이 정지합니다. 선교에서 조종하거나 재개하십시오."],
  "distress": ["전 기관 정지: 조난", "선박에 가십시오."],
  "clocks-apart": ["시계 불일치", "선박과 육상의 시계가 다릅니다. 틀린 쪽을 맞추십시오."],
  "entry-late": ["안전 상태 지연", "선박이 멈추지 않습니다. 선교에서 조종권을 가져오십시오."],
  "no-fix": ["위치 없이 정지", "등화와 형상물, 음향신호를 내십시오. 선위가 없습니다."],
  "anchor": ["투묘 준비", "선박이 멈춰 있습니다. 닻을 내리십시오."],
  "emergency-stop": ["비상정지", "원인을 찾고 선상에서 해제하십시오."],
  "heading-input": ["선수방위 상실", "자이로를 확인하십시오. 방위 명령은 할 수 없습니다."],
  "position-input": ["선위 상실", "수신기를 확인하십시오. 지오펜스 안에서는 명령할 수 없습니다."],
  "collision-danger": ["충돌 위험", "물표를 보고 국제해상충돌예방규칙에 따라 행동하십시오."],
  "off-track": ["항로 이탈", "항로로 되돌리거나 항로를 중지하십시오."],
  "course-change": ["변침 예고", "확인한 뒤 응답하십시오. 선박이 회전합니다."],
  "turn-unconfirmed": ["변침 미확인", "선박이 회전합니다. 즉시 확인하십시오."],
  "access-ending": ["원격 접근 종료 예고", "선장이 다음 허가에 서명하게 하십시오."],
  "access-ended": ["원격 접근 종료", "정지 외의 명령은 받지 않습니다. 선교에서 조종권을 가져오십시오."],
  "route-end": ["항로 끝 예고", "다음 명령을 준비하십시오."],
  "journal": ["명령 기록 실패", "선상에서 다시 준비할 때까지 원격 명령을 할 수 없습니다."],
  "drill": ["훈련", "모의 구동기로 하는 훈련입니다. 실제처럼 행동하십시오."],
  "ledger": ["원장 기록 실패", "디스크를 비우십시오. 정지 외의 원격 명령은 할 수 없습니다."],
  "shore.heartbeat-silent": ["선박 하트비트 없음", "다른 수단으로 선교와 통화하십시오. 명령하지 마십시오."],
  "shore.seat-silent": ["조종석 응답 없음", "조종석으로 가십시오. 감독자가 조종권을 인수합니다."],
  "shore.data-stale": ["실시간 데이터 없음", "화면의 값을 믿지 마십시오. 수집기를 확인하십시오."],
  "shore.clock-skew": ["선박과 육상의 시계 불일치", "선박이나 육상의 틀린 시계를 맞추십시오."],
  "shore.key-differs": ["다른 키로 서명된 통보", "누군가 선박의 이름으로 말하고 있습니다. 누구인지 찾으십시오."],
  "shore.catalogue-differs": ["채널 목록 불일치", "선박 설정을 확인하게 하십시오."],
  "shore.ledger-differs": ["원장 불일치", "선박의 원장과 육상의 원장이 다릅니다. 조사하십시오."],
};

/** Reasons of a refusal by name. */
export const reasonsKo: Record<string, string> = {
  already_in_control: "이미 조종권이 있습니다", approval_bad: "두 번째 서명이 맞지 않습니다", approval_missing: "두 번째 사람의 승인이 없습니다",
  bad_signature: "서명이 맞지 않습니다", bump: "인수할 때 설정값이 실제 값과 너무 다릅니다", busy: "다른 명령을 수행하는 중입니다", cannot_force: "강제 인수할 수 없습니다",
  chart_aboard: "수심은 선박이 판단합니다. 선박의 해도가 육상국에 없습니다",
  close_quarters: "다른 선박에 한계보다 가까워집니다", deadline: "명령이 기한을 넘겨 도착했습니다", deadline_too_far: "명령의 기한이 너무 멉니다", denied: "요청이 거절되었습니다",
  depth_unknown: "용골 아래 수심을 알 수 없습니다", doubted_target: "다른 선박의 통보를 믿을 수 없습니다", drill_running: "훈련 중입니다", emergency_stop: "비상정지가 걸려 있습니다",
  frame_old: "직접 조종 신호가 너무 오래되었습니다", grant_not_valid_now: "원격 접근 허가가 지금은 유효하지 않습니다", id_reused: "명령 번호가 이미 쓰였습니다",
  input_absent: "필요한 값이 시작 이후 수신되지 않았습니다", input_invalid: "필요한 값이 유효하지 않습니다", input_stale: "필요한 값이 너무 오래되었습니다",
  journal: "명령 기록을 쓸 수 없습니다", key_not_valid_now: "이 키는 지금 유효하지 않습니다", ladder: "현재 단계에서는 할 수 없습니다", lapsed: "기한이 지났습니다",
  keeps_no_station: "이 선체나 이 단계에서는 위치를 유지할 수 없습니다", station_radius: "위치 유지 반경이 이 단계의 범위를 벗어납니다",
  last_pump: "마지막 조타기 펌프는 멈출 수 없습니다", lease_lapsed: "조종권 임대가 끝났습니다", ledger: "원장을 쓸 수 없습니다", level_too_low: "조종권 수준이 낮습니다",
  link_not_back: "통신이 아직 안정되지 않았습니다", local_control: "선교가 조종 중입니다", lookout_silent: "AIS도 레이더도 수신되지 않습니다", machine_unknown: "선박에 없는 기기입니다",
  malformed: "명령을 읽을 수 없습니다", mirror_old: "되읽은 값이 너무 오래되었습니다", motion_unknown: "다른 선박의 침로와 속력을 알 수 없습니다", no_chart: "예측 구간의 해도가 없습니다",
  no_current_master: "유효한 선장 키가 없습니다", no_effect: "시간 안에 효과가 나타나지 않았습니다", no_fix: "선위가 없습니다", no_go_area: "예측 항적이 금지구역에 들어갑니다",
  no_grant: "선장의 원격 접근 허가가 없습니다", no_right: "이 키에는 그 권한이 없습니다", no_route: "선박에 항로가 없습니다", no_such_group: "그 조종 그룹은 명령할 수 없습니다",
  no_such_leg: "그 구간이 없습니다", no_telegraph: "텔레그래프가 없습니다", no_tracking: "항로 추종을 할 수 없습니다", nobody_may: "아무도 명령할 수 없습니다",
  not_in_control: "조종권이 없습니다", nothing_granted: "허락된 조종권이 없습니다", nothing_latched: "걸린 비상정지가 없습니다", nothing_pending: "기다리는 요청이 없습니다",
  nothing_to_acknowledge: "확인할 경보가 없습니다", nothing_to_cancel: "취소할 명령이 없습니다", nothing_to_silence: "소리를 끌 경보가 없습니다", nothing_to_take: "넘겨받을 책임이 없습니다",
  old_fencing_number: "이전 펜싱 번호의 명령입니다", other_boot: "선박이 다시 시작되기 전의 명령입니다", other_console: "다른 콘솔이 조종권을 가지고 있습니다", other_vessel: "다른 선박에 대한 명령입니다",
  out_of_sequence: "순서가 지난 명령입니다", outstanding: "대기 중인 명령이 너무 많습니다", phase_unknown: "항해 단계를 알 수 없습니다", propulsion_step: "추진 변경이 너무 큽니다",
  real_actuators: "실제 구동기로는 훈련할 수 없습니다", released: "조종권이 반납되었습니다", remote_control_off: "기관이 원격 조종 상태가 아닙니다", request_pending: "다른 요청이 기다리는 중입니다",
  reversal: "기관이 도는 동안 역전할 수 없습니다", role_too_low: "역할에 권한이 없습니다", round_trip: "왕복 시간이 너무 깁니다", round_trip_unknown: "왕복 시간을 알 수 없습니다",
  route_active: "항로를 추종하는 중입니다", route_malformed: "항로를 읽을 수 없습니다", route_unknown: "선박이 모르는 항로입니다", same_key: "같은 키로 두 번 서명했습니다", same_person: "같은 사람이 두 번 서명했습니다",
  shoal: "예측 항적에 얕은 곳이 있습니다", stale_target: "오래 소식이 없는 다른 선박이 있습니다", steering_pump: "돌고 있는 조타기 펌프가 없습니다", stick_frozen: "조종 스틱이 멈춰 있습니다",
  too_many: "명령이 너무 많습니다", under_keel: "용골 아래 수심이 부족합니다", unknown_key: "선박이 모르는 키입니다", holder_key_gone: "조종권을 얻은 키가 더는 유효하지 않습니다. 다시 인수하십시오", wrong_group: "다른 조종 그룹의 명령입니다",
};

/** Why a ship is on her step of the ladder, by name. */
export const ladderKo: Record<string, string> = {
  link_degraded: "왕복 시간이나 손실이 한계를 넘었습니다. 직접 조종은 받지 않습니다.",
  link_silent: "운항자의 하트비트가 없거나 운항자가 선박의 하트비트를 듣지 못합니다. 마지막 안전 설정값을 유지합니다.",
  link_lost: "운항자와 통신이 두절되었습니다. 이 단계의 유지 상태로 들어갑니다.",
  grace: "운항자가 돌아오지 않으면 다음은 안전 상태입니다.",
  fallback: "운항자가 돌아올 시간이 지났습니다. 이 단계의 안전 상태입니다.",
  order_failing: "유효한 명령이 규칙에 어긋납니다. 이 단계의 안전 상태입니다.",
  fallback_impossible: "안전 상태에 제때 이르지 못했습니다. 전 기관 정지.",
  left_area: "선박이 허용 구역을 100 m 넘게 벗어났습니다. 전 기관 정지.",
  fire_or_flood: "화재 또는 침수가 통보되었습니다. 전 기관 정지.",
};

/** What she does on her step, phrase by phrase as she puts them together. */
export const doingKo: Record<string, string> = {
  "holding the last safe setpoint": "마지막 안전 설정값 유지", "; fallback comes next": "; 다음은 안전 상태", "fallback: ": "안전 상태: ", "all stop": "전 기관 정지",
  "slowing down on heading": "선수방위를 유지하며 감속", "keeping her station": "위치 유지", "stopping on heading": "선수방위를 유지하며 정지",
  "going to the loiter point": "대기 지점으로 이동", "stopping, ready to anchor": "정지하여 투묘 준비", "following the safe harbour route": "피난 항로를 따라 항행",
  "sailing on along the declared leg": "선언된 구간을 계속 항행",
};

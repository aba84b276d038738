import type { offerEn } from "./offer-en";

/** Texts of offers of the conn in Korean. */
export const offerKo: typeof offerEn = {
  to: "조종권을 제안할 사람", nobodyElse: "다른 사람이 없습니다", offer: "제안", withdraw: "철회", accept: "수락", decline: "거절", look: "선박 화면 열기",
  lookFirst: "먼저 선박 화면을 여십시오: 보지 않는 선박은 맡을 수 없습니다.",
  states: {
    open: (who, to, vessel, left) => `${who} 님이 ${to} 님에게 ${vessel}의 조종권을 제안했습니다. 응답 기한 ${left}`,
    accepted: (who, to, vessel, left) => `${to} 님이 ${who} 님의 ${vessel} 조종권 제안을 수락했습니다: 선박이 알리면 ${to} 님의 것이 됩니다, ${left} 이내`,
    taken: (who, to, vessel) => `${who} 님의 제안대로 ${to} 님이 ${vessel}의 조종권을 가졌습니다`,
    declined: (who, to, vessel) => `${to} 님이 ${vessel}의 조종권을 거절했습니다: ${who} 님에게 남습니다`,
    withdrawn: (who, to, vessel) => `${who} 님이 ${to} 님에 대한 ${vessel} 조종권 제안을 철회했습니다`,
    expired: (who, to, vessel) => `${to} 님에 대한 ${vessel} 조종권 제안의 기한이 지났습니다: ${who} 님에게 남습니다`,
    void: (who, to, vessel) => `${vessel}의 조종권이 다른 곳으로 갔습니다: ${who} 님의 ${to} 님에 대한 제안이 끝났습니다`,
  },
};

/** What ships tell, at a Korean console: by id and name, with the ship's own words where there is no other. */
import { describe, expect, it } from "vitest";
import { en } from "../src/words/en";
import { ko } from "../src/words/ko";
import { reasonText } from "../src/words/reasons";
import { adviceText, alertText, doingText, ladderSentence } from "../src/words/told";

const alert = { alert_id: "link-lost", text: "LINK TO ROC LOST", advice: "Ship slows down; take local control." };
const reason = { name: "no_go_area", rule: "INT-06", text: "The track enters 'anchorage north'.", value: 197, limit: null, unit: "m", age_s: null };

describe("what a ship tells", () => {
  it("is hers in English", () => {
    expect([alertText(alert, en), adviceText(alert, en)]).toEqual([alert.text, alert.advice]);
    expect(reasonText(reason, en)).toBe("The track enters 'anchorage north'. (197 m)");
  });

  it("is told in Korean by its id; a reason keeps the ship's sentence behind it, for that names the area", () => {
    expect(alertText(alert, ko)).toBe("ROC 통신 두절");
    expect(adviceText(alert, ko)).toContain("조종권");
    expect(reasonText(reason, ko)).toBe("예측 항적이 금지구역에 들어갑니다 · The track enters 'anchorage north'. (197 m)");
  });

  it("on her ladder is what she does and why, phrase by phrase as she puts it together", () => {
    expect(doingText("slowing down on heading; fallback comes next", ko)).toBe("선수방위를 유지하며 감속; 다음은 안전 상태");
    expect(doingText("fallback: going to the loiter point", ko)).toBe("안전 상태: 대기 지점으로 이동");
    expect(doingText("fallback: going to the loiter point", en)).toBe("fallback: going to the loiter point");
    expect(doingText("of a later ship", ko)).toBe("of a later ship");
    expect(ladderSentence({ name: "link_lost", text: "The operator is lost." }, ko)).toContain("두절");
    expect(ladderSentence({ name: "of_a_later_ship", text: "" }, ko)).toBe("of_a_later_ship");
  });

  it("stands as it was told where no table knows it, and no advice is made up where its source gives none", () => {
    expect(alertText({ alert_id: "own-of-this-ship", text: "BOILER HIGH" }, ko)).toBe("BOILER HIGH");
    expect(adviceText({ alert_id: "link-lost", advice: "" }, ko)).toBe("");
    expect(reasonText({ ...reason, name: "of_a_later_ship", text: "" }, ko)).toBe("of_a_later_ship (197 m)");
  });
});

/** The language in force; a change repaints everything. */
import { en, type Words } from "./en";
import { ko } from "./ko";

export const LANGUAGES = { en, ko } as const;
export type Language = keyof typeof LANGUAGES;
export type { Words };

const STORED = "farhelm-language";
let language: Language = localStorage.getItem(STORED) === "ko" ? "ko" : "en";

/** Return the words of the language in force. */
export function words(): Words {
  return LANGUAGES[language];
}

export function currentLanguage(): Language {
  return language;
}

export function setLanguage(chosen: Language): void {
  language = chosen;
  localStorage.setItem(STORED, chosen);
  document.documentElement.lang = chosen;
}

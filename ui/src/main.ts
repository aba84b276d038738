import "@oicl/openbridge-webcomponents/dist/openbridge.css";
import "./app/page.css";
import { restorePalette } from "./app/palette";
import { currentLanguage, setLanguage } from "./words";

restorePalette();
setLanguage(currentLanguage());
void import("./app/shell");

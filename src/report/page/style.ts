/** The style sheet of the page. @module */

/** No fonts, no images, no imports: the page loads nothing. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1d1d1f; --paper: #fbfbfa; --panel: #fff; --line: #d0d0d4; --soft: #5c5c63; --accent: #2a5db0; --bad: #a8261d; --good: #23693a; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececee; --paper: #17171a; --panel: #222226; --line: #44444b; --soft: #adadb6; --accent: #8db4ff; --bad: #ff9a90; --good: #86d59c; } }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
header, main { max-width: 1500px; margin: 0 auto; padding: 0 20px; }
h1 { font-size: 24px; margin: 18px 0 4px; overflow-wrap: anywhere; } h2 { font-size: 19px; margin: 30px 0 8px; } h3 { font-size: 15px; margin: 14px 0 4px; }
a { color: var(--accent); } nav a { margin-right: 12px; text-transform: capitalize; }
.skip { position: absolute; left: -9999px; } .skip:focus { left: 8px; top: 8px; background: var(--panel); padding: 6px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
bdi, dd, li, pre, .text { overflow-wrap: anywhere; }
/* Words in tables stay whole; names longer than a box of their own break. */
.wide { max-width: 100%; overflow-x: auto; }
th, td { overflow-wrap: break-word; }
td { max-width: 640px; }
:is(th, td) > bdi { display: inline-block; max-width: min(420px, 62vw); overflow-wrap: break-word; } td > bdi { max-width: min(640px, 62vw); }
.cards { display: flex; flex-wrap: wrap; gap: 10px; margin: 12px 0; } .cards div { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 8px 14px; min-width: 110px; }
dt { color: var(--soft); font-size: 13px; } dd { margin: 0; font-size: 22px; font-variant-numeric: tabular-nums; }
.complete { color: var(--good); } .partial, .failed { color: var(--bad); }
table { border-collapse: collapse; margin: 10px 0; } caption { text-align: left; font-weight: 600; padding: 4px 0; }
th, td { text-align: left; padding: 2px 14px 2px 0; border-bottom: 1px solid var(--line); vertical-align: top; } th { font-weight: 500; max-width: 420px; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bars svg { width: 160px; height: 11px; display: block; margin-top: 5px; } .bar { fill: var(--accent); }
.charts { display: flex; flex-wrap: wrap; gap: 22px; } figure { margin: 0; } figcaption { font-weight: 600; }
.chart { max-width: 100%; height: auto; display: block; color: var(--soft); overflow: visible; }
.messages { max-height: 320px; overflow: auto; }
pre { background: var(--panel); border: 1px solid var(--line); padding: 10px; max-height: 420px; overflow: auto; white-space: pre-wrap; }
#filters { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: end; } #filters label { display: flex; flex-direction: column; font-size: 13px; color: var(--soft); }
#filters fieldset { display: flex; gap: 8px; border: 1px solid var(--line); border-radius: 5px; margin: 0; padding: 0 8px 6px; } #filters legend { font-size: 13px; color: var(--soft); } #filters input[type=number] { width: 92px; }
select, input, button { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 5px; padding: 4px 8px; max-width: 240px; min-height: 32px; }
button { cursor: pointer; }
#viewport { height: 78vh; max-height: 1000px; min-height: 360px; overflow: auto; border: 1px solid var(--line); border-radius: 6px; contain: strict; }
#cards { position: relative; }
.card { position: absolute; padding: 5px; } .card > button { width: 100%; height: 100%; max-width: none; text-align: left; padding: 6px; display: block; overflow: hidden; }
.pictures { display: flex; gap: 4px; } canvas { background: #80808040; border-radius: 3px; display: block; }
.pictures canvas { width: 108px; height: 108px; } .text, .text > span { display: block; } .text { font-size: 12.5px; line-height: 1.35; height: 51px; overflow: hidden; margin-top: 4px; unicode-bidi: isolate; } .soft { color: var(--soft); }
.hint { color: var(--soft); font-size: 13px; }
dialog { color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 8px; width: min(1000px, 96vw); max-height: 94vh; } dialog::backdrop { background: #0009; }
.bar-top { display: flex; gap: 8px; align-items: start; } .bar-top h2 { flex: 1; margin: 0; font-size: 16px; overflow-wrap: anywhere; unicode-bidi: isolate; }
.large { display: flex; flex-wrap: wrap; gap: 10px; margin: 12px 0; } .large canvas { width: 280px; height: 280px; max-width: 100%; } .large figcaption { font-weight: 400; font-size: 13px; max-width: 280px; overflow-wrap: anywhere; unicode-bidi: isolate; }
.curve { width: 420px; max-width: 100%; height: 150px; } .curve polyline { fill: none; stroke: var(--accent); stroke-width: 2; } .curve text { fill: var(--soft); font-size: 12px; }
.compare { position: relative; width: 280px; height: 280px; } .compare canvas { position: absolute; inset: 0; width: 280px; height: 280px; } .compare + input { width: 280px; max-width: 280px; padding: 0; }
#detail-body td { unicode-bidi: isolate; overflow-wrap: anywhere; }
`;

import { Html } from './html.js';

export const STYLE = new Html(`
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3d444d); --right: light-dark(#1a7f37, #3fb950); --wrong: light-dark(#cf222e, #f85149); --bar: light-dark(#0969da, #4493f8); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
section { border-top: 1px solid var(--line); padding: 1rem 0; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; padding-bottom: .5rem; }
th, td { text-align: left; font-weight: normal; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { font-weight: 600; }
.right { color: var(--right); } .wrong { color: var(--wrong); font-weight: 600; }
.verdict { font-size: 1.2rem; }
.advice { border-left: 4px solid var(--bar); padding-left: .8rem; }
.side { display: flex; flex-wrap: wrap; gap: 1.5rem; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; margin-top: 1rem; }
figure { margin: 0; max-width: 20rem; } figcaption { font-size: .85rem; }
img { image-rendering: pixelated; width: 14rem; height: auto; border: 1px solid var(--line); }
.bars { font-variant-numeric: tabular-nums; margin: 1rem 0 0; align-self: start; }
.bar { display: inline-block; height: .7rem; background: var(--bar); }
code { overflow-wrap: anywhere; }
`);

/** Of the page of documents: a file of its own on the wire, as our policy for pages allows no style inside of them. */
export const STYLE = `
:root { color-scheme: light; --text: light-dark(#1d2430, #e7e9ee); --dim: light-dark(#596273, #a3acbc);
  --paper: light-dark(#fff, #14171d); --raised: light-dark(#f4f5f8, #1d222b); --line: light-dark(#d9dce3, #333a47);
  --link: light-dark(#0b5cad, #7db8ff); }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 small { color: var(--dim); font-weight: normal; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin-top: 2rem; }
h4 { margin: 0; font-size: 1rem; }
h4 a { text-decoration: none; }
h4 a:hover { text-decoration: underline; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; padding: 0; list-style: none; }
article { margin: 1rem 0; padding: 0.75rem 1rem; background: var(--raised); border: 1px solid var(--line);
  border-radius: 0.5rem; }
article p { margin: 0.5rem 0; color: var(--dim); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; vertical-align: top; }
th { font-weight: 600; }
tbody th { width: 12rem; font-weight: normal; color: var(--dim); }
code { font: 0.9em/1.5 ui-monospace, monospace; }
@media (max-width: 40rem) { tbody th, tbody td { display: block; width: auto; padding-right: 0; } }
`;

"""How the page of conversations looks: bubbles and buttons, by day and by night, on a phone and on a wide screen."""

STYLE = """
:root { color-scheme: light dark; --sky: #dfe7ee; --card: #f4f6f8; --bot: #fff; --human: #d8f5c6; --ink: #15202b;
  --faint: #5b6b7a; --line: #c9d3dc; --link: #0b63b0; --button: #ffffffb8; --press: #0b63b0;
  --toast: #15202be6; }
@media (prefers-color-scheme: dark) { :root { --sky: #0e151c; --card: #17212b; --bot: #223140; --human: #2c5240;
  --ink: #eef3f7; --faint: #9fb0bf; --line: #33444f; --link: #7cc4ff; --button: #2b3d4ecc; --press: #9ad0ff;
  --toast: #4a6175; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--sky); color: var(--ink);
  font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { font-size: 1.35rem; margin: 0 0 1rem; }
.note { margin: 0 0 1rem; padding: .5rem .9rem; border: 2px solid; border-radius: .6rem; font-weight: 600; }
main { display: grid; gap: 1.25rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); max-width: 100rem; margin: auto; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; overflow: hidden; min-width: 0; }
h2 { display: flex; gap: .7rem; align-items: center; margin: 0; padding: .6rem 1rem; font-size: 1rem;
  border-bottom: 1px solid var(--line); }
h2 small { display: block; font-weight: 400; }
small { color: var(--faint); font-size: .8rem; }
.face { display: grid; place-items: center; flex: none; width: 2.3rem; height: 2.3rem; border-radius: 50%;
  background: var(--press); color: var(--card); }
.talk { display: flex; flex-direction: column; gap: .55rem; padding: .9rem; max-width: 42rem; margin: auto; }
.turn { display: flex; flex-direction: column; max-width: 88%; min-width: 0; }
.turn:has(.buttons) { min-width: min(88%, 17rem); }
.turn.bot { align-self: flex-start; }
.turn.human { align-self: flex-end; }
.bubble { border-radius: .9rem; padding: .45rem .75rem .55rem; box-shadow: 0 1px 1px #0002; overflow-wrap: anywhere; }
.bot .bubble { background: var(--bot); border-bottom-left-radius: .25rem; }
.human .bubble { background: var(--human); border-bottom-right-radius: .25rem; }
.who { margin: 0 0 .15rem; font-size: .85rem; font-weight: 600; color: var(--press); }
.who small { font-weight: 400; margin-left: .5rem; }
.words { white-space: pre-wrap; }
.words a { color: var(--link); }
.words code, .words pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .87em;
  background: #8883; border-radius: .3rem; padding: 0 .2em; }
.words pre { margin: .3rem 0; padding: .5rem; overflow-x: auto; white-space: pre; }
blockquote, .quoted { margin: .2rem 0; padding: .1rem .6rem; border-left: 3px solid var(--press); background: #8882;
  border-radius: .3rem; }
details { display: inline-block; width: 100%; }
summary { cursor: pointer; color: var(--faint); }
.quoted { color: var(--faint); font-size: .87rem; }
.spoiler { background: var(--faint); color: transparent; border-radius: .3rem; }
.spoiler:hover { background: none; color: inherit; }
.bubble img { display: block; max-width: 100%; height: auto; border-radius: .5rem; margin: .2rem 0 .4rem; }
.file { margin: .2rem 0; font-weight: 600; }
.buttons { display: grid; gap: .3rem; margin-top: .3rem; }
.row { display: flex; gap: .3rem; }
.row span { flex: 1; min-width: 0; padding: .4rem .5rem; text-align: center; font-size: .9rem; color: var(--press);
  background: var(--button); border: 1px solid var(--line); border-radius: .6rem; overflow-wrap: anywhere; }
.event { align-self: center; margin: 0; font-size: .82rem; color: var(--faint); text-align: center; }
.doing { align-self: flex-start; font-style: italic; }
.pressed { align-self: flex-end; }
.toast, .alert { align-self: center; margin: 0; padding: .35rem .9rem; border-radius: 1rem; background: var(--toast);
  color: #fff; font-size: .88rem; }
.alert { border-radius: .4rem; border: 2px solid var(--press); }
@media (max-width: 30rem) { body { padding: .5rem; } .turn { max-width: 95%; } }
"""

/** What the page of a fleet looks like beyond other reports, on screen, on a phone and on paper. */
export const fleetStyle = `
:root{--good:#1c6b45;--fair:#8a5a00;--bad:#b4232a;--busy:#1f6f8b;--idle:#c3cad4}
@media (prefers-color-scheme:dark){:root{--good:#71c79c;--fair:#e0ad57;--bad:#ff8a84;--busy:#6cc3de;--idle:#46525f}}
body{overflow-wrap:anywhere}
.skip{position:absolute;left:-9999px}
.skip:focus{position:static}
.pictures{display:flex;flex-wrap:wrap;gap:0 24px}
.pictures figure{flex:1 1 320px;max-width:460px;align-self:flex-start;padding:12px;margin-bottom:16px}
figure svg{min-width:0}
figcaption{color:var(--soft);font-size:14px;margin:0 0 10px}
svg text{fill:var(--ink);font-size:12px}
svg .name{font-weight:600}
svg .soft{fill:var(--soft);font-size:11px}
.is-failed,.is-locked,.is-old{fill:var(--bad)}.is-running{fill:var(--busy)}.is-done,.is-current{fill:var(--good)}.is-back,.is-behind{fill:var(--fair)}.is-open,.is-passed{fill:var(--idle)}
.chips{display:flex;flex-wrap:wrap;gap:6px;margin:0 0 10px;padding:0;border:0}
.chips legend{float:left;color:var(--soft);font-size:13px;padding:5px 8px 0 0}
button{font:inherit;color:var(--ink);cursor:pointer}
.chips button{font-size:13px;background:var(--panel);border:1px solid var(--line);border-radius:999px;padding:3px 11px}
.chips button[aria-pressed=true]{background:var(--accent);border-color:var(--accent);color:var(--paper)}
.tools:not([hidden]){display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center}
.tools output{font-size:13px;color:var(--soft)}
.instances,.instances thead,.instances tbody{display:block}
.instances tr{display:grid;grid-template-columns:var(--columns);border-bottom:1px solid var(--line)}
.instances tbody tr{content-visibility:auto;contain-intrinsic-size:auto 34px}
.instances th,.instances td{border:0}
.instances td,.instances td:first-child{white-space:pre-line}
.instances tr[hidden]{display:none}
th button{background:none;border:0;padding:0;font-weight:600;color:var(--soft)}
th[aria-sort=ascending] button::after{content:" \\2191"}
th[aria-sort=descending] button::after{content:" \\2193"}
.good{color:var(--good)}.fair{color:var(--fair)}.bad{color:var(--bad)}
.wide:focus-visible,a:focus-visible,input:focus-visible,button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:640px){
.instances tr{display:block;padding:6px 0}
.instances tbody tr{contain-intrinsic-size:auto 170px}
.instances td{display:flex;padding:1px 8px}
.instances td:empty{display:none}
.instances td::before{flex:0 0 92px;color:var(--soft);font-weight:400}
.instances thead tr{display:flex;flex-wrap:wrap;gap:2px 12px;padding:6px 8px}
.instances th{padding:0;background:none}
.instances .right{text-align:left}
}
@media print{
:root{color-scheme:light;--ink:#1d2530;--soft:#414b57;--paper:#fff;--panel:#f6f7f9;--line:#c4cad3;--accent:#1d2530;--good:#1c6b45;--fair:#8a5a00;--bad:#b4232a;--busy:#1f6f8b;--idle:#c3cad4}
body{font-size:9pt}.skip,.tools,.chips{display:none}.wide{overflow:visible}.instances{min-width:0}.instances tr{break-inside:avoid}.instances tbody tr{content-visibility:visible}th,td{padding:2px 4px}
}
`.trim();

/** Filters and sorts the rows of the page; without it every row is shown, by id. */
export const fleetScript = `
const data=JSON.parse(document.getElementById("fleet-data").textContent);
const body=document.querySelector(".instances tbody");
const rows=[...body.rows].map((row,index)=>({row,...data[index],text:row.textContent.toLowerCase()}));
const box=document.getElementById("filter");
const told=document.getElementById("shown");
const chips=[...document.querySelectorAll(".chips button")];
for(const part of document.querySelectorAll(".tools,.chips"))part.hidden=false;
function filter(){
  const words=box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const chosen={};
  for(const {ariaPressed,dataset} of chips)if(ariaPressed==="true")(chosen[dataset.group]??=[]).push(dataset.value);
  const groups=Object.entries(chosen);
  let shown=0;
  for(const each of rows){
    const fits=groups.every(([group,values])=>values.includes(each.groups[group]))&&words.every((word)=>each.text.includes(word));
    if(each.row.hidden===fits)each.row.hidden=!fits;
    if(fits)shown++;
  }
  told.textContent=shown.toLocaleString("en-US")+" of "+rows.length.toLocaleString("en-US")+" instances";
}
box.addEventListener("input",filter);
for(const chip of chips)chip.addEventListener("click",()=>{chip.ariaPressed=String(chip.ariaPressed!=="true");filter()});
const heads=[...document.querySelectorAll(".instances th")];
const order=(a,b)=>typeof a==="number"&&typeof b==="number"?a-b:String(a).localeCompare(String(b),"en",{numeric:true});
heads.forEach((head,column)=>{
  const button=document.createElement("button");
  button.type="button";
  button.textContent=head.textContent;
  head.replaceChildren(button);
  button.addEventListener("click",()=>{
    const sign=head.ariaSort==="ascending"?-1:1;
    for(const each of heads)each.removeAttribute("aria-sort");
    head.ariaSort=sign===1?"ascending":"descending";
    const valueOf=(each)=>each.order[column]??each.row.cells[column].textContent.toLowerCase();
    const sorted=rows.map((each)=>[valueOf(each),each]).sort(([a],[b])=>sign*order(a,b));
    body.append(...sorted.map(([,each])=>each.row));
  });
});
filter();
`.trim();

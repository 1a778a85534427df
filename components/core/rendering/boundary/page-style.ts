/** What pages of boundaries look like beyond other reports, on screen, on a phone and on paper. */
export const boundaryStyle = `
:root{--holds:#1c6b45;--broken:#b4232a;--unproven:#8a5a00;--excepted:#6d3fa8}
@media (prefers-color-scheme:dark){:root{--holds:#71c79c;--broken:#ff8a84;--unproven:#e0ad57;--excepted:#c3a1f0}}
.skip{position:absolute;left:-9999px}
.skip:focus{position:static}
.state{display:inline-block;margin:0 0 12px;padding:6px 14px;border:2px solid;border-radius:8px;font-weight:600}
.tools:not([hidden]){display:flex;flex-wrap:wrap;gap:8px 14px;align-items:end}
.tools label{display:flex;flex-direction:column;font-size:12px;color:var(--soft)}
.tools select,.tools button{font:inherit;font-size:14px;color:var(--ink);background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:7px 10px;max-width:260px}
.tools input{width:240px}
.tools output{font-size:13px;color:var(--soft);padding-bottom:8px}
figure svg{min-width:900px;max-width:1600px}
figcaption{padding:8px 14px;color:var(--soft);font-size:13px;border-top:1px solid var(--line)}
td,td:first-child{white-space:pre-line;overflow-wrap:break-word}
td:first-child{min-width:11em}
tbody tr.rule th{white-space:normal;font-weight:400;color:var(--ink);padding-top:10px}
tr.rule b{margin-right:8px}
tr.rule small{display:block;color:var(--soft);font-size:12.5px}
.findings td:first-child{width:28%;min-width:11em}.findings td:nth-child(2){white-space:nowrap}
.findings em{display:block;font-style:normal;color:var(--soft)}
.mark{font-weight:600}
.holds{color:var(--holds)}.broken{color:var(--broken)}.unproven{color:var(--unproven)}.excepted{color:var(--excepted)}
.wide:focus-visible,a:focus-visible,select:focus-visible,input:focus-visible,button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:640px){
.tools{position:static}.tools label,.tools select,.tools input{width:100%;max-width:none}
.findings thead{display:none}.findings,.findings tbody,.findings tr,.findings td,.findings tr.rule th{display:block}
.findings [hidden]{display:none}.findings td{border:0;padding:2px 8px;overflow-wrap:anywhere}.findings tr{border-bottom:1px solid var(--line)}
}
@page{size:A4 landscape;margin:12mm}
@media print{
:root{color-scheme:light;--ink:#1d2530;--soft:#414b57;--paper:#fff;--panel:#f6f7f9;--line:#c4cad3;--accent:#1d2530;--holds:#1c6b45;--broken:#b4232a;--unproven:#8a5a00;--excepted:#6d3fa8}
body{font-size:9pt}main,header{max-width:none;padding:0}nav,.skip,#tools{display:none}
h2{break-after:avoid}thead{display:table-header-group}tr{break-inside:avoid}tr.rule{break-after:avoid}
.wide{overflow:visible;border-radius:0}table,tr.rule small,figcaption,.note{font-size:8pt}th,td{padding:3px 6px}td{overflow-wrap:anywhere}td:first-child{min-width:0}
figure{border:0;break-inside:avoid;overflow:visible}figure svg{width:100%;min-width:0;max-height:138mm}
figure.tall{break-before:page;break-inside:auto}figure.tall svg{max-height:none}
}
`.trim();

/** Filters the rows of a page; without it every row is shown. */
export const boundaryScript = `
const tools=document.getElementById("tools");
tools.hidden=false;
const fields=[...tools.querySelectorAll("select")];
const words=document.getElementById("filter");
const told=document.getElementById("shown");
const rows=[...document.querySelectorAll("tbody tr:not(.rule)")].map((row)=>({row,body:row.parentElement,section:row.closest("section"),text:""}));
const valueOf=({row,body,section},name)=>row.dataset[name]??body.dataset[name]??section.dataset[name];
for(const each of rows)each.text=(each.row.textContent+" "+(each.body.querySelector("tr.rule")?.textContent??"")).toLowerCase();
const findings=rows.filter((each)=>valueOf(each,"rule")!==undefined);
function filter(){
  const wanted=words.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const chosen=fields.filter(({value})=>value!=="");
  const bodies=new Map(),sections=new Map();
  let shown=0,found=0;
  for(const each of rows){
    const fits=chosen.every(({name,value})=>valueOf(each,name)===value)&&wanted.every((word)=>each.text.includes(word));
    each.row.hidden=!fits;
    bodies.set(each.body,bodies.get(each.body)||fits);
    sections.set(each.section,sections.get(each.section)||fits);
    if(fits)shown++;
  }
  for(const each of findings)if(!each.row.hidden)found++;
  for(const [body,fits] of bodies)body.hidden=!fits;
  for(const [section,fits] of sections)section.hidden=!fits;
  told.textContent=found+" of "+findings.length+" findings, "+shown+" of "+rows.length+" rows";
}
tools.addEventListener("input",filter);
tools.addEventListener("reset",()=>setTimeout(filter));
tools.addEventListener("submit",(event)=>event.preventDefault());
filter();
`.trim();

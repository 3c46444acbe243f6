"""The scripts of pages and notebooks: tables that page, search, sort and export (DataTables, as itables brings it), and
passages that a link picks.

Nothing is loaded from a network. A page's security policy admits scripts by a nonce of its own, nothing inline.
"""

import functools
import re
import secrets
from importlib import resources
from pathlib import Path

from helpers.showing.display import STYLE, escape

# Reads what stands in a table's cells, writes text only. Cells that a spreadsheet would run as a formula are exported
# with an apostrophe, as in the files under tables/.
ENHANCE = r"""
window.houseEnhance=function(box){
 var lib=window.houseTables,t=box&&box.querySelector("table");
 if(!lib||!t||!t.tHead||box.dataset.ready)return;box.dataset.ready="1";
 var rows=t.tBodies[0].rows.length,many=rows>Math.min(10,+box.dataset.page||10);
 function plain(d,r,c,node){var x=node.textContent.trim();
  return /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/.test(x)&&isNaN(x.replace(/,/g,""))?"'"+x:x}
 var out={exportOptions:{format:{body:plain}},title:null};
 function button(kind,words){return Object.assign({extend:kind,text:words},out)}
 new lib.DataTable(t,{order:[],autoWidth:false,pageLength:+box.dataset.page||10,lengthMenu:[10,25,100],
  layout:{topStart:many?"search":null,topEnd:many?{buttons:[button("copy","copy"),button("csv","CSV"),
   button("excel","Excel")]}:null,bottomStart:many?"info":null,bottomEnd:many?["pageLength","paging"]:null},
  paging:many,language:{search:"",searchPlaceholder:"Search in this table",entries:{_:"rows",1:"row"},
  lengthMenu:"_MENU_ a page"}});
 box.addEventListener("keydown",function(e){if(e.target.tagName=="INPUT")e.stopPropagation()});
 var note=box.querySelector(".count");if(note&&many)note.remove()};
window.houseStart=function(){var boxes=document.querySelectorAll(".house.table:not([data-ready])");
 if(!window.IntersectionObserver)return boxes.forEach(houseEnhance);
 var watch=new IntersectionObserver(function(seen){seen.forEach(function(s){if(s.isIntersecting){
  watch.unobserve(s.target);s.target.classList.remove("waiting");houseEnhance(s.target)}})},{rootMargin:"300px"});
 boxes.forEach(function(b){b.classList.add("waiting");watch.observe(b)})};
"""
# Leaves only the passages that the page's address asks for: #column=value&since=day&before=day.
PICK = r"""
(function(){var want=location.hash.slice(1).split("&").filter(Boolean).map(function(p){var i=p.indexOf("=");
 return [p.slice(0,i),decodeURIComponent(p.slice(i+1))]});
 var body=document.querySelector("tbody"),note=document.getElementById("picked");
 window.addEventListener("hashchange",function(){location.reload()});
 if(!body||!want.length)return;
 var all=Array.prototype.slice.call(body.rows),n=all.length;
 all=all.filter(function(r){var k=r.dataset.k||"",day=r.dataset.day||"";
  var ok=want.every(function(w){return w[0]=="since"?day>=w[1]:w[0]=="before"?day&&day<w[1]:
   k.indexOf("|"+w[0]+"="+w[1].replace(/\|/g,"\u00a6")+"|")>=0});
  return ok});
 body.replaceChildren.apply(body,all);
 note.textContent=all.length+" of "+n+" passages: "+want.map(function(w){return w[0].replace(/_id$/,"")+" "+
  w[1].replace(/^(PER|ORG|LOC|MISC):/,"")}).join(", ")+". ";
 var link=document.createElement("a");link.href=location.pathname;link.textContent="Show all";
 note.appendChild(link)})();
"""
# In JupyterLab passages open in a tab of their own, where they can be picked and searched.
IN_LAB = r"""
document.addEventListener("click",function(e){var a=e.target.closest&&e.target.closest("a.opens");
 if(a&&window.jupyterapp!==null&&location.protocol.slice(0,4)=="http"){e.preventDefault();
  e.stopImmediatePropagation();window.open(a.href,"_blank","noopener")}},true);
"""


@functools.cache
def bundle() -> str:
    """The library as a classic script: it defines `window.houseTables` with DataTable and jQuery.

    itables ships it as a module, which browsers don't load from files.
    """
    source = (resources.files("itables") / "html" / "dt_bundle.js").read_text("utf-8")
    last = list(re.finditer(r"export\{([^}]*)\}", source))[-1]
    names = {new: old for old, new in re.findall(r"([\w$]+) as ([\w$]+)", last[1])}
    ending = f"window.houseTables={{DataTable:{names['default']},jQuery:{names['jQuery']}}}"
    whole = source[: last.start()] + ending + source[last.end() :]
    whole = whole.replace("</script", r"<\/script").replace("<!--", r"<\!--")
    return f"(function(){{if(window.houseTables)return;{whole}\n}})();"


def in_notebook() -> str:
    """Markup that makes a notebook's tables page, search, sort and export."""
    return f"<script>{bundle()}{ENHANCE}{IN_LAB}setTimeout(houseStart,50);</script>"


def write_library(folder: Path) -> Path:
    """Write the scripts that the pages of a folder share; returns the path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tables.js"
    if not path.exists():
        path.write_text(f"{bundle()}{ENHANCE}houseStart();", "utf-8")
    return path


def page(title: str, body: str, *, library: str = "", style: str = "", script: str = "") -> str:
    """A whole page whose scripts run by a nonce: the shared library at the address `library`, and `script` of ours."""
    nonce = secrets.token_urlsafe(18)
    own = f'<script nonce="{nonce}">{script}</script>' if script else ""
    shared = f'<script nonce="{nonce}" src="{escape(library)}"></script>' if library else ""
    policy = (
        "default-src 'none'; img-src data: 'self' file:; style-src 'unsafe-inline'; font-src 'none'; "
        f"base-uri 'none'; form-action 'none'; script-src 'nonce-{nonce}'"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title>{STYLE}<style>{PAGE_STYLE}{style}</style></head><body>\n{body}\n"
        f"{own}{shared}</body></html>"
    )


PAGE_STYLE = """
body{font:16px/1.55 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0;padding:1.2em 1em 4em}
main{max-width:1000px;margin:0 auto} a{color:#0b5cad} img{max-width:100%;height:auto}
h1{font-size:1.7em;line-height:1.2;margin:.3em 0 .5em} h2{font-size:1.2em;margin:1.8em 0 .4em}
.grey{color:#5f6368} .bad{background:#fff5f5;border-left:4px solid #c92a2a;padding:.5em 1em;color:#1a1a1a}
@media (prefers-color-scheme:dark){body{background:#16181b;color:#e4e6e8}a{color:#7ab8f5}.grey{color:#a0a6ad}}
@media print{.dt-search,.dt-buttons,.dt-paging,.dt-length,nav{display:none!important}}
"""

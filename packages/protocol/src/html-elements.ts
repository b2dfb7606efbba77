/**
 * The names of HTML and SVG elements: a tag is removed from a message only if its name is here and it has an attribute
 * that can do something.
 * Source: the element indexes of the HTML standard (with the obsolete elements that browsers still render),
 * and of SVG 2 (with those of SVG 1.1). Lower case; compared without case. Left out although browsers knew them once:
 * names that are everyday placeholders and that no browser implements any more (`command`, `content`, `element`, `shadow`,
 * `portal`, `unknown`).
 */
const HTML = `a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br
button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed
fencedframe fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html
i iframe image img input ins isindex kbd keygen label legend li link listing main map mark marquee math menu
menuitem meta meter multicol nav nextid nobr noembed noframes noscript object ol optgroup option output p param
picture plaintext pre progress q rb rp rt rtc ruby s samp script search section select selectedcontent slot small
source spacer span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time
title tr track tt u ul var video wbr xmp`;

const SVG = `altglyph altglyphdef altglyphitem animate animatecolor animatemotion animatetransform circle clippath color-profile
cursor defs desc discard ellipse feblend fecolormatrix fecomponenttransfer fecomposite feconvolvematrix fediffuselighting
fedisplacementmap fedistantlight fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur feimage femerge
femergenode femorphology feoffset fepointlight fespecularlighting fespotlight fetile feturbulence filter font-face
font-face-format font-face-name font-face-src font-face-uri foreignobject g glyph glyphref hkern line lineargradient
marker mask metadata missing-glyph mpath path pattern polygon polyline radialgradient rect set stop switch symbol
text textpath tref tspan use view vkern`;

export const HTML_ELEMENTS: ReadonlySet<string> = new Set(`${HTML} ${SVG}`.split(/\s+/));

/** Those whose bare tags change how the rest of a page is read; beside them `script` and `style`, as closed pairs. */
export const BARE_HTML_ELEMENTS: ReadonlySet<string> = new Set(['plaintext', 'xmp', 'listing', 'noembed', 'noframes']);

"""Five page skeletons, as differing sites save them: where furniture stands, and what surrounds it.

`{...}` places: title, top (masthead, navigation), article, bottom (what follows the last paragraph).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAIN: dict[str, str] = {
    "paragraph": "<p>{}</p>",
    "title": "<h1>{}</h1>",
    "subtitle": "<h2>{}</h2>",
    "subhead": "<h2>{}</h2>",
    "masthead": '<div class="masthead"><a href="/">{}</a></div>',
    "nav": "<nav>{}</nav>",
    "byline": '<p class="byline">{}</p>',
    "dateline": "<p><time>{}</time></p>",
    "caption": '<figure><img src="photo.jpg" alt=""><figcaption>{}</figcaption></figure>',
    "credit": '<p class="credit"><small>{}</small></p>',
    "advert": '<div class="ad">{}</div>',
    "newsletter": '<div class="newsletter-signup"><p>{}</p></div>',
    "follow": '<div class="social"><a href="#follow">{}</a></div>',
    "promo": '<aside class="related"><a href="/more">{}</a></aside>',
    "pullquote": '<blockquote class="pullquote"><p>{}</p></blockquote>',
    "bio": '<div class="author-bio"><p>{}</p></div>',
    "boilerplate": '<p class="disclaimer">{}</p>',
    "comments": '<section id="comments"><a href="#comments">{}</a></section>',
    "share": '<ul class="share"><li>{}</li></ul>',
    "speaker": '<p class="speaker">{}</p>',
}


@dataclass(frozen=True, slots=True)
class Skeleton:
    name: str
    document: str
    elements: Mapping[str, str] = field(default_factory=dict)
    has_named_entities: bool = True  # &rsquo; and &mdash;, else numbered ones for what is not ASCII

    def element(self, kind: str) -> str:
        return self.elements.get(kind, PLAIN[kind])


NEWSPAPER = Skeleton(
    "newspaper",
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} - Opinion</title>
<meta property="og:type" content="article">
<script type="application/ld+json">{{"@type": "OpinionNewsArticle", "isAccessibleForFree": true}}</script>
<style>.ad {{ display: block; text-align: center }} .byline {{ font-weight: bold }}</style>
</head>
<body>
<header class="site-header">
{top}
</header>
<main>
<article class="story">
{article}
</article>
</main>
<footer class="site-footer">
{bottom}
</footer>
<script>window.dataLayer = window.dataLayer || []; dataLayer.push({{"page": "opinion"}});</script>
</body>
</html>
""",
)
BLOG = Skeleton(
    "blog",
    """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8" />
<title>{title}</title>
<link rel="stylesheet" href="style.css" />
<style>body {{ max-width: 42em; margin: auto }}</style>
</head>
<body class="post-template-default single single-post">
<div id="page" class="hfeed site">
<div id="masthead">
{top}
</div>
<div id="content"><div id="primary">
<div class="post hentry">
<div class="entry-content">
{article}
</div>
</div>
{bottom}
</div>
<div id="secondary" class="widget-area"></div>
</div>
</div>
<script>/* <![CDATA[ */ var blog = {{"ajax": "/wp-admin/admin-ajax.php"}}; /* ]]> */</script>
</body>
</html>
""",
    {
        "title": '<h1 class="entry-title">{}</h1>',
        "subtitle": '<p class="entry-subtitle"><em>{}</em></p>',
        "subhead": "<h3>{}</h3>",
        "nav": '<ul class="menu"><li>{}</li></ul>',
        "caption": '<div class="wp-caption"><img src="image.jpg"><p class="wp-caption-text">{}</p></div>',
        "bio": '<div class="about-author"><h4>About</h4><p>{}</p></div>',
        "dateline": '<span class="posted-on"><time class="entry-date">{}</time></span>',
        "pullquote": "<aside><p>{}</p></aside>",
    },
    has_named_entities=False,
)
MAGAZINE = Skeleton(
    "magazine",
    """<!doctype html>
<html lang="en-GB" class="no-js">
<head><meta charset="utf-8"><title>{title} | Magazine</title>
<script async src="analytics.js"></script>
<style>
figure {{ margin: 0 }} figcaption {{ color: #666 }}
</style></head>
<body>
<a class="skip" href="#main"></a>
<div class="header">{top}</div>
<div id="main" role="main">
<div class="article__body">
{article}
</div>
</div>
<div class="article__end">
{bottom}
</div>
</body>
</html>
""",
    {
        "paragraph": '<p class="paragraph">{}</p>',
        "subtitle": '<p class="standfirst">{}</p>',
        "subhead": '<p class="crosshead"><strong>{}</strong></p>',
        "byline": '<div class="article__byline"><address>{}</address></div>',
        "dateline": '<div class="article__date">{}</div>',
        "pullquote": '<figure class="quote"><blockquote>{}</blockquote></figure>',
        "promo": '<div class="read-more"><span>{}</span></div>',
        "newsletter": '<form action="/subscribe"><label>{}</label><input type="email"></form>',
    },
)
THINK_TANK = Skeleton(
    "think-tank",
    """<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8" />
<meta name="Generator" content="Drupal 10" />
<title>{title}</title>
<style media="all">@import url("/core/system.css");</style>
</head>
<body>
<div role="banner">
{top}
</div>
<section class="region region-content">
<div class="node node--type-commentary">
<div class="field field--name-body">
{article}
</div>
</div>
</section>
<div class="region region-footer" role="contentinfo">
{bottom}
</div>
<script type="application/json" data-drupal-selector="settings">{{"path": {{"currentPath": "node/41"}}}}</script>
</body>
</html>
""",
    {
        "title": '<h1 class="page-header"><span>{}</span></h1>',
        "subhead": "<h3><strong>{}</strong></h3>",
        "nav": '<nav role="navigation"><ul><li>{}</li></ul></nav>',
        "byline": '<div class="field--name-authors"><a href="/experts">{}</a></div>',
        "dateline": '<div class="field--name-date">{}</div>',
        "promo": '<div class="view-related"><h4><a href="/node/17">{}</a></h4></div>',
        "bio": '<div class="field--name-bio"><p><em>{}</em></p></div>',
    },
)
OLD_TABLE = Skeleton(
    "old-table",
    """<HTML>
<HEAD>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=utf-8">
<TITLE>{title}</TITLE>
<STYLE TYPE="text/css">TD {{ font-family: Times }}</STYLE>
</HEAD>
<BODY BGCOLOR="#FFFFFF">
<TABLE WIDTH="760" CELLPADDING="4"><TR><TD COLSPAN="2">
{top}
</TD></TR>
<TR><TD WIDTH="120" VALIGN="top">&nbsp;</TD><TD VALIGN="top">
{article}
<HR>
{bottom}
</TD></TR></TABLE>
<SCRIPT LANGUAGE="JavaScript">document.cookie = "seen=1";</SCRIPT>
</BODY>
</HTML>
""",
    {
        "title": '<H2><FONT FACE="Georgia">{}</FONT></H2>',
        "subtitle": "<P><I>{}</I></P>",
        "subhead": "<P><B>{}</B></P>",
        "masthead": "<CENTER><B>{}</B></CENTER>",
        "nav": '<P><FONT SIZE="-1">{}</FONT></P>',
        "byline": "<P><B>{}</B></P>",
        "dateline": "<P>{}</P>",
        "caption": '<TABLE ALIGN="right"><TR><TD><IMG SRC="photo.gif"><BR><FONT SIZE="-1">{}</FONT></TD></TR></TABLE>',
        "advert": "<CENTER>{}</CENTER>",
        "newsletter": "<P>{}</P>",
        "follow": "<P>{}</P>",
        "promo": '<P><A HREF="more.html">{}</A></P>',
        "pullquote": '<TABLE ALIGN="left" WIDTH="160"><TR><TD><I>{}</I></TD></TR></TABLE>',
        "bio": "<P><I>{}</I></P>",
        "comments": '<P><A HREF="forum.html">{}</A></P>',
        "share": "<P>{}</P>",
        "credit": "<P>{}</P>",
        "speaker": "<P><B>{}</B></P>",
        "boilerplate": "<P>{}</P>",
    },
    has_named_entities=False,
)
SKELETONS = (NEWSPAPER, BLOG, MAGAZINE, THINK_TANK, OLD_TABLE)

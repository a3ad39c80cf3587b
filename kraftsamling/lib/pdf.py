"""Documents as PDF: tagged (PDF/UA-1) and archivable (PDF/A-3a), the same on every machine, fetching nothing."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pikepdf
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from pikepdf import Array, Dictionary, Name

from .text import clean_text

SCHEME = "static:"
"""The addresses a document can use: files of our own static folder, "static:fonts/x.woff2"."""
PICTURE = "picture:"
"""And the pictures that are handed over with it, "picture:1"."""

Pictures = Mapping[str, tuple[bytes, str]]
"""Name → content and content type."""

_PDFUA = """<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
 <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
  <pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
  <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
  <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
  <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
   <pdfaProperty:name>part</pdfaProperty:name>
   <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
   <pdfaProperty:category>internal</pdfaProperty:category>
   <pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
  </rdf:li></rdf:Seq></pdfaSchema:property>
 </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
"""


def html_to_pdf(
    template: str, context: dict[str, Any], *, title: str, language: str = "sv", pictures: Pictures | None = None
) -> bytes:
    """The template, usually one that extends pdf/base.html, as a finished document."""
    with translation.override(language):
        html = render_to_string(template, {**context, "pdf_title": title, "pdf_language": language})
    return _accessible(_written(clean_text(html), pictures or {}))


def _written(html: str, pictures: Pictures) -> bytes:
    from weasyprint import HTML  # noqa: PLC0415 - takes two seconds, and only workers need it

    return bytes(HTML(string=html, url_fetcher=_fetcher(pictures)).write_pdf(pdf_variant="pdf/a-3a"))


def _fetcher(pictures: Pictures) -> Any:
    from weasyprint import URLFetcher  # noqa: PLC0415 - see above
    from weasyprint.urls import URLFetcherResponse  # noqa: PLC0415

    class OwnFilesOnly(URLFetcher):
        """Whatever somebody has written into a text, only our own static files and the pictures handed over are read."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith(PICTURE) and url.removeprefix(PICTURE) in pictures:
                content, content_type = pictures[url.removeprefix(PICTURE)]
                return URLFetcherResponse(url, content, {"Content-Type": content_type})
            if not url.startswith(SCHEME):
                raise ValueError(f"documents fetch nothing from outside: {url[:100]}")
            path = finders.find(url.removeprefix(SCHEME))
            if not path:
                raise ValueError(f"no such static file: {url[:100]}")
            return URLFetcherResponse(url, Path(path).read_bytes())

    return OwnFilesOnly()


def _accessible(document: bytes) -> bytes:
    """Adds what the writer leaves out: the scope of header cells, and the claim that the document is PDF/UA-1."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        for child in _children(pdf.Root.StructTreeRoot):
            _set_scope(child, in_head=False)
        xml = pdf.Root.Metadata.read_bytes().decode("utf-8").replace("</rdf:RDF>", _PDFUA + "</rdf:RDF>", 1)
        pdf.Root.Metadata = pdf.make_stream(xml.encode("utf-8"), Type=Name.Metadata, Subtype=Name.XML)
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.preserve)
    return out.getvalue()


def _set_scope(element: Any, *, in_head: bool) -> None:
    role = str(element.get("/S", ""))
    if role == "/TH" and "/A" in element:
        element["/A"]["/Scope"] = Name.Column if in_head else Name.Row
    for child in _children(element):
        _set_scope(child, in_head=in_head or role == "/THead")


def _children(element: Any) -> list[Any]:
    kids = element.get("/K")
    if kids is None:
        return []
    return [kid for kid in (kids if isinstance(kids, Array) else [kids]) if isinstance(kid, Dictionary) and "/S" in kid]

"""What the writer of PDFs leaves out, put in afterwards: for PDF/UA-1, which screen readers rely on."""

import io
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

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


def accessible(document: bytes) -> bytes:
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

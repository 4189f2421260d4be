"""Office files as programs write them, and as somebody who means harm does."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CORE = b"<cp:coreProperties><dc:creator>Ana Prundeanu</dc:creator></cp:coreProperties>"
DOCX = {
    "[Content_Types].xml": b'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.'
    b'wordprocessingml.document.main+xml" PartName="/word/document.xml"/></Types>',
    "docProps/core.xml": CORE,
    "docProps/app.xml": b"<Properties><Company>Ana Prundeanu</Company></Properties>",
    "docProps/thumbnail.jpeg": b"Ana Prundeanu",
    "word/document.xml": b"<w:document><w:t>Plan de reintegrare</w:t></w:document>",
    "word/settings.xml": b'<w:settings><w:attachedTemplate r:id="rId1"/><w:zoom/></w:settings>',
    "word/_rels/settings.xml.rels": f'<Relationships><Relationship Id="rId1" Type="{RELATION}/attachedTemplate" '
    'Target="file:///C:/Users/AnaPrundeanu/plan.dotx" TargetMode="External"/></Relationships>'.encode(),
    "word/_rels/document.xml.rels": f'<Relationships><Relationship Id="rId2" Type="{RELATION}/hyperlink" '
    'Target="https://anitp.mai.gov.ro" TargetMode="External"/></Relationships>'.encode(),
}
ODT = {
    "mimetype": b"application/vnd.oasis.opendocument.text",
    "content.xml": b"<office:document-content><office:scripts/><text:p>Plan</text:p></office:document-content>",
    "meta.xml": b"<office:document-meta><dc:creator>Ana Prundeanu</dc:creator></office:document-meta>",
    "Thumbnails/thumbnail.png": b"Ana Prundeanu",
}


def packed(parts: Mapping[str, bytes]) -> bytes:
    """The archive of these parts."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """What an archive holds."""
    with ZipFile(BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def external(kind: str) -> dict[str, bytes]:
    """A Word file with a link to something elsewhere that is fetched as it is opened."""
    link = f'<Relationship Id="rId9" Target="http://10.0.0.1/x" TargetMode="External" Type="{RELATION}/{kind}"/>'
    return {**DOCX, "word/_rels/document.xml.rels": f"<Relationships>{link}</Relationships>".encode()}
